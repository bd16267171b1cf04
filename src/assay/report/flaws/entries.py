"""What the VEX reports share: each flaw once, with all components it is about."""

from assay._kernel.value import Value
from assay.model.flaws import FlawStatus, KnownFlaw
from assay.model.result import Component, Evaluation
from assay.vulns.device import component_of

FIXED = "already_fixed"
JUSTIFICATIONS = (
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
)
"""The justifications of OpenVEX and CSAF for what is not affected."""


class Entry(Value):
    """A flaw and one component of the evaluation; `number` is the component's place in it.

    The product itself, where the flaw is its own, has a place after the last component.
    """

    flaw: KnownFlaw
    component: Component
    number: int
    device: bool = False

    @property
    def fixed(self) -> bool:
        """Whether the flaw is not there because it was fixed."""
        return self.flaw.status == "not-affected" and self.flaw.justification == FIXED

    @property
    def justification(self) -> str:
        """The justification in the words of OpenVEX and CSAF, empty where there is none."""
        stated = self.flaw.justification
        return stated if stated in JUSTIFICATIONS else ""


def entries_of(evaluation: Evaluation) -> list[Entry]:
    """Return the flaws of *evaluation* with their components, in the flaws' order."""
    places = {
        (one.name, one.version, one.purl): (number, one)
        for number, one in reversed(list(enumerate(evaluation.components)))
    }
    search = evaluation.flaw_search
    devices = {
        (one.name, one.version, one.purl): (number, one)
        for number, one in enumerate(
            map(component_of, search.setting.devices if search else ()), len(evaluation.components)
        )
    }
    found = []
    for flaw in evaluation.flaws:
        name = (flaw.component, flaw.version, flaw.purl)
        place = places.get(name) or devices.get(name)
        if place is not None:
            found.append(Entry(flaw, place[1], place[0], device=name not in places))
    return found


def by_id(entries: list[Entry]) -> dict[str, list[Entry]]:
    """Return the entries by the flaw's id, sorted by it."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.flaw.id, []).append(entry)
    return dict(sorted(found.items()))


def day_of(evaluation: Evaluation) -> str:
    """Return the moment that documents bear: the last day of the advisories, never a clock."""
    search = evaluation.flaw_search
    return f"{search.as_of if search and search.as_of else '1970-01-01'}T00:00:00Z"


STATUS_WORDS: dict[FlawStatus, str] = {
    "affected": "affected",
    "possibly-affected": "possibly affected",
    "not-affected": "not affected",
}
