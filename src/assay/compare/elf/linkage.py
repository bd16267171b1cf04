"""What the loader reads: relocations, the dynamic segment, versions of symbols, notes.

Each is read on both sides as a list of meanings; the two lists must be one.
Layout: System V gABI 4.1 chapter 5; Linux Standard Base Core 5.0, chapter 10 (versions).
"""

import struct
from collections import Counter

import numpy as np

from assay.code.memory import contained
from assay.code.relocations import KINDS, packed_relative, parse
from assay.code.symbols import (
    DT_MIPS_GOTSYM,
    DT_MIPS_LOCAL_GOTNO,
    DT_PLTGOT,
    SymbolTable,
)
from assay.compare.elf.half import Half
from assay.compare.elf.state import State
from assay.compare.elf.symbols import names_of, read
from assay.compare.elf.zones import Zone
from assay.compare.records import Change

Meaning = tuple[int | str, ...]
STRINGS = {1: "needs", 14: "is called", 15: "searches", 29: "searches", 0x7FFFFFFD: "uses"}
SIZES = {2, 8, 10, 18, 27, 28, 32, 33, 35}
ADDRESSES = {
    3, 4, 5, 6, 7, 12, 13, 17, 23, 25, 26, 36, 0x6FFFFEF5, 0x6FFFFFF0, 0x6FFFFFFC, 0x6FFFFFFE,
    0x70000006, 0x70000016,
}  # fmt: skip
DERIVED, DISTANCE = {0x7000000A}, 0x70000035
"""DT_MIPS_LOCAL_GOTNO, which tells the loader what to relocate: both tables are compared as it
leaves them; DT_MIPS_RLD_MAP_REL, the distance from the entry to a word that the loader writes."""
MOST_REPORTED, MOST_SLOTS = 8, 1 << 16


def prove_relocations(state: State, left: Zone, right: Zone) -> bool:
    """Say whether two tables of relocations do the same; note what differs."""
    if left.name == ".relr.dyn" or left.kind == 19:
        return _packed(state)
    first, second = _relocations(state, 0, left), _relocations(state, 1, right)
    if first == second:
        return True
    gone, come = first - second, second - first
    for meaning in sorted(gone, key=str)[:MOST_REPORTED]:
        state.add(_relocation_change(meaning, "went"))
    for meaning in sorted(come, key=str)[:MOST_REPORTED]:
        state.add(_relocation_change(meaning, "came"))
    return False


def _relocation_change(meaning: Meaning, word: str) -> Change:
    place, kind, symbol, addend = meaning
    what = f"to {symbol}" if symbol else f"to {_hex(addend)}"
    says = f"A relocation {word}: the word at {_hex(place)} leads {what} (type {kind})."
    return Change(kind="data", name="relocation", says=says)


def _hex(value: int | str) -> str:
    return f"{value:#x}" if isinstance(value, int) else value


def _relocations(state: State, side: int, zone: Zone) -> Counter[Meaning]:
    """Return what the relocations of a zone mean, in addresses of the second program."""
    half = (state.a, state.b)[side]
    body = np.frombuffer(half.body(zone), dtype=np.uint8)
    entries = parse(body, half.elf, rela=zone.kind == 4)
    symbols = read(half)
    names = names_of(symbols) if symbols is not None else []
    places, addends = entries.place, entries.addend
    relative = contained(entries.kind, _relative_kinds(half)) & (entries.symbol == 0)
    if side == 0:
        places, good = state.map.find(places)
        images, fine = state.map.find(addends)
        ends = dict(state.boundaries.tolist())
        addends = np.where(relative & fine, images, addends)
        lost = np.flatnonzero(relative & ~fine)
        addends[lost] = [ends.get(one, one) for one in addends[lost].tolist()]
        # Type 0 is an empty entry.
        places = np.where(good | (entries.kind == 0), places, -1 - entries.place)
        places = np.where(entries.kind == 0, entries.place, places)
    rows = zip(
        places.tolist(), entries.kind.tolist(), entries.symbol.tolist(), addends.tolist(),
        strict=True,
    )  # fmt: skip
    return Counter(
        (place, kind, _symbol(state, side, (symbols, names), symbol), addend)
        for place, kind, symbol, addend in rows
    )


