"""One answer out of what several authorities say of one flaw in one component.

The authority nearest to the code decides: the distribution about its own package, then the
project itself, the kernel's stable streams, then everybody else together, and mainline last.
What the others say stays visible as a ground or a doubt.
"""

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from assay._kernel.value import Value
from assay.model.flaws import FlawStatus, Ground
from assay.vulns.advisory import Affected
from assay.vulns.identities import plain
from assay.vulns.matching.platforms import Met
from assay.vulns.matching.spans import Answer, Versions, told
from assay.vulns.matching.subjects import Subject
from assay.vulns.versions import kernel

DISTRIBUTION, PROJECT, STREAMS, OTHERS, MAINLINE = range(5)
MOST_GROUNDS = 8
NO_PLACE = "its place among the releases is not known"


_plain = lru_cache(maxsize=4096)(plain)


class Said(Value):
    """What an entry of a record says of a component's versions, and whether its platform fits."""

    source: str
    entry: Affected
    answer: Answer
    met: Met
    missing: str
    versions: Versions

    @property
    def ground(self) -> Ground:
        """The statement for the report."""
        status: FlawStatus = {
            "affected": "affected", "possibly": "possibly-affected",
        }.get(self.answer, "not-affected")  # type: ignore[assignment] # fmt: skip
        release = f" {self.entry.release}" if self.entry.release else ""
        by = f"{self.entry.by}{release}"
        return Ground(by=by, affects=told(self.entry, self.versions), status=status)


class Decision(msgspec.Struct):
    """The answer for a component: None where no record says which versions it affects."""

    status: FlawStatus | None
    grounds: list[Ground] = msgspec.field(default_factory=list)
    doubts: list[str] = msgspec.field(default_factory=list)
    corrected: str = ""
    """Who corrects a wider statement: a distribution or the project; empty for none."""
    absent: str = ""
    """Why the code of the flaw is not there; empty where it may be."""


def decide(subject: Subject, said: Iterable[Said]) -> Decision:
    """Return what follows for *subject* from everything *said* about one flaw."""
    tiers: dict[int, list[Said]] = {}
    for one in said:
        tiers.setdefault(_tier(subject, one), []).append(one)
    _drop_corrected(tiers)
    decision = Decision(None)
    decided: list[Said] = []
    for tier in sorted(tiers):
        status, doubts = _together(tiers[tier])
        if status is None:
            continue
        if decision.status is None:
            decision.status = status
            decision.doubts += doubts
            decided = tiers[tier]
            if tier == MAINLINE and status == "affected":
                _mainline_only(subject, decision)
            continue
        _disagreement(decision, tier, tiers[tier], status)
    if decision.status != "not-affected" or decision.corrected:
        decision.grounds = [*_grounds(decided), *decision.grounds][:MOST_GROUNDS]
        decision.corrected = decision.corrected and decided[0].ground.by
    return decision


def excluded(said: list[Said]) -> bool | None:
    """Return whether *said* only speaks of other versions; None where something affirms a match.

    False says that no authority excludes the version either: the question is open.
    """
    if any(one.answer != "unaffected" for one in said):
        return None
    return any(_denies(one) for one in said)


def _tier(subject: Subject, one: Said) -> int:
    if subject.package is not None and one.entry.product == subject.package.key:
        return DISTRIBUTION
    if one.source in {"kernel-mainline", "kernel-texts"}:
        return MAINLINE
    if one.source.startswith("kernel-"):
        return STREAMS
    own = one.source.startswith("project:") or _plain(one.entry.by) in subject.own_names
    return PROJECT if own else OTHERS


def _drop_corrected(tiers: dict[int, list[Said]]) -> None:
    """Leave out what NVD says where a correction of it is at hand."""
    others = tiers.get(OTHERS, [])
    if any(one.source == "nvd-correction" for one in others):
        tiers[OTHERS] = [one for one in others if one.source != "nvd"]


def _together(said: list[Said]) -> tuple[FlawStatus | None, list[str]]:
    """Return what authorities of one rank say together, and why it is not certain."""
    yes = [one for one in said if one.answer in {"affected", "possibly"} and one.met != "unmet"]
    sure = [one for one in yes if one.answer == "affected" and one.met == "met"]
    against = [one for one in said if _denies(one)]
    if not yes:
        unmet = [one for one in said if one.met == "unmet" and one.answer != "unaffected"]
        return ("not-affected", []) if against or unmet else (None, [])
    if sure and not against:
        return "affected", _notes(sure)
    doubts = [f"only with {one.missing}, which the image does not show" for one in yes
              if one.met == "unknown"][:1]  # fmt: skip
    if not sure and any(one.answer == "possibly" for one in yes):
        known = yes[0].versions.stated
        doubts.append(
            "only a part of the versions that it may have is affected" if known else NO_PLACE
        )
    if against:
        doubts.append(f"{against[0].entry.by} does not count this version: "
                      f"{told(against[0].entry, against[0].versions)}")  # fmt: skip
    return "possibly-affected", doubts


def _denies(one: Said) -> bool:
    """Return whether the authority excludes the version, rather than not mentioning it.

    A list of single versions says nothing of those that are not in it.
    """
    if one.answer != "unaffected" or one.met != "met":
        return False
    spans = [span for span in one.entry.spans if span.status == "affected"]
    if one.entry.default == "affected" or not one.entry.spans:
        return True
    return any(span.low != span.high for span in spans) or len(spans) < len(one.entry.spans)


def _notes(sure: list[Said]) -> list[str]:
    return list(dict.fromkeys(one.entry.note for one in sure if one.entry.note))[:3]


def _grounds(said: list[Said]) -> list[Ground]:
    """Return the statements that count, those that affirm first, each once."""
    kept = [one for one in said if one.answer != "unknown" and one.met != "unmet"]
    order = {"affected": 0, "possibly": 1, "unaffected": 2}
    ordered = sorted(kept, key=lambda one: (order[one.answer], one.source, one.entry.by))
    return list(dict.fromkeys(one.ground for one in ordered))


def _mainline_only(subject: Subject, decision: Decision) -> None:
    """Doubt what mainline says of a stable release: it may hold a fix from later."""
    number = kernel.release(subject.versions.low)
    if number != kernel.branch(number):
        decision.status = "possibly-affected"
        decision.doubts.append(
            f"only mainline is recorded; whether the stable release {number} or the vendor took "
            "over the fix is not"
        )


def _disagreement(decision: Decision, tier: int, said: list[Said], status: FlawStatus) -> None:
    if status == decision.status or tier == MAINLINE:
        return
    if decision.status == "not-affected" and not decision.corrected:
        decision.corrected = "somebody nearer to the code"
        decision.grounds += [one for one in _grounds(said) if one.status != "not-affected"]
    elif status == "not-affected":
        others = [one for one in said if _denies(one)]
        if others:
            decision.doubts.append(f"{others[0].entry.by} does not count this version")
