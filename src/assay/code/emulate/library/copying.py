"""Library functions that copy, cut and convert texts and memory; what came from the input stays."""

from collections.abc import Callable, Iterator
from typing import Final

from assay.code.emulate.arithmetic import byte_swap
from assay.code.emulate.library.comparing import leaf_of, plain
from assay.code.emulate.machine import Machine
from assay.code.emulate.words import Choice, Word, leaf_word

Model = Callable[[Machine], int | None]
LONGEST: Final = 1 << 16
DIGITS: Final = b"0123456789abcdefghijklmnopqrstuvwxyz"


def _copy(m: Machine) -> int:
    target, text = int(m.argument(0)), m.space.text(m.argument(1), LONGEST)
    m.space.put(target, [*text, 0])
    return target


def _copy_to_end(m: Machine) -> int:
    target, text = int(m.argument(0)), m.space.text(m.argument(1), LONGEST)
    m.space.put(target, [*text, 0])
    return target + len(text)


def _copy_some(m: Machine) -> int:
    target, most = int(m.argument(0)), min(int(m.argument(2)), LONGEST)
    text = m.space.text(m.argument(1), most)
    m.space.put(target, text + [0] * (most - len(text)))
    return target


def _append(m: Machine) -> int:
    target, text = int(m.argument(0)), m.space.text(m.argument(1), LONGEST)
    m.space.put(target + len(m.space.text(target, LONGEST)), [*text, 0])
    return target


def _append_some(m: Machine) -> int:
    target = int(m.argument(0))
    text = m.space.text(m.argument(1), min(int(m.argument(2)), LONGEST))
    m.space.put(target + len(m.space.text(target, LONGEST)), [*text, 0])
    return target


def _copy_bounded(m: Machine) -> int:
    text, room = m.space.text(m.argument(1), LONGEST), int(m.argument(2))
    if room:
        m.space.put(m.argument(0), [*text[: room - 1], 0])
    return len(text)


def _append_bounded(m: Machine) -> int:
    target, room = int(m.argument(0)), int(m.argument(2))
    before, text = len(m.space.text(target, LONGEST)), m.space.text(m.argument(1), LONGEST)
    if room > before + 1:
        m.space.put(target + before, [*text[: room - before - 1], 0])
    return before + len(text)


def _duplicate(m: Machine) -> int:
    text = m.space.text(m.argument(0), LONGEST)
    target = m.reserve(len(text) + 1)
    m.space.put(target, [*text, 0])
    return target


def _duplicate_some(m: Machine) -> int:
    text = m.space.text(m.argument(0), min(int(m.argument(1)), LONGEST))
    target = m.reserve(len(text) + 1)
    m.space.put(target, [*text, 0])
    return target


def _move(m: Machine) -> int:
    target, size = int(m.argument(0)), min(int(m.argument(2)), LONGEST)
    m.space.put(target, m.space.bytes_at(m.argument(1), size))
    return target


def _move_to_end(m: Machine) -> int:
    return _move(m) + int(m.argument(2))


def _move_back(m: Machine) -> None:
    size = min(int(m.argument(2)), LONGEST)
    m.space.put(m.argument(1), m.space.bytes_at(m.argument(0), size))


def _fill(m: Machine) -> int:
    target = int(m.argument(0))
    m.space.put(target, bytes([int(m.argument(1)) & 0xFF]) * min(int(m.argument(2)), LONGEST))
    return target


def _clear(m: Machine) -> None:
    m.space.put(m.argument(0), bytes(min(int(m.argument(1)), LONGEST)))


def _allocate(m: Machine) -> int:
    return m.reserve(int(m.argument(0)))


def _allocate_many(m: Machine) -> int:
    return m.reserve(int(m.argument(0)) * int(m.argument(1)))


def _reallocate(m: Machine) -> int:
    before, size = int(m.argument(0)), int(m.argument(1))
    found = m.reserve(size)
    if before:
        # The old size is not kept; what lies behind it is unused heap.
        end = min(before + size, m.heap)
        m.space.put(found, m.space.bytes_at(before, min(end - before, LONGEST)))
    return found


def _cut(m: Machine, start: int, between: bytes, *, place: int) -> int:
    """Cut the next part off the text at *start*; keep the rest at *place*."""
    if not start:
        return 0
    text = plain(m.space.text(start, LONGEST))
    first = next((at for at, one in enumerate(text) if one not in between), len(text))
    if first == len(text):
        m.space.store(place, m.size, 0)
        return 0
    last = next((at for at in range(first, len(text)) if text[at] in between), len(text))
    if last < len(text):
        m.space.store(start + last, 1, 0)
        m.space.store(place, m.size, start + last + 1)
    else:
        m.space.store(place, m.size, 0)
    return start + first


def _token(m: Machine) -> int:
    place = m.memo.setdefault("strtok", 0) or m.reserve(8)
    m.memo["strtok"] = place
    start = int(m.argument(0)) or int(m.space.load(place, m.size))
    return _cut(m, start, plain(m.space.text(m.argument(1))), place=place)


def _token_kept(m: Machine) -> int:
    place = int(m.argument(2))
    start = int(m.argument(0)) or int(m.space.load(place, m.size))
    return _cut(m, start, plain(m.space.text(m.argument(1))), place=place)


