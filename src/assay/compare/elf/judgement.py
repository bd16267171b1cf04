"""Compares two ELF files: the steps in order, and the verdict that the account allows."""

from collections.abc import Callable

import numpy as np

from assay.code.elf import ET_DYN, ET_EXEC, ET_REL, PT_LOAD, NotAnElf
from assay.code.highhalf import HIGHEST
from assay.code.memory import byte_order, without
from assay.compare.counts import who_differs
from assay.compare.elf import linkage, symbols, unwinding
from assay.compare.elf.addresses import AddressMap
from assay.compare.elf.cutting import agree
from assay.compare.elf.data import prove_data
from assay.compare.elf.describe import describe_functions, differing_chunks
from assay.compare.elf.fields import fields_of, supported
from assay.compare.elf.functions import exchange, pair_chunks
from assay.compare.elf.half import Half, by_segments, read_half
from assay.compare.elf.imports import no_functions, to_same_name
from assay.compare.elf.labelling import label_code
from assay.compare.elf.layout import code_pieces, data_pieces
from assay.compare.elf.modes import agree_on_modes
from assay.compare.elf.objects import compare_objects
from assay.compare.elf.outside import (
    account_headers,
    account_sections,
    same_headers,
    same_identity,
    same_segments,
)
from assay.compare.elf.patched import closed_bytes, patched
from assay.compare.elf.proof import prove_code, prove_patched
from assay.compare.elf.references import references_of
from assay.compare.elf.rows import pair_rows
from assay.compare.elf.state import State, boundaries_of, pair_zones
from assay.compare.elf.toolchain import Toolchain, same_texts, toolchain_of, verdict_on
from assay.compare.elf.unloaded import compare_unloaded
from assay.compare.elf.unmoved import settle_rest, settle_zone
from assay.compare.elf.votes import from_code, from_pointers, partners
from assay.compare.elf.zones import Zone
from assay.compare.ledger import Ledger, level_of
from assay.compare.levels import Level, worst
from assay.compare.outcome import Outcome, different, unread
from assay.compare.records import Change
from assay.compare.texts import changed_texts

KIND, MIPS = "program", 8
CUTS = 8
SIZABLE = 64
"""Bytes of a function that says something of the compiler: start-up code and stubs are shorter."""
ROUNDS = 4
STRUCTURED = "names and places follow from the map"


def compare_programs(path: str, a: bytes, b: bytes) -> Outcome:
    """Return how two ELF files differ."""
    try:
        left, right = read_half(a), read_half(b)
    except NotAnElf as error:
        return unread(KIND, len(a), len(b), f"a program cannot be read: {error}")
    reason = _incomparable(left, right)
    return unread(KIND, len(a), len(b), reason) if reason else _compared(path, left, right)


def _compared(path: str, left: Half, right: Half) -> Outcome:
    if ET_REL == left.elf.kind == right.elf.kind:
        return compare_objects(left, right)
    if left.elf.kind not in {ET_EXEC, ET_DYN} or _same_loaded(left, right):
        return compare_unloaded(left, right)
    if any(_lies_high(half) for half in (left, right)):
        sizes = len(left.data), len(right.data)
        return unread(KIND, *sizes, "a program lies at the top of the address space")
    if not left.zones or not right.zones:
        return _without_sections(path, left, right)
    if not _followed(left) or not _followed(right):
        return _without_proof(left, right)
    return _proven(left, right)


def _incomparable(a: Half, b: Half) -> str:
    """Return why two programs cannot be compared, empty when they can."""
    if (a.elf.machine, a.elf.bits, a.elf.order) != (b.elf.machine, b.elf.bits, b.elf.order):
        return "the two programs are for different processors"
    for half in (a, b):
        if half.elf.problems:
            return f"a program is damaged: {half.elf.problems[0]}"
    return ""


