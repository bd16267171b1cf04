"""Strings that differ between two programs: times, folders, revisions, or something else.

A time counts as one only when both sides have one of the same form at the same place. Whether
it is shown or used is for a person: such strings are explained, never equivalent outright.
"""

from assay._kernel import lazy_re
from assay._kernel.printable import printable
from assay._kernel.value import Value
from assay.compare.elf.state import State
from assay.compare.ledger import Ledger
from assay.compare.records import Change

_TIMES = (
    lazy_re.compile(rb"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?: ?[A-Z]{2,5}|[+-]\d{4}|Z)?"),
    lazy_re.compile(
        rb"(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (?:[A-Z]{2,5} )?\d{4}"
    ),
    lazy_re.compile(rb"[A-Z][a-z]{2} [ \d]\d \d{4}(?:,? \d\d:\d\d:\d\d)?"),
    lazy_re.compile(rb"\d\d:\d\d:\d\d"),
    lazy_re.compile(rb"\d{4}[-/]\d\d[-/]\d\d"),
)
_REVISION = lazy_re.compile(rb"(?:-g|\b)[0-9a-f]{7,40}(?:-dirty)?\b")
_FOLDER = lazy_re.compile(rb"(/(?:[\w.+~@-]+/)+)(?=[\w.+~@-]+)")
_FORMS = (
    *(("N4", expression) for expression in _TIMES),
    ("N5", _FOLDER),
    ("N15", _REVISION),
)
_SAYS = {
    "N4": "both sides have a time of one form at this place",
    "N5": "one folder stands for another",
    "N15": "both sides have a revision at this place",
}
_PRINTABLE = frozenset(range(0x20, 0x7F)) | {9, 10, 13}
_TOP = 4096


class Token(Value):
    """A part of a string that a build may change: where it is and which cause that would have."""

    start: int
    end: int
    cause: str
    form: int


def tokens(text: bytes) -> list[Token]:
    """Return the times, paths and revisions in *text* in order; none overlaps another."""
    found: list[Token] = []
    for form, (cause, expression) in enumerate(_FORMS):
        for match in expression.finditer(text):
            start, end = match.span(1) if expression.groups else match.span()
            if end > start and not any(one.start < end and start < one.end for one in found):
                found.append(Token(start, end, cause, form))
    return sorted(found, key=lambda one: one.start)


def causes_of(a: bytes, b: bytes) -> list[tuple[Token, Token]] | None:
    """Return the tokens that differ between two strings, None when anything else does."""
    first, second = tokens(a), tokens(b)
    if [(one.cause, one.form) for one in first] != [(one.cause, one.form) for one in second]:
        return None
    if _rest(a, first) != _rest(b, second):
        return None
    pairs = zip(first, second, strict=True)
    return [(x, y) for x, y in pairs if a[x.start : x.end] != b[y.start : y.end]]


def _rest(text: bytes, found: list[Token]) -> list[bytes]:
    """Return what lies between the tokens of *text*."""
    ends = [0, *(one.end for one in found)]
    starts = [*(one.start for one in found), len(text)]
    return [text[end:start] for end, start in zip(ends, starts, strict=True)]


def explain_string(state: State, piece: tuple[int, int, int], places: list[int]) -> None:
    """Account for the places of a piece that differ and are no addresses."""
    start, _, image = piece
    done = -1
    for place in places:
        if place < done:
            continue
        first = _around(state, 0, start + place)
        second = _around(state, 1, image + place)
        if first is None or second is None:
            done = place + 1
            _differs(state, (start + place, image + place), 1)
            continue
        done = first[0] + len(first[1]) - start
        judge(state, *_from_one_place(first, second, start - image, start))


def _from_one_place(
    first: tuple[int, bytes], second: tuple[int, bytes], shift: int, start: int
) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
    """Return both strings from where the later one begins: what precedes it may look printable.

    Nor do they begin before their piece, which is at *start*.
    """
    begin = max(first[0], second[0] + shift, start)
    left, right = begin - first[0], begin - shift - second[0]
    return (begin, first[1][left:]), (begin - shift, second[1][right:])


