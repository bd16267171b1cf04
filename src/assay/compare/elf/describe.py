"""Functions that differ, in words: what is called, compared, referred to now."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

import msgspec
import numpy as np

from assay._kernel.printable import printable
from assay.code.index import CodeIndex
from assay.code.listing import BRANCH, CMPI, CMPM, CONST, PARTIAL, REGISTERS, STOREI
from assay.code.memory import Ints, without
from assay.code.render import row_as_text, text_at
from assay.compare.alignment import opcodes
from assay.compare.counts import went_and_came
from assay.compare.elf.half import Half
from assay.compare.elf.reach import reach_of
from assay.compare.elf.rows import row_bounds
from assay.compare.elf.state import State
from assay.compare.records import Change

MOST_FUNCTIONS = 200
MOST_LINES = 60
MOST_NAMED = 4


class Traits(msgspec.Struct):
    """What a function calls, compares with, refers to and sets, counted."""

    calls: Counter[str] = msgspec.field(default_factory=Counter)
    constants: Counter[int] = msgspec.field(default_factory=Counter)
    texts: Counter[str] = msgspec.field(default_factory=Counter)
    numbers: Counter[int] = msgspec.field(default_factory=Counter)
    branches: Counter[int] = msgspec.field(default_factory=Counter)


NONE_OMITTED: tuple[frozenset[int], frozenset[int]] = (frozenset(), frozenset())


def differing_chunks(state: State) -> dict[int, list[int]]:
    """Return the chunks of the first program that differ, with their rows that are wrong."""
    found = _wrong(state)
    same = state.pairing.same
    return {chunk: found.get(chunk, []) for chunk in {*found, *np.flatnonzero(~same).tolist()}}


def _wrong(state: State) -> dict[int, list[int]]:
    wrong: dict[int, list[int]] = {}
    chunks = state.a.code.chunk[state.rows.a]
    for number in sorted(state.wrong):
        wrong.setdefault(int(chunks[number]), []).append(number)
    for first, _ in state.differing_words:
        chunk = int(state.a.code.owner(np.array([first], dtype=np.int64))[0])
        wrong.setdefault(chunk, [])
    return wrong


def describe_functions(
    state: State, omitted: tuple[Collection[int], Collection[int]] = NONE_OMITTED
) -> list[Change]:
    """Return a change for every function that differs, was added or is gone.

    The chunks *omitted* of each side are left out.
    """
    wrong = _wrong(state)
    pairing = state.pairing
    bounds = row_bounds(state.a, pairing.core_a), row_bounds(state.b, pairing.core_b)
    found: list[Change] = []
    for i, j in enumerate(pairing.b_of.tolist()):
        if len(found) >= MOST_FUNCTIONS:
            break
        if i in omitted[0]:
            continue
        if j >= 0 and (i in wrong or not pairing.same[i]):
            change = _changed(state, (i, j), bounds, wrong.get(i, []))
            found += [change] if change is not None else []
        elif j < 0 and bounds[0][i][1] > bounds[0][i][0]:
            found.append(_alone(state, 0, i, bounds[0][i]))
    for j in without(pairing.new(len(state.b.code)), np.array(sorted(omitted[1]))).tolist():
        if bounds[1][j][1] > bounds[1][j][0] and len(found) < MOST_FUNCTIONS:
            found.append(_alone(state, 1, j, bounds[1][j]))
    return found


def _alone(state: State, side: int, chunk: int, bounds: Ints) -> Change:
    half = (state.a, state.b)[side]
    start = int(half.code.starts[chunk])
    name = half.name(start)
    rows = range(int(bounds[0]), min(int(bounds[1]), int(bounds[0]) + 12))
    sign = "+" if side else "-"
    traits = traits_of(half, int(bounds[0]), int(bounds[1]))
    calls = f"; it calls {_listed(traits.calls)}" if traits.calls else ""
    return Change(
        kind="function", name=name, where_a="" if side else f"{start:#x}",
        where_b=f"{start:#x}" if side else "",
        says=f"The function {name} is {'new' if side else 'gone'}{calls}.",
        lines=tuple(f"{sign}{row_as_text(half.index, int(half.code.rows[row]))}" for row in rows),
        reach=reach_of(half, start),
    )  # fmt: skip


def _changed(
    state: State, pair: tuple[int, int], bounds: tuple[Ints, Ints], wrong: list[int]
) -> Change | None:
    i, j = pair
    (first, last), (low, high) = bounds[0][i].tolist(), bounds[1][j].tolist()
    start, other = int(state.a.code.starts[i]), int(state.b.code.starts[j])
    before = traits_of(state.a, first, last)
    after = traits_of(state.b, low, high)
    lines = tuple(_diff(state, (first, last, low, high), wrong))
    words = list(sentences(before, after))
    if not lines and not words and not wrong:
        # Data between the instructions differ: what loads them was named.
        words = ["data inside the function differ"]
    name = state.a.name(start)
    if name.startswith("0x"):
        name = state.b.name(other) if not state.b.name(other).startswith("0x") else name
    said = "; ".join(words) if words else count_lines(lines, astray=bool(wrong))
    return Change(
        kind="function", name=name, says=f"{name}: {said}.", where_a=f"{start:#x}",
        where_b=f"{other:#x}", lines=lines, reach=reach_of(state.b, other),
    )  # fmt: skip


def count_lines(lines: tuple[str, ...], *, astray: bool = False) -> str:
    """Return what the differing *lines* come to; *astray* ones lead to another place."""
    # A line is a sign, an address and, behind a colon, the instruction.
    sides = [[line.partition(": ")[2] for line in lines if line[:1] == sign] for sign in "-+"]
    gone, come = (len(side) for side in sides)
    if sorted(sides[0]) == sorted(sides[1]) and lines[-1][:1] != " ":
        where = "lead elsewhere" if astray else "stand in another order"
        return f"the same instructions {where}"
    return went_and_came(gone, come, "instruction", "instructions")


def traits_of(half: Half, first: int, last: int) -> Traits:
    """Return the traits of the rows from *first* up to *last* of the code of *half*."""
    return traits_of_rows(half.index, half.code.rows[first:last].tolist())


def traits_of_rows(index: CodeIndex, rows: Iterable[int]) -> Traits:
    """Return the traits of the instructions in *rows* of *index*."""
    found = Traits()
    listing, flow, targets = index.listing, index.flow, index.call_targets
    for row in rows:
        op = int(listing.op[row])
        target = targets.get(row)
        if target is not None:
            found.calls[index.name(target) or "an unnamed function"] += 1
        elif op == CMPI:
            found.constants[int(listing.imm[row])] += 1
        elif op == CMPM and int(listing.rb[row]) >= REGISTERS:
            found.constants[int(listing.second[row])] += 1
        elif op == BRANCH:
            found.branches[int(listing.cond[row])] += 1
        elif flow is not None and flow.known[row] and op != STOREI:
            text = text_at(index, row)
            if text is not None and len(text) > 1:
                found.texts[printable(text[:60])] += 1
            elif op == CONST and flow.absolute[row] and int(listing.ra[row]) != PARTIAL:
                found.numbers[int(flow.values[row])] += 1
    return found


def sentences(before: Traits, after: Traits) -> Iterator[str]:
    """Yield in words what of *after* is not in *before*, and the other way round."""
    yield from _difference(before.calls, after.calls, "calls {}", "no longer calls {}")
    yield from _difference(
        before.constants, after.constants, "compares with {}", "no longer compares with {}"
    )
    yield from _difference(before.texts, after.texts, "refers to “{}”", "no longer refers to “{}”")
    yield from _difference(before.numbers, after.numbers, "sets {}", "no longer sets {}")
    if before.branches != after.branches and sum(before.branches.values()) == sum(
        after.branches.values()
    ):
        yield "a condition is another one now"


def _difference(
    before: "Counter[str] | Counter[int]", after: "Counter[str] | Counter[int]", new: str, old: str
) -> Iterator[str]:
    come: Counter[str | int] = Counter(after)
    come.subtract(before)
    more = sorted((key for key, count in come.items() if count > 0), key=str)
    less = sorted((key for key, count in come.items() if count < 0), key=str)
    if more:
        yield new.format(", ".join(_word(one) for one in more[:MOST_NAMED])) + " now"
    if less:
        yield old.format(", ".join(_word(one) for one in less[:MOST_NAMED]))


def _word(value: str | int) -> str:
    if isinstance(value, str):
        return value
    return str(value) if -1024 < value < 1024 else f"{value} ({value:#x})"


def _listed(names: Counter[str]) -> str:
    return ", ".join(sorted(names)[:MOST_NAMED])


def _diff(state: State, span: tuple[int, int, int, int], wrong: list[int]) -> Iterator[str]:
    """Yield the instructions that differ, those of the first side first at each place."""
    first, last, low, high = span
    rows = state.rows
    begin = int(np.searchsorted(rows.a, first))
    end = int(np.searchsorted(rows.a, last))
    bad = set(wrong)
    pairs = [
        (int(rows.a[number]) - first, int(rows.b[number]) - low)
        for number in range(begin, end)
        if number not in bad
    ]
    shown = 0
    for start, stop, lower, upper in opcodes(pairs, last - first, high - low):
        for half, base, one, two, sign in (
            (state.a, first, start, stop, "-"),
            (state.b, low, lower, upper, "+"),
        ):
            for row in range(base + one, base + two):
                shown += 1
                if shown <= MOST_LINES:
                    yield sign + row_as_text(half.index, int(half.code.rows[row]))
    if shown > MOST_LINES:
        yield f" … {shown - MOST_LINES} more instructions"