def _same_loaded(a: Half, b: Half) -> bool:
    """Say whether both files load the same bytes to the same places."""
    if a.elf.segments != b.elf.segments or not a.elf.segments or not same_headers(a, b):
        return False
    build_ids = []
    for half in (a, b):
        zone = half.zone(".note.gnu.build-id")
        good = zone is not None and linkage.is_build_id(half.body(zone), half.elf.order)
        build_ids.append((zone.offset + 16, zone.offset + zone.size) if zone and good else (0, 0))
    if build_ids[0] != build_ids[1]:
        return False
    start, end = build_ids[0]
    for one in a.elf.segments:
        if one.kind != 1:
            continue
        first, last = max(one.offset, 64), one.offset + one.file_size
        for low, high in (
            (first, max(first, min(start, last))),
            (max(first, min(end, last)), last),
        ):
            if _without_headers(a, low, high) != _without_headers(b, low, high):
                return False
    return True


def _followed(half: Half) -> bool:
    """Say whether the addresses in the code of a program can be followed."""
    return supported(half.elf.machine) and half.index.flow is not None


def _lies_high(half: Half) -> bool:
    """Say whether a program claims addresses beyond those that the index works with."""
    loads = (one for one in half.elf.segments if one.kind == PT_LOAD)
    return any(one.address + one.memory_size >= HIGHEST for one in loads)


def _without_headers(half: Half, start: int, end: int) -> bytes:
    return half.data[start:end]


def _without_sections(path: str, a: Half, b: Half) -> Outcome:
    """Return the outcome for programs whose section table is missing or does not tell the truth.

    Functions are compared and named, but nothing is proven: what lies between them is unknown.
    """
    says = "no usable section table, so no more can be told"
    change = Change(
        kind="program", name=path.rpartition("/")[2], says=f"Loaded bytes differ: {says}.",
        lines=changed_texts(a.data, b.data),
    )  # fmt: skip
    functions, counts = _functions(a, b)
    names = [one.name for one in functions]
    what = who_differs(names) if names else "loaded bytes differ"
    reason = "; ".join(filter(None, (counts, what, says)))
    return different(KIND, a.data, b.data, reason, (*functions, change))


def _functions(a: Half, b: Half) -> tuple[list[Change], str]:
    """Return the functions that differ, told by segments alone, and how many are the same."""
    left, right = by_segments(a), by_segments(b)
    coded = all(any(zone.code for zone in half.zones) for half in (left, right))
    if not coded or not _followed(left) or not _followed(right):
        return [], ""
    agree_on_modes(left, right)
    state, _, _ = _state(left, right)
    prove_code(state)
    # Where data went is hardly known without sections: in functions of the same instructions
    # only calls and jumps count.
    direct = state.refs[0].direct.has[state.rows.a] | ~state.rows.exact
    direct &= ~to_same_name(state)
    state.wrong = {number: why for number, why in state.wrong.items() if direct[number]}
    omitted = no_functions(state)
    differing = differing_chunks(state).keys() - omitted[0]
    total = len(left.code) - len(omitted[0])
    same = f"{total - len(differing)} of {total} functions have the same instructions and calls"
    new = set(state.pairing.new(len(right.code)).tolist()) - omitted[1]
    news = f", {len(new)} {'is' if len(new) == 1 else 'are'} new" if new else ""
    return describe_functions(state, omitted), f"{same}{news}"


def _without_proof(a: Half, b: Half) -> Outcome:
    reason = "loaded bytes differ and Assay cannot follow the addresses in this code"
    return unread(KIND, len(a.data), len(b.data), reason)


def _proven(a: Half, b: Half) -> Outcome:
    tools = toolchain_of(a), toolchain_of(b)
    agree_on_modes(a, b)
    state = patched(a, b)
    outcome = _of_patched(state, tools) if state is not None else None
    if outcome is not None:
        return outcome
    state, lost, new = _state(a, b)
    for zone in [*lost, *new]:
        word = "gone" if zone in lost else "new"
        state.add(
            Change(kind="program", name=zone.name, says=f"The section {zone.name} is {word}.")
        )
    good = same_identity(state) & same_segments(state)
    changed = prove_code(state)
    label_code(state, changed)
    for left, right in state.zones:
        if not left.code:
            _zone(state, left, right)
    if state.a.elf.machine == MIPS:
        linkage.prove_mips_table(state)
    if good:
        account_headers(state)
    account_sections(state)
    state.changes[:0] = describe_functions(state)
    return _outcome(state, tools)


