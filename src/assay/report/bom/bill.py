"""What a bill of materials is made from: the subject, the tool, the components, and the files.

The exporters of this folder and `report/cyclonedx.py` write a `Bill`; the same bill always gives
the same bytes. Files are optional.
"""

from functools import lru_cache

from assay._kernel import lazy_re
from assay._kernel.packaged import files
from assay._kernel.value import Value
from assay.model.result import Component, Evaluation, Subject, Tool

_OPERATORS = {"AND", "OR", "WITH"}
_TOKENS = lazy_re.compile(r"[()]|[^\s()]+")


class BillFile(Value):
    """A file of the image and the paths of the libraries that it loads."""

    path: str
    sha256: str
    size: int
    needs: tuple[str, ...] = ()


class Bill(Value):
    """A bill of materials; `name` is the name under which the image was handed in."""

    name: str
    subject: Subject
    tool: Tool
    components: tuple[Component, ...]
    files: tuple[BillFile, ...] = ()

    @property
    def numbers(self) -> dict[str, int]:
        """The place of each component by its purl."""
        found: dict[str, int] = {}
        for number, component in enumerate(self.components):
            found.setdefault(component.purl, number)
        return found

    def needs(self, component: Component) -> list[int]:
        """Return the places of the components that *component* needs, in order."""
        numbers = self.numbers
        return sorted(numbers[purl] for purl in component.needs if purl in numbers)


def bill_of(evaluation: Evaluation, name: str) -> Bill:
    """Return the bill of an evaluation, without files."""
    return Bill(name, evaluation.subject, evaluation.tool, evaluation.components)


def digest_of(component: Component) -> str:
    """Return the SHA-256 of the one file that the component is, empty where it is several."""
    if component.kind == "package":
        return ""
    blobs = {one.blob for one in component.occurrences}
    return blobs.pop() if len(blobs) == 1 else ""


@lru_cache(maxsize=1)
def spdx_licences() -> frozenset[str]:
    """Return the identifiers of the SPDX licence list."""
    data = files("assay.report.data").joinpath("spdx-licences.txt")
    lines = data.read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def is_expression(licence: str) -> bool:
    """Return whether *licence* is an SPDX expression over identifiers of the list."""
    depth, operand_next = 0, True
    for token in _TOKENS.findall(licence):
        if token == "(":  # noqa: S105 - a token of the grammar
            fits, depth = operand_next, depth + 1
        elif token == ")":  # noqa: S105 - a token of the grammar
            fits, depth = not operand_next and depth > 0, depth - 1
        elif token in _OPERATORS:
            fits, operand_next = not operand_next, True
        else:
            fits = operand_next and token.removesuffix("+") in spdx_licences()
            operand_next = False
        if not fits:
            return False
    return depth == 0 and not operand_next