def _relative_kinds(half: Half) -> list[int]:
    kinds = KINDS.get(half.elf.machine)
    return [*kinds.relative, *kinds.resolver] if kinds else []


def _symbol(
    state: State, side: int, table: tuple[SymbolTable | None, list[str]], number: int
) -> str:
    symbols, names = table
    if not number or symbols is None or number >= len(names):
        return "" if not number else f"#{number}"
    if names[number]:
        return names[number]
    # A section symbol: what counts is where it lies.
    value = int(symbols.rows["value"][number])
    return f"at {state.map.one(value) if side == 0 else value:#x}"


def _packed(state: State) -> bool:
    dynamic = [half.index.program.dynamic for half in (state.a, state.b)]
    first = packed_relative(state.a.elf, dynamic[0])
    second = packed_relative(state.b.elf, dynamic[1])
    images, good = state.map.find(first)
    return bool(good.all()) and sorted(images.tolist()) == sorted(second.tolist())


def prove_dynamic(state: State, left: Zone, right: Zone) -> bool:
    """Say whether two dynamic segments say the same; note what differs."""
    first, second = _tags(state.a, left), _tags(state.b, right)
    good = [tag for tag, _ in first] == [tag for tag, _ in second]
    if not good:
        state.add(
            Change(kind="data", name=".dynamic", says="The dynamic segment has other entries.")
        )
        return False
    step = state.a.elf.bits // 4
    for number, ((tag, value), (_, other)) in enumerate(zip(first, second, strict=True)):
        places = left.address + step * number, right.address + step * number
        if tag == DISTANCE:
            mask = (1 << state.a.elf.bits) - 1
            same = state.same_one(places[0] + value & mask, places[1] + other & mask)
        else:
            same = _same_tag(state, tag, value, other)
        if not same:
            good = False
            says = f"The dynamic entry {tag:#x} is {other:#x}, not {value:#x}."
            if tag in STRINGS:
                one, two = _string(state.a, value), _string(state.b, other)
                says = f"The program {STRINGS[tag]} {two}, not {one}."
            state.add(Change(kind="data", name=".dynamic", says=says))
    return good


def _tags(half: Half, zone: Zone) -> list[tuple[int, int]]:
    step = half.elf.bits // 8
    body = half.body(zone)
    kind = half.elf.order + ("I" if step == 4 else "Q")
    count = len(body) // step // 2
    words = struct.unpack_from(kind[0] + kind[1] * (2 * count), body)
    pairs = list(zip(words[::2], words[1::2], strict=True))
    end = next((place for place, (tag, _) in enumerate(pairs) if tag == 0), len(pairs))
    # Behind the end the loader reads nothing, but zeros belong there.
    return pairs[:end] + [pair for pair in pairs[end:] if any(pair)]


def _same_tag(state: State, tag: int, value: int, other: int) -> bool:
    if tag in STRINGS:
        return _string(state.a, value) == _string(state.b, other)
    if tag in DERIVED:
        return True
    if tag in ADDRESSES:
        zone = state.a.zone_at(value)
        return state.same_one(value, other) or (value == other and (not zone or not zone.name))
    if tag in SIZES and value != other:
        sizes = {(one.size, two.size) for one, two in state.zones}
        return (value, other) in sizes
    return value == other


def _string(half: Half, place: int) -> str:
    strings = half.zone(".dynstr")
    body = half.body(strings) if strings else b""
    return body[place : place + 4096].split(b"\0")[0].decode("latin-1")


def prove_versions(state: State) -> bool:
    """Say whether every dynamic symbol has the same version on both sides."""
    first, second = read(state.a), read(state.b)
    if first is None or second is None:
        return first is second
    chains = all(_ends_rightly(half) for half in (state.a, state.b))
    return chains and _versions(state.a, first) == _versions(state.b, second)


