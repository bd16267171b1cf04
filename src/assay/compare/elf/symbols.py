"""Dynamic symbols, their strings and hash tables: the same names for the same things."""

import struct

import numpy as np

from assay.code.symbols import SymbolTable, table
from assay.compare.elf.half import Half
from assay.compare.elf.state import State
from assay.compare.elf.zones import Zone
from assay.compare.records import Change

OBJECT, FUNCTION, TLS_SYMBOL = 1, 2, 6
ABSOLUTE = 0xFFF0
MOST_NAMES = 200_000


def read(half: Half) -> SymbolTable | None:
    """Return the dynamic symbols of *half*, None without any."""
    zone, strings = half.zone(".dynsym"), half.zone(".dynstr")
    if zone is None or strings is None:
        return None
    body = np.frombuffer(half.body(zone), dtype=np.uint8)
    return table(half.elf, body, half.body(strings))


def prove_symbols(state: State) -> bool:
    """Say whether both sides have the same dynamic symbols; note those that differ."""
    first, second = read(state.a), read(state.b)
    if first is None or second is None:
        return first is second
    left, right = _by_name(first), _by_name(second)
    good = True
    for name in sorted(left.keys() - right.keys()):
        good = _note(state, name, f"The symbol {name} is gone.")
    for name in sorted(right.keys() - left.keys()):
        good = _note(state, name, f"The symbol {name} is new.")
    for name in sorted(left.keys() & right.keys()):
        if not _alike(state, first.rows[left[name]], second.rows[right[name]]):
            good = _note(state, name, f"The symbol {name} stands for something else.")
    return good


def _note(state: State, name: str, says: str) -> bool:
    state.add(Change(kind="data", name=name, says=says))
    return False


def names_of(symbols: SymbolTable) -> list[str]:
    """Return the names of all symbols in their order."""
    return symbols.names(np.arange(min(len(symbols), MOST_NAMES), dtype=np.int64))


def _by_name(symbols: SymbolTable) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, text in enumerate(names_of(symbols)):
        name = text
        while name in found:
            name += "~"
        found[name] = number
    return found


def _alike(state: State, first: np.void, second: np.void) -> bool:
    """Say whether two symbols of one name stand for the same thing."""
    if (first["info"], first["other"]) != (second["info"], second["other"]):
        return False
    one, two = int(first["section"]), int(second["section"])
    if (one == 0) != (two == 0) or (one >= ABSOLUTE) != (two >= ABSOLUTE):
        return False
    if _section_name(state.a, one) != _section_name(state.b, two):
        return False
    value, other = int(first["value"]), int(second["value"])
    kind = int(first["info"]) & 15
    sizes = first["size"] == second["size"]
    if kind == TLS_SYMBOL or one >= ABSOLUTE or value == other == 0:
        return value == other and bool(sizes)
    if kind == OBJECT and value in state.uneven:
        text, _, other_text = state.uneven[value]
        sizes = int(second["size"]) - int(first["size"]) == len(other_text) - len(text)
    if kind == FUNCTION and not sizes:
        # The size of a function that was changed follows from it.
        sizes = _changed_function(state, value)
    return bool(sizes) and state.same_one(value, other)


def _section_name(half: Half, number: int) -> str:
    sections = half.elf.sections
    return sections[number].name if number < len(sections) else f"#{number}"


def _changed_function(state: State, address: int) -> bool:
    chunk = int(state.a.code.owner(np.array([address & ~1], dtype=np.int64))[0])
    return chunk >= 0 and not bool(state.pairing.same[chunk])


def same_strings(state: State, left: Zone, right: Zone) -> bool:
    """Say whether two string tables hold the same strings."""
    first = sorted(state.a.body(left).split(b"\0"))
    second = sorted(state.b.body(right).split(b"\0"))
    if first == second:
        return True
    gone, come = sorted(set(first) - set(second)), sorted(set(second) - set(first))
    for text in [*gone, *come][:8]:
        word = "gone" if text in gone else "new"
        name = text.decode("latin-1")
        state.add(Change(kind="data", name=left.name, says=f"The name {name} is {word}."))
    return False


def hash_is_right(half: Half, zone: Zone, symbols: SymbolTable) -> bool:
    """Say whether a hash table finds every symbol that it has to: it follows from the names."""
    body = half.body(zone)
    finder = _find_gnu if zone.name == ".gnu.hash" else _find_plain
    for number, name in enumerate(names_of(symbols)):
        listed = finder is _find_gnu and number >= _word(half, body, 4)
        if number == 0 or (int(symbols.rows["section"][number]) == 0 and not listed):
            continue
        if not finder(half, body, name.encode(), number):
            return False
    return True


def _word(half: Half, body: bytes, at: int) -> int:
    if at + 4 > len(body):
        return 0
    return int(struct.unpack_from(half.elf.order + "I", body, at)[0])


def _find_plain(half: Half, body: bytes, name: bytes, wanted: int) -> bool:
    value = 0
    for byte in name:
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ high >> 24) & ~high & 0xFFFFFFFF
    buckets, count = _word(half, body, 0), _word(half, body, 4)
    if not buckets:
        return False
    at = _word(half, body, 8 + 4 * (value % buckets))
    for _ in range(count):
        if at == wanted:
            return True
        at = _word(half, body, 8 + 4 * (buckets + at))
    return False


def _find_gnu(half: Half, body: bytes, name: bytes, wanted: int) -> bool:
    value = 5381
    for byte in name:
        value = (value * 33 + byte) & 0xFFFFFFFF
    buckets, first, bloom = (_word(half, body, 4 * step) for step in range(3))
    if not buckets:
        return False
    if not _in_filter(half, body, value):
        return False
    heads = 16 + bloom * (half.elf.bits // 8)
    at = _word(half, body, heads + 4 * (value % buckets))
    chains = heads + 4 * buckets
    while first <= at <= wanted:
        link = _word(half, body, chains + 4 * (at - first))
        if at == wanted:
            return link | 1 == value | 1
        if link & 1:
            return False
        at += 1
    return False


def _in_filter(half: Half, body: bytes, value: int) -> bool:
    """Say whether the filter before the buckets lets a loader look for a hash."""
    size, words, shift = half.elf.bits, _word(half, body, 8), _word(half, body, 12)
    if not words:
        return False
    at = 16 + size // 8 * (value // size % words)
    if at + size // 8 > len(body):
        return False
    (word,) = struct.unpack_from(half.elf.order + ("Q" if size == 64 else "I"), body, at)
    return bool(word >> value % size & 1 and word >> (value >> shift) % size & 1)
