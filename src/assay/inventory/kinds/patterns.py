"""Patterns in any blob: all expressions at once in compiled code, details only where one hits.

The expressions are data (`inventory/patterns/<topic>.toml`), read by `inventory/patterns`.
"""

from assay.inventory.kind import Kind, Span, looks_like_text, shown
from assay.inventory.patterns import library
from assay.model.record import Record

MOST_LENGTH = 300
WHOLE = "#whole"


class Hit(Record, array_like=True):
    """A match of the pattern *id*; `before` and `after` are up to 24 bytes of context.

    An *id* with `WHOLE` at its end is a whole string that goes with a match of the pattern.
    """

    id: str
    span: Span
    before: str
    after: str


class PatternFacts(Record):
    """The pattern matches in a blob, in order of pattern and offset, at most 40 a pattern.

    `text` says whether the blob reads as text.
    """

    hits: tuple[Hit, ...]
    text: bool = False


KIND = Kind(
    name="patterns",
    version=6,
    facts=PatternFacts,
    about="matches of the pattern library: addresses, keys, banners, credentials",
    text=True,
    binary=True,
)


def examine(content: bytes) -> PatternFacts | None:
    """Return the pattern matches in *content*, or None when there are none."""
    found = library()
    hits = [
        _hit(identity, content, start, end)
        for identity, first in found.present(content).items()
        for start, end in found.matches(identity, content, first)
    ]
    for identity in dict.fromkeys(hit.id for hit in hits):
        strings = found.whole_strings(identity, content)
        hits += [_hit(identity + WHOLE, content, start, end) for start, end in strings]
    return PatternFacts(hits=tuple(hits), text=looks_like_text(content)) if hits else None


def _hit(identity: str, content: bytes, start: int, end: int) -> Hit:
    end = min(end, start + MOST_LENGTH)
    return Hit(
        id=identity,
        span=Span(offset=start, length=end - start, text=shown(content[start:end])),
        before=shown(content[max(0, start - 24) : start]),
        after=shown(content[end : end + 24]),
    )
