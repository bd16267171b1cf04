"""The printf and scanf families as far as commands and requests need them.

Only integers, characters and texts; a text from the input stays what it is.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final

from assay._kernel import lazy_re
from assay.code.emulate.arithmetic import signed
from assay.code.emulate.library.comparing import leaf_of, plain
from assay.code.emulate.library.copying import number_at
from assay.code.emulate.library.receiving import next_line
from assay.code.emulate.machine import Ended, Machine
from assay.code.emulate.words import Choice, Word

Model = Callable[[Machine], int | None]
Next = Callable[[], int]
LONGEST: Final = 4096
MOST_TAKEN: Final = 64
"""Arguments that one call takes."""

SPEC: Final = lazy_re.compile(
    rb"%(?P<flags>[-+ #0]*)(?P<width>\*|\d+)?(?:\.(?P<precision>\*|\d+)?)?"
    rb"(?P<size>hh|h|ll|l|j|z|t|q|L)?(?P<kind>[diouxXcspn%])"
)
SCAN: Final = lazy_re.compile(
    rb"%(?P<skip>\*)?(?P<width>\d+)?(?P<size>hh|h|ll|l|j|z)?(?P<kind>[diuxXscn%]|\[\^?\]?[^\]]*\])"
)
SIZES: Final = {b"hh": 1, b"h": 2, b"ll": 8, b"j": 8, b"q": 8}


def formatted(m: Machine, template: bytes, following: Next) -> list[int]:
    """Return *template* filled in; *following* gives the next argument. Raises `Ended`."""
    out: list[int] = []
    place = 0
    while place < len(template) and len(out) < LONGEST:
        end = template.find(b"%", place)
        if end < 0:
            end = len(template)
        out += template[place:end]
        if end >= len(template):
            break
        found = SPEC.match(template, end)
        if found is None:
            raise Ended("a format that is not followed")
        out += _one(m, found, following)
        place = found.end()
    return out[:LONGEST]


def _one(m: Machine, found: "re.Match[bytes]", following: Next) -> list[int]:
    kind = found["kind"]
    if kind == b"%":
        return [0x25]
    width, precision = (_amount(found[name], following) for name in ("width", "precision"))
    if kind == b"s":
        place = int(following())
        text: list[int] = m.space.text(place, LONGEST) if place else list(b"(null)")
        values = text[:precision] if precision >= 0 else text
    elif kind == b"c":
        values = [following() & 0xFF]
    elif kind == b"n":
        raise Ended("a format that writes")
    else:
        values = list(_number(m, found, following, precision))
    gap = [0x30 if b"0" in found["flags"] and kind not in b"sc" else 0x20] * (width - len(values))
    return values + [0x20] * len(gap) if b"-" in found["flags"] else gap + values


def _amount(text: bytes | None, following: Next) -> int:
    if text is None:
        return -1
    amount = int(following()) if text == b"*" else int(text)
    return min(amount, LONGEST) if amount < 1 << 31 else -1


def _number(m: Machine, found: "re.Match[bytes]", following: Next, precision: int) -> bytes:
    kind = found["kind"]
    size = SIZES.get(found["size"] or b"", m.size if found["size"] or kind == b"p" else 4)
    if size > m.size:
        raise Ended("a number of two registers is printed")
    value = int(following()) & (1 << 8 * size) - 1
    if kind in b"di":
        value = signed(value, 8 * size)
    shape = {b"x": "x", b"X": "X", b"o": "o", b"p": "x"}.get(kind, "d")
    digits = format(abs(value), shape).rjust(max(precision, 0), "0")
    return (("-" if value < 0 else "") + digits).encode()


def _arguments(m: Machine, first: int) -> Next:
    return _each(m.argument, range(first, first + MOST_TAKEN))


def _each(get: Callable[[int], int], where: Iterable[int]) -> Next:
    """Return what gets the next of the arguments *where*; raises `Ended` behind the last."""
    left = iter(where)

    def following() -> int:
        for one in left:
            return get(one)
        raise Ended("a format that takes too many arguments")

    return following


def variable_arguments(m: Machine, place: int) -> Next:
    """Return what takes the arguments of the `va_list` at *place* one after the other.

    Layouts: System V ABI supplements of x86-64, AArch64 and PowerPC; a pointer elsewhere.
    """
    machine, load = m.index.program.machine, m.space.load
    if machine == 62:
        return _from_two(
            m, int(load(place, 4)), 48, int(load(place + 16, 8)), int(load(place + 8, 8))
        )
    if machine == 183:
        offset = signed(int(load(place + 24, 4)), 32)
        top = int(load(place + 8, 8))
        return _from_two(m, offset, 0, top, int(load(place, 8)))
    if machine == 20:
        used, rest, saved = int(load(place, 1)), int(load(place + 4, 4)), int(load(place + 8, 4))
        return _from_two(m, 4 * used, 32, saved, rest)
    return _from_two(m, 0, 0, 0, place)


def _from_two(m: Machine, offset: int, end: int, saved: int, rest: int) -> Next:
    """Return what takes words at *saved* from *offset* up to *end*, then those at *rest*."""
    first = range(saved + offset, saved + end, m.size)
    places = chain(first, range(rest, rest + MOST_TAKEN * m.size, m.size))
    return _each(lambda place: m.space.load(place, m.size), places)


def _print_into(template: int, *, room: int = -1, listed: bool = False) -> Model:
    """Return printing into argument 0; the numbers of the template and of the size."""

    def run(m: Machine) -> int:
        text = plain(m.space.text(m.argument(template), LONGEST))
        at = template + 1
        following = variable_arguments(m, int(m.argument(at))) if listed else _arguments(m, at)
        out = formatted(m, text, following)
        most = int(m.argument(room)) if room >= 0 else LONGEST
        if most:
            m.space.put(m.argument(0), [*out[: most - 1], 0])
        return len(out)

    return run


def _print_allocated(m: Machine) -> int:
    text = plain(m.space.text(m.argument(1), LONGEST))
    out = formatted(m, text, _arguments(m, 2))
    place = m.reserve(len(out) + 1)
    m.space.put(place, [*out, 0])
    m.space.store(m.argument(0), m.size, place)
    return len(out)


def _printed(_m: Machine) -> int:
    return 1


def _scan(m: Machine) -> int:
    """Read the text of argument 0 by the template of argument 1; return how many were stored."""
    return _scan_text(m, int(m.argument(0)))


def _scan_text(m: Machine, source: int) -> int:
    template = plain(m.space.text(m.argument(1), 256))
    following, stored, place = _arguments(m, 2), 0, 0
    while place < len(template):
        found = SCAN.match(template, place)
        if found is None:
            source, good = _literal(m, source, template[place])
            place += 1
            if not good:
                break
            continue
        place = found.end()
        source, good, counted = _scanned(m, found, source, following)
        if not good:
            break
        stored += counted
    return stored


def _scan_stream(m: Machine) -> int:
    """Read a line of the stream in argument 0 by the template of argument 1."""
    place = next_line(m, int(m.argument(0)))
    return _scan_text(m, place) if place else m.mask


def _literal(m: Machine, source: int, wanted: int) -> tuple[int, bool]:
    if chr(wanted).isspace():
        return _past_space(m, source), True
    have = m.space.byte(source)
    if int(have) == wanted:
        return source + 1, True
    _note(m, have, wanted)
    return source, False


def _note(m: Machine, have: int, wanted: int) -> None:
    leaf = leaf_of(have) if isinstance(have, Word) else None
    if leaf is not None:

        def otherwise() -> Iterator[Choice]:
            yield {leaf: (wanted, 0xFF)}

        m.journal.note(otherwise, telling=False)


def _past_space(m: Machine, source: int) -> int:
    text = plain(m.space.text(source, LONGEST))
    return source + len(text) - len(text.lstrip(b" \t\n\r\v\f"))


def _scanned(
    m: Machine, found: "re.Match[bytes]", source: int, following: Next
) -> tuple[int, bool, int]:
    """Carry out one conversion; return where the text goes on, success, and what was stored."""
    kind = found["kind"]
    target = 0 if found["skip"] or kind == b"%" else int(following())
    if kind == b"n":
        raise Ended("a format that counts")
    if kind != b"c" and not kind.startswith(b"["):
        source = _past_space(m, source)
    width = int(found["width"] or LONGEST)
    if kind in (b"s", b"c") or kind.startswith(b"["):
        values = _matching(m.space.text(source, LONGEST), kind, width)
        if target and values:
            m.space.put(target, values if kind == b"c" else [*values, 0])
        return source + len(values), bool(values), int(bool(target))
    number, size = number_at(m, source, {b"i": 0, b"x": 16, b"X": 16}.get(kind, 10))
    if not size:
        _note(m, m.space.byte(source), 0x31)
        return source, False, 0
    if target:
        m.space.store(
            target, SIZES.get(found["size"] or b"", m.size if found["size"] else 4), number
        )
    return source + min(size, width), True, int(bool(target))


def _matching(text: list[int], kind: bytes, width: int) -> list[int]:
    if kind == b"c":
        return text[: 1 if width == LONGEST else width]
    if kind == b"s":
        good = [int(one) not in b" \t\n\r\v\f" for one in text]
    else:
        inside, members = kind[1:2] != b"^", _members(kind.strip(b"[]").removeprefix(b"^"))
        good = [(int(one) in members) == inside for one in text]
    length = next((at for at, one in enumerate(good) if not one), len(text))
    return text[: min(length, width)]


def _members(text: bytes) -> frozenset[int]:
    """Return the characters of a set such as `a-z_`."""
    found, at = set(), 0
    while at < len(text):
        if text[at + 1 : at + 2] == b"-" and at + 2 < len(text):
            found |= set(range(text[at], text[at + 2] + 1))
            at += 3
        else:
            found.add(text[at])
            at += 1
    return frozenset(found)


MODELS: Final[dict[str, Model]] = {
    "sprintf": _print_into(1),
    "__sprintf_chk": _print_into(3),
    "snprintf": _print_into(2, room=1),
    "__snprintf_chk": _print_into(4, room=1),
    "vsprintf": _print_into(1, listed=True),
    "vsnprintf": _print_into(2, room=1, listed=True),
    "__vsnprintf_chk": _print_into(4, room=1, listed=True),
    "__vsprintf_chk": _print_into(3, listed=True),
    "asprintf": _print_allocated,
    "sscanf": _scan,
    "__isoc99_sscanf": _scan,
    "__isoc23_sscanf": _scan,
    "fscanf": _scan_stream,
    "__isoc99_fscanf": _scan_stream,
    "__isoc23_fscanf": _scan_stream,
}
for _name in (
    *("printf", "__printf_chk", "fprintf", "__fprintf_chk", "vprintf", "vfprintf"),
    *("__vfprintf_chk", "dprintf", "__dprintf_chk", "puts", "fputs", "putchar", "putc", "fputc"),
    *("_IO_putc", "fwrite", "fputs_unlocked", "perror", "syslog", "__syslog_chk", "vsyslog"),
    *("warn", "warnx", "fflush", "setbuf", "setvbuf", "setlinebuf"),
):
    MODELS[_name] = _printed
