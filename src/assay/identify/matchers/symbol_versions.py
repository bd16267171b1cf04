"""Components from the versions that libraries give their symbols, whatever the file is called.

Most of them number the interface, so they tell the component and bound its release from below;
a few projects put their release there. The table is `data/symbol-versions.tsv`.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from assay._kernel import lazy_re
from assay._kernel.packaged import files
from assay.identify.sighting import Sighting
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.symbol_versions import SymbolVersions

METHOD = "symbol versions"
_RELEASE = lazy_re.compile(r"(\d+(?:[._]\d+)+)")
_NUMBERS = lazy_re.compile(r"\d+")


class _Row(NamedTuple):
    beginning: str
    component: str
    is_release: bool


def match(image: Inventory) -> Iterator[Sighting]:
    """Yield a sighting for each component whose versions a library defines: its newest one."""
    for node, facts in image.of(SymbolVersions):
        newest: dict[_Row, Span] = {}
        for span in facts.defined:
            row = _row_of(span.text)
            if row is not None and (row not in newest or _key(span) > _key(newest[row])):
                newest[row] = span
        for row, span in newest.items():
            release = _RELEASE.search(span.text) if row.is_release else None
            yield Sighting(
                key=row.component,
                version=release[1].replace("_", ".") if release else "",
                form="full-copy",
                method=METHOD,
                confidence=900 if release else 700,
                node=node,
                span=span,
            )


def _row_of(text: str) -> _Row | None:
    for one in _rows():
        if text.startswith(one.beginning):
            return one
    return None


def _key(span: Span) -> tuple[int, ...]:
    return tuple(int(one[:9]) for one in _NUMBERS.findall(span.text))


@lru_cache(maxsize=1)
def _rows() -> tuple[_Row, ...]:
    data = files("assay.identify.data").joinpath("symbol-versions.tsv")
    lines = (line.split("\t") for line in data.read_text("utf-8").splitlines())
    return tuple(
        _Row(beginning, component, kind == "release")
        for beginning, component, kind in (line for line in lines if len(line) == 3)
    )
