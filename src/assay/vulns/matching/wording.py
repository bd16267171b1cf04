"""A match as a sentence, with what it rests on."""

from assay.model.flaws import FlawStatus
from assay.vulns.matching.deciding import Decision
from assay.vulns.matching.subjects import Subject


def named(subject: Subject) -> str:
    """Return the component with what is known of its version."""
    component = subject.component
    if component.version_low or component.version_high:
        low, high = component.version_low or "the first", component.version_high or "the latest"
        return f"{component.name} (between {low} and {high})"
    if not component.version:
        return f"{component.name} of unknown version"
    if subject.package is not None:
        return f"{component.name} {component.version} (package {subject.package.version})"
    return f"{component.name} {component.version}"


def sentence(subject: Subject, identity: str, decision: Decision, status: FlawStatus) -> str:
    """Return the match as a sentence."""
    where = subject.component.occurrences[0].path if subject.component.occurrences else "the image"
    place = f", named in {where}," if subject.device else f" in {where}"
    ground = decision.grounds[0] if decision.grounds else None
    because = f" (affected according to {ground.by}: {ground.affects})" if ground else ""
    if decision.absent:
        return f"{named(subject)}{place} is not affected by {identity}: {decision.absent}."
    if status == "not-affected":
        because = f" according to {decision.corrected or (ground.by if ground else 'the records')}"
        return f"{named(subject)}{place} is not affected by {identity}{because}."
    verb = "is affected by" if status == "affected" else "may be affected by"
    doubt = f"; but {decision.doubts[0]}" if decision.doubts and status != "affected" else ""
    return f"{named(subject)}{place} {verb} {identity}{because}{doubt}."