def _versions(half: Half, symbols: SymbolTable) -> Counter[tuple[str, str]]:
    zone = half.zone(".gnu.version")
    if zone is None:
        return Counter()
    body = half.body(zone)
    own = names_of(symbols)
    count = min(len(body) // 2, len(own))
    numbers = struct.unpack_from(f"{half.elf.order}{count}H", body)
    names = _version_names(half)
    return Counter(
        (own[place], names.get(number & 0x7FFF, str(number)) + ("*" * (number >> 15)))
        for place, number in enumerate(numbers)
    )


def _version_names(half: Half) -> dict[int, str]:
    """Return the versions by number: those that are needed with their file, and those defined."""
    names: dict[int, str] = {}
    zone = half.zone(".gnu.version_r")
    body = half.body(zone) if zone else b""
    layout = struct.Struct(half.elf.order + "HHIII")
    at = 0
    for _ in range(4096):
        if at + 16 > len(body):
            break
        _, count, file, aux, following = layout.unpack_from(body, at)
        place = at + aux
        for _ in range(min(count, 4096)):
            if place + 16 > len(body):
                break
            value, flags, other, name, step = struct.unpack_from(
                half.elf.order + "IHHII", body, place
            )
            names[other & 0x7FFF] = f"{_string(half, file)} {_string(half, name)} {value} {flags}"
            place += step
            if not step:
                break
        at += following
        if not following:
            break
    return names


def _ends_rightly(half: Half) -> bool:
    """Say whether the needed versions end where their counts say: a loader reads to the last."""
    zone = half.zone(".gnu.version_r")
    body = half.body(zone) if zone else b""
    at = 0
    for _ in range(4096):
        if at + 16 > len(body):
            return not body
        version, count, _, aux, following = struct.unpack_from(half.elf.order + "HHIII", body, at)
        if version != 1:
            return False
        place = at + aux
        for left in range(count - 1, -1, -1):
            if place + 16 > len(body):
                return False
            (step,) = struct.unpack_from(half.elf.order + "I", body, place + 12)
            if (step == 0) != (left == 0):
                return False
            place += step
        if not following:
            return True
        at += following
    return False


def prove_mips_table(state: State) -> bool:
    """Say whether each used entry of the global offset tables is one for the same symbol.

    What the loader puts there follows from the order of symbols, not from relocations.
    """
    first, second = _mips_slots(state.a), _mips_slots(state.b)
    good = _room_behind(state.a, first) == _room_behind(state.b, second)
    if not good:
        says = "The global offset tables have more or fewer entries than belong to them."
        state.add(Change(kind="program", name=".got", says=says))
    for address, name in first.items():
        image = state.map.one(address)
        if image >= 0 and second.get(image) != name:
            good = False
            says = f"The entry of {name or 'local addresses'} in the global offset table is "
            says += f"used as that of {second.get(image, 'nothing')}."
            state.add(Change(kind="program", name=".got", says=says))
    return good


def _mips_slots(half: Half) -> dict[int, str]:
    """Return the symbols of the entries of the global offset table by address, "" for local."""
    dynamic, symbols = half.index.program.dynamic, read(half)
    table, local = dynamic.get(DT_PLTGOT), dynamic.get(DT_MIPS_LOCAL_GOTNO)
    if symbols is None or not table or local > MOST_SLOTS:
        return {}
    names = names_of(symbols)[dynamic.get(DT_MIPS_GOTSYM) :]
    slots = {table + 4 * number: "" for number in range(local)}
    return slots | {table + 4 * (local + number): name for number, name in enumerate(names)}


def _room_behind(half: Half, slots: dict[int, str]) -> int:
    """Return how many bytes of the section of the global offset table lie behind its entries."""
    zone = half.zone_at(max(slots)) if slots else None
    return zone.end - max(slots) if zone is not None else -1


def is_build_id(body: bytes, order: str) -> bool:
    """Say whether a note is a build identifier and nothing else."""
    if len(body) < 16:
        return False
    name, size, kind = struct.unpack_from(order + "III", body)
    return (
        (name, kind) == (4, 3)
        and body[12:16] == b"GNU\0"
        and size in {8, 16, 20, 32}
        and len(body) == 16 + size
    )