def _around(state: State, side: int, address: int) -> tuple[int, bytes] | None:
    """Return the string around *address* of a side and where it begins."""
    half = (state.a, state.b)[side]
    zone = half.zone_at(address)
    if zone is None or zone.offset < 0:
        return None
    body = half.data[zone.offset : zone.offset + zone.size]
    at = address - zone.address
    start = at
    while start > 0 and at - start < _TOP and body[start - 1] in _PRINTABLE:
        start -= 1
    end = body.find(b"\0", at, at + _TOP)
    if end < 0 or end - start < 4 or not set(body[start:end]) <= _PRINTABLE:
        return None
    return zone.address + start, body[start:end]


def judge(state: State, first: tuple[int, bytes], second: tuple[int, bytes]) -> None:
    """Account for two strings that stand for each other and differ."""
    changed = causes_of(first[1], second[1])
    places = [_file_offset(state, side, at) for side, (at, _) in enumerate((first, second))]
    if changed:
        mark(state.ledger, (places[0], first[1]), (places[1], second[1]), changed)
    else:
        for side, (_, text) in enumerate((first, second)):
            state.ledger.differ(side, places[side], places[side] + len(text))
    says = sentence(first[1], second[1], changed, _users(state, first[0]))
    state.add(
        Change(
            kind="data", name=_short(first[1]), says=says,
            where_a=f"{first[0]:#x}", where_b=f"{second[0]:#x}",
        )
    )  # fmt: skip


def mark(
    ledger: Ledger,
    first: tuple[int, bytes],
    second: tuple[int, bytes],
    changed: list[tuple[Token, Token]],
) -> None:
    """Account for the *changed* tokens by their causes, for the rest of both strings as the same.

    The strings come with their places in the file.
    """
    for pair in changed:
        for side, token in enumerate(pair):
            place = (first, second)[side][0]
            start, end = place + token.start, place + token.end
            ledger.explain(side, start, end, token.cause, _SAYS[token.cause])
    for side, (place, text) in enumerate((first, second)):
        ledger.same(side, place, place + len(text))


def sentence(
    first: bytes, second: bytes, changed: list[tuple[Token, Token]] | None, users: str = ""
) -> str:
    """Return what became of a string; *changed* are the tokens that explain it."""
    text = f"The string “{_short(first)}” is “{_short(second)}” now"
    words = "; ".join(_SAYS[one] for one in sorted({token.cause for token, _ in changed or ()}))
    return f"{text} ({words}){users}." if words else f"{text}{users}."


def _file_offset(state: State, side: int, address: int) -> int:
    half = (state.a, state.b)[side]
    zone = half.zone_at(address)
    return 0 if zone is None else zone.offset + address - zone.address


def _users(state: State, address: int) -> str:
    """Return which functions refer to *address*, as the end of a sentence."""
    index = state.a.index
    references = index.references
    if references is None or index.functions is None:
        return ""
    sites = references.site[references.target == address]
    owners = index.functions.owner(sites)
    starts = sorted({int(index.functions.starts[one]) for one in owners.tolist() if one >= 0})
    names = [state.a.name(start) for start in starts[:3]]
    return f"; used by {', '.join(names)}" if names else ""


def _short(text: bytes) -> str:
    return printable(text[:80]) + ("…" if len(text) > 80 else "")


def _differs(state: State, places: tuple[int, int], length: int) -> None:
    """Note bytes that differ and have no meaning that is known."""
    for side, address in enumerate(places):
        offset = _file_offset(state, side, address)
        state.ledger.differ(side, offset, offset + length)
    zone = state.a.zone_at(places[0])
    name = zone.name if zone else ""
    before = next((one for one in reversed(state.changes) if one.kind == "data"), None)
    if before is not None and before.name == name and before.says.startswith("Bytes in"):
        return
    state.add(
        Change(
            kind="data",
            name=name,
            where_a=f"{places[0]:#x}",
            where_b=f"{places[1]:#x}",
            says=f"Bytes in {name} differ from {places[0]:#x} on{_users(state, places[0])}.",
        )
    )