def _of_patched(state: State, tools: tuple[Toolchain, Toolchain]) -> Outcome | None:
    """Return the outcome for programs of which some functions were patched; None for others."""
    good = same_identity(state) & same_segments(state)
    changed = prove_patched(state)
    if not good or state.changes:
        return None
    label_code(state, changed, closed_bytes(state))
    for left, right in state.zones:
        if not left.code and left.offset >= 0:
            state.ledger.equal(left.offset, right.offset, left.size)
    account_headers(state)
    account_sections(state)
    state.changes[:0] = describe_functions(state)
    outcome = _outcome(state, tools)
    return outcome if outcome.level == "D" else None


def _state(a: Half, b: Half) -> tuple[State, list[Zone], list[Zone]]:
    fields = fields_of(a), fields_of(b)
    pairing = pair_chunks(a, b, *fields)
    for _ in range(CUTS):
        if not agree(a, b, pairing):
            break
        fields = fields_of(a), fields_of(b)
        pairing = pair_chunks(a, b, *fields)
    refs = references_of(a, fields[0]), references_of(b, fields[1])
    rows = pair_rows(a, b, fields, refs, pairing)
    for _ in range(CUTS):
        if not exchange(pairing, partners(a, b, refs, rows)):
            break
        rows = pair_rows(a, b, fields, refs, pairing)
    zones, lost, new = pair_zones(a, b)
    mapped = AddressMap(a, b)
    mapped.name_imports()
    ledger = Ledger(len(a.data), len(b.data))
    state = State(a, b, ledger, mapped, zones, fields, refs, pairing, rows)
    state.boundaries = boundaries_of(zones)
    mapped.add(code_pieces(state))
    votes = from_code(a, b, refs, rows)
    mapped.add(data_pieces(state, votes))
    for _ in range(ROUNDS):
        known = len(votes.counts)
        if not from_pointers(state, votes) or len(votes.counts) == known:
            break
        # What pointers lead to is known only once the pointers are placed.
        state.uneven.clear()
        state.unknown.clear()
        mapped.drop_data()
        mapped.add(data_pieces(state, votes))
    return state, lost, new


def _zone(state: State, left: Zone, right: Zone) -> None:
    """Account for two zones that are no code."""
    if left.offset < 0 or right.offset < 0:
        return
    if left.name.startswith(".note.gnu.build-id"):
        _build_id(state, left, right)
        return
    if settle_zone(state, left, right):
        return
    verdict = _structured(state, left, right)
    if verdict is None:
        prove_data(state, left, right)
        return
    state.ledger.settle(
        state.a.data, state.b.data, left.offset, right.offset, min(left.size, right.size)
    )
    says = f"the section {left.name} does not follow from the rest"
    alike = state.a.body(left) == state.b.body(right)
    if alike and not verdict:
        # The same bytes mean something else where what they name has moved.
        state.unknown.append(says)
    for side, zone in ((0, left), (1, right)):
        if verdict:
            cause = "N14" if "hash" in left.name else "N12"
            state.ledger.explain(side, zone.offset, zone.offset + zone.size, cause, STRUCTURED)
        elif not alike:
            state.ledger.differ(side, zone.offset, zone.offset + zone.size)
            if side == 0:
                says = f"{says[:1].upper()}{says[1:]}."
                state.add(Change(kind="data", name=left.name, says=says))


def _structured(state: State, left: Zone, right: Zone) -> bool | None:
    """Say whether a table that the loader reads means the same; None for other zones."""
    by_name: dict[str, Callable[[], bool]] = {
        ".dynstr": lambda: symbols.same_strings(state, left, right),
        ".gnu.hash": lambda: _hashes(state, left, right),
        ".hash": lambda: _hashes(state, left, right),
        ".eh_frame": lambda: unwinding.prove_frames(state, left, right),
        ".eh_frame_hdr": lambda: unwinding.prove_index(state.a) and unwinding.prove_index(state.b),
        ".interp": lambda: state.a.body(left) == state.b.body(right),
        ".reginfo": lambda: _register_info(state, left, right),
        ".ARM.exidx": lambda: unwinding.prove_arm_index(state, left, right),
    }
    by_kind: dict[int, Callable[[], bool]] = {
        6: lambda: linkage.prove_dynamic(state, left, right),
        11: lambda: symbols.prove_symbols(state),
    }
    for kind in (4, 9, 19):
        by_kind[kind] = lambda: linkage.prove_relocations(state, left, right)
    for kind in (0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF):
        by_kind[kind] = lambda: linkage.prove_versions(state)
    prove = by_name.get(left.name) or by_kind.get(left.kind)
    return None if prove is None else prove()


