"""CPE names of version 2.3 and 2.2, cut into their parts. Reference: NISTIR 7695."""

from typing import NamedTuple
from urllib.parse import unquote

from assay._kernel import lazy_re

_COLON = lazy_re.compile(r"(?<!\\):")
_ESCAPE = lazy_re.compile(r"\\(.)")
LONGEST = 600


class Cpe(NamedTuple):
    """The parts of a CPE name, without escapes; `*` for any, `-` for not applicable."""

    part: str
    vendor: str
    product: str
    version: str = "*"
    update: str = "*"
    edition: str = "*"
    language: str = "*"
    sw_edition: str = "*"
    target_sw: str = "*"
    target_hw: str = "*"

    @property
    def full_version(self) -> str:
        """The version with its update: `1.0.2` and `k` are `1.0.2k`; `*` and `-` as they are."""
        if self.version in {"*", "-"} or self.update in {"*", "-", ""}:
            return self.version
        joint = "-" if self.update[0].isdigit() else ""
        return f"{self.version}{joint}{self.update}"


def parse(name: str) -> Cpe | None:
    """Return the parts of *name*, None when it is no CPE name."""
    if len(name) > LONGEST:
        return None
    if name.startswith("cpe:2.3:"):
        fields = name.split(":") if "\\" not in name else _COLON.split(name)
        if len(fields) < 5 or fields[2] not in {"a", "o", "h"}:
            return None
        return Cpe(*(_ESCAPE.sub(r"\1", one) for one in fields[2:12]))
    if name.startswith("cpe:/"):
        fields = [unquote(one) or "*" for one in name[5:].split(":")]
        if len(fields) < 3 or fields[0] not in {"a", "o", "h"}:
            return None
        return Cpe(*fields[:7])
    return None
