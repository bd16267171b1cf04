"""Units of systemd: what they start, as which user, from which line.

Facts of the inventory stage, joined by `inventory/services.py`. Layout: systemd.syntax(7),
systemd.service(5).
"""

from assay.inventory.kind import Kind, Span, looks_like_text
from assay.inventory.lines import lines_of
from assay.model.record import Record

MOST_SETTINGS = 500


class Setting(Record, array_like=True):
    """A setting of a unit: section, name, value and its line."""

    span: Span
    section: str
    name: str
    value: str


class UnitFacts(Record):
    """The settings of a unit in their order."""

    settings: tuple[Setting, ...]

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of the settings called *name*, in any section."""
        return tuple(one.value for one in self.settings if one.name == name)


KIND = Kind(
    name="unit",
    version=1,
    facts=UnitFacts,
    about="systemd units: what they start, as which user",
    paths=("*/systemd/*.service", "*/systemd/*.socket", "*/systemd/*.timer"),
    most=1 << 20,
)


def examine(content: bytes) -> UnitFacts | None:
    """Return the settings of a unit, or None for what is none."""
    if not looks_like_text(content):
        return None
    section = ""
    found: list[Setting] = []
    for line, text in lines_of(content):
        said = text.strip()
        if said.startswith("[") and said.endswith("]"):
            section = said[1:-1]
        elif section and "=" in said and said[0] not in "#;":
            name, _, value = said.partition("=")
            found.append(
                Setting(span=line, section=section, name=name.strip(), value=value.strip())
            )
        if len(found) == MOST_SETTINGS:
            break
    return UnitFacts(settings=tuple(found)) if found else None