def _register_info(state: State, left: Zone, right: Zone) -> bool:
    """Say whether two MIPS `.reginfo` sections differ in the value of `$gp` only, rightly."""
    first, second = state.a.body(left), state.b.body(right)
    order = byte_order(state.a.elf.order)
    values = []
    for half, body in ((state.a, first), (state.b, second)):
        isa = half.index.isa
        known = list(isa.ambient(half.index.program).values()) if isa else []
        values.append(known[:1] == [int.from_bytes(body[20:24], order)])
    return first[:20] == second[:20] and first[24:] == second[24:] and all(values)


def _hashes(state: State, left: Zone, right: Zone) -> bool:
    if state.a.body(left) == state.b.body(right):
        return True
    tables = symbols.read(state.a), symbols.read(state.b)
    if tables[0] is None or tables[1] is None:
        return False
    return symbols.hash_is_right(state.a, left, tables[0]) and symbols.hash_is_right(
        state.b, right, tables[1]
    )


def _build_id(state: State, left: Zone, right: Zone) -> None:
    """Explain the build identifier, unless something refers to it."""
    state.ledger.settle(
        state.a.data, state.b.data, left.offset, right.offset, min(left.size, right.size)
    )
    for side, half, zone in ((0, state.a, left), (1, state.b, right)):
        used = state.refs[side].lead_into(zone.address, zone.end)
        if used or not linkage.is_build_id(half.body(zone), half.elf.order):
            reason = f"the note {zone.name} is {'used by the program' if used else 'no identifier'}"
            state.unknown.append(reason)
            continue
        end = zone.offset + zone.size
        state.ledger.explain(side, zone.offset, end, "N1", "a well-formed note that nothing uses")


def _outcome(state: State, tools: tuple[Toolchain, Toolchain]) -> Outcome:
    settle_rest(state)
    sums = state.ledger.sums()
    level: Level = level_of(sums)
    total = max(len(state.a.code), 1)
    same = len(state.a.code) - len(differing_chunks(state))
    differs = [change for change in state.changes if change.kind != "data" or level == "D"]
    if state.wrong or differs or _gone(state):
        level = worst([level, "D"])
    if state.unknown and level != "D":
        level = worst([level, "I"])
    counts = f"{same} of {total} functions are the same"
    sizable = state.pairing.core_a - state.a.code.starts >= SIZABLE
    alike = int((state.pairing.same & sizable).sum())
    verdict, hints = verdict_on(
        tools, (alike, int(sizable.sum())), level, lambda: same_texts(state.a, state.b)
    )
    reason = _reason(state, level, counts)
    if verdict:
        return Outcome(KIND, "I", verdict, sums, tuple(state.changes[:20]), (counts, *hints))
    return Outcome(KIND, level, reason, sums, tuple(state.changes), hints)


def _gone(state: State) -> bool:
    """Say whether a side has code without counterpart."""
    sizes = state.pairing.core_a - state.a.code.starts
    lost = state.pairing.b_of < 0
    others = without(np.arange(len(state.b.code)), state.pairing.b_of)
    extra = state.pairing.core_b[others] - state.b.code.starts[others]
    return bool((sizes[lost] > 0).any() or (extra > 0).any())


def _reason(state: State, level: Level, counts: str) -> str:
    if level == "D":
        names = [change.name for change in state.changes if change.kind == "function"]
        if names:
            return f"{counts}; {who_differs(names)}"
        return state.changes[0].says.rstrip(".") if state.changes else "bytes differ"
    if level == "I":
        return state.unknown[0] if state.unknown else "some bytes are not explained"
    return f"{counts}; everything else follows"