def _separate(m: Machine) -> int:
    place = int(m.argument(0))
    start = int(m.space.load(place, m.size))
    if not start:
        return 0
    text, between = plain(m.space.text(start, LONGEST)), plain(m.space.text(m.argument(1)))
    last = next((at for at, one in enumerate(text) if one in between), -1)
    if last < 0:
        m.space.store(place, m.size, 0)
    else:
        m.space.store(start + last, 1, 0)
        m.space.store(place, m.size, start + last + 1)
    return start


def number_at(m: Machine, address: int, base: int) -> tuple[int, int]:
    """Return the number that the text at *address* spells and how long it is.

    Where the text came from the input the number is a Word that can be spelt anew.
    """
    values = m.space.text(address, 64)
    text = plain(values).lower()
    first = len(text) - len(text.lstrip(b" \t\n\r"))
    at, negative = first, text[first : first + 1] == b"-"
    at += text[first : first + 1] in (b"-", b"+")
    if text[at : at + 2] == b"0x" and base in (0, 16):
        at, base = at + 2, 16
    base = base or (8 if text[at : at + 1] == b"0" else 10)
    begin, number = at, 0
    while at < len(text) and 0 <= DIGITS.find(text[at : at + 1]) < base:
        number = number * base + DIGITS.index(text[at : at + 1])
        at += 1
    number = -number if negative else number
    leaf = leaf_of(values[0]) if values else None
    size = at if at > begin else 0
    if leaf is not None and base == 10:
        return leaf_word(number & m.mask, leaf, m.journal, "decimal"), size
    return number & m.mask, size


def _to_number(m: Machine) -> int:
    return number_at(m, int(m.argument(0)), 10)[0]


def _to_number_from(m: Machine) -> int:
    start, end = int(m.argument(0)), int(m.argument(1))
    number, size = number_at(m, start, int(m.argument(2)))
    if end:
        m.space.store(end, m.size, start + size)
    return number


def _other_case(first: int, last: int, *, lower: bool) -> Model:
    def run(m: Machine) -> int:
        value = m.argument(0)
        if not first <= int(value) <= last:
            return value
        return value | 0x20 if lower else value & ~0x20

    return run


def _is_kind(test: Callable[[int], bool], example: int) -> Model:
    """Return a question about a character; *example* is one of which it is true."""

    def run(m: Machine) -> int:
        value = m.argument(0)
        answer = test(int(value) & 0xFF)
        leaf = leaf_of(value) if isinstance(value, Word) else None
        if leaf is not None and not answer:

            def otherwise() -> Iterator[Choice]:
                yield {leaf: (example, 0xFF)}

            m.journal.note(otherwise, telling=False)
        return int(answer)

    return run


def _swap(size: int) -> Model:
    """Return the change from the machine's order of bytes to the network's."""

    def run(m: Machine) -> int:
        value = m.argument(0) & (1 << 8 * size) - 1
        return value if m.space.order == "big" else byte_swap(value, size)

    return run


MODELS: Final[dict[str, Model]] = {
    "strcpy": _copy,
    "__strcpy_chk": _copy,
    "stpcpy": _copy_to_end,
    "__stpcpy_chk": _copy_to_end,
    "strncpy": _copy_some,
    "__strncpy_chk": _copy_some,
    "strcat": _append,
    "__strcat_chk": _append,
    "strncat": _append_some,
    "__strncat_chk": _append_some,
    "strlcpy": _copy_bounded,
    "strlcat": _append_bounded,
    "strdup": _duplicate,
    "__strdup": _duplicate,
    "strndup": _duplicate_some,
    "memcpy": _move,
    "__memcpy_chk": _move,
    "memmove": _move,
    "__memmove_chk": _move,
    "mempcpy": _move_to_end,
    "bcopy": _move_back,
    "memset": _fill,
    "__memset_chk": _fill,
    "bzero": _clear,
    "explicit_bzero": _clear,
    "malloc": _allocate,
    "calloc": _allocate_many,
    "realloc": _reallocate,
    "strtok": _token,
    "strtok_r": _token_kept,
    "__strtok_r": _token_kept,
    "strsep": _separate,
    "atoi": _to_number,
    "atol": _to_number,
    "atoll": _to_number,
    "strtol": _to_number_from,
    "strtoul": _to_number_from,
    "strtoll": _to_number_from,
    "strtoull": _to_number_from,
    "__isoc23_strtol": _to_number_from,
    "__isoc23_strtoul": _to_number_from,
    "tolower": _other_case(65, 90, lower=True),
    "toupper": _other_case(97, 122, lower=False),
    "isdigit": _is_kind(lambda c: 48 <= c <= 57, 49),
    "isalpha": _is_kind(lambda c: 65 <= c & ~32 <= 90, 65),
    "isalnum": _is_kind(lambda c: 48 <= c <= 57 or 65 <= c & ~32 <= 90, 65),
    "isspace": _is_kind(lambda c: c == 32 or 9 <= c <= 13, 32),
    "isxdigit": _is_kind(lambda c: 48 <= c <= 57 or 65 <= c & ~32 <= 70, 49),
    "isprint": _is_kind(lambda c: 32 <= c < 127, 65),
    "htons": _swap(2),
    "ntohs": _swap(2),
    "htonl": _swap(4),
    "ntohl": _swap(4),
}
