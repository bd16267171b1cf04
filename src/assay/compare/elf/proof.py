"""The fixpoint proof for code: every reference of every paired instruction follows the map.

An instruction whose bytes changed needs a reference that corresponds. One whose bytes did not
change must not refer to something else: what it names relative to itself has moved with it.
"""

import numpy as np
import numpy.typing as npt

from assay.code.listing import LOAD
from assay.code.memory import Ints
from assay.compare.elf.global_pointer import judge_pointers
from assay.compare.elf.leaders import leaders
from assay.compare.elf.paths import constant_of, judge_paths, number_of, reaching
from assay.compare.elf.references import CHAIN, Column
from assay.compare.elf.relaxed import other_forms, relaxed_calls
from assay.compare.elf.rows import changed_rows
from assay.compare.elf.spills import through_stack
from assay.compare.elf.state import State
from assay.compare.elf.unmoved import open_rows

Mask = npt.NDArray[np.bool_]
WAYS = ("direct", "formed", "touched")
"""The ways in which rows refer to something."""


def prove_code(state: State) -> Mask:
    """Note the rows whose references do not correspond; return which paired rows changed."""
    rows = state.rows
    changed = changed_rows(state.a, state.b, rows)
    good = np.zeros(rows.a.size, dtype=np.bool_)
    bad = np.zeros(rows.a.size, dtype=np.bool_)
    for name in WAYS:
        fine, wrong = _column(state, name, changed)
        good |= fine
        bad |= wrong
    wanted = open_rows(state)
    bad &= wanted | state.refs[0].direct.has[rows.a]
    by_stack = through_stack(state, ~good & wanted)
    good |= by_stack.good
    parts = _parts(state, changed)
    good, bad = _by_users(state, parts, good, bad)
    kept = state.refs[0].part[rows.a] & by_stack.sources
    state.completed |= kept
    good |= parts & kept
    bad &= ~(kept & state.refs[0].touched.has[rows.a])
    good, everywhere = judge_paths(state, (changed, parts, wanted), (good, bad), by_stack.slots)
    pointer, astray = judge_pointers(state)
    good |= pointer
    relaxed = relaxed_calls(state, changed)
    good |= relaxed
    bad = (bad & ~(pointer | relaxed)) | astray | other_forms(state, changed)
    lost = changed & ~good
    _forgive(state, changed, bad)
    state.good = good & ~bad
    _unique(state, changed & good & ~bad & ~(pointer | relaxed | everywhere), bad)
    for number in np.flatnonzero(lost | bad).tolist():
        state.wrong[number] = "changed" if lost[number] else "leads elsewhere"
    state.good = good & ~bad
    return changed


def prove_patched(state: State) -> Mask:
    """Do what `prove_code` does where nothing moved; return which paired rows changed.

    Paths need to be followed only where they bring something else than before: rows of the same
    bytes that set the same and refer to the same mean the same.
    """
    rows = state.rows
    changed = changed_rows(state.a, state.b, rows)
    first, second, known = state.constants
    stayed = not changed.any() and not (known & (first != second)).any()
    if not stayed or any(_column(state, name, changed)[1].any() for name in WAYS):
        return prove_code(state)
    if judge_pointers(state)[1].any():
        return prove_code(state)
    state.good = np.zeros(rows.a.size, dtype=np.bool_)
    state.completed = state.good.copy()
    return changed


def _column(state: State, name: str, changed: Mask) -> tuple[Mask, Mask]:
    """Return which rows have a reference of this kind that corresponds, and which a wrong one."""
    rows = state.rows
    left: Column = getattr(state.refs[0], name)
    right: Column = getattr(state.refs[1], name)
    one, two = left.has[rows.a], right.has[rows.b]
    both = np.flatnonzero(one & two)
    fine = np.zeros(rows.a.size, dtype=np.bool_)
    wrong = np.zeros(rows.a.size, dtype=np.bool_)
    first, second = left.value[rows.a[both]], right.value[rows.b[both]]
    same = state.same(first, second)
    fine[both] = same
    soft = state.refs[0].soft[rows.a[both]] if name == "direct" else np.ones(both.size, np.bool_)
    number = soft & (first == second) & ~changed[both] & _may_be_number(state, name)
    root = state.refs[0].anchored if name == "touched" else state.refs[0].rooted
    # An index may have been added to what only looks like a part of an address.
    surely = root[rows.a[both]] & (state.refs[0].part_def[rows.a[both]] < 0)
    matters = changed[both] | surely | (name == "direct")
    if name == "formed":
        # A row that adds to a whole address and did not change follows from the row that made it.
        matters = matters | (state.refs[0].base_def[rows.a[both]] < 0)
    wrong[both] = ~same & ~number & matters & ~_nowhere(state, name, first, second)
    wrong[one != two] = changed[one != two] & (name == "direct")
    return fine, wrong


def _nowhere(state: State, name: str, first: Ints, second: Ints) -> Mask:
    """Return which direct references lead out of both programs: data read as instructions."""
    if name != "direct":
        return np.zeros(first.shape, dtype=np.bool_)
    left = state.a.index.program.memory.mapped(first)
    right = state.b.index.program.memory.mapped(second)
    return np.asarray(~left & ~right)


def _may_be_number(state: State, name: str) -> bool:
    """Say whether an address may be a number that looks like one.

    Code that runs anywhere makes addresses relative to itself, so what it forms is none.
    """
    return name == "direct" or (name == "formed" and state.a.index.program.fixed)


def _parts(state: State, changed: Mask) -> Mask:
    """Return the changed rows that hold a part of an address: halves, pages, literals."""
    rows, refs = state.rows, state.refs[0]
    part = refs.part[rows.a] & changed
    literal = refs.literal[rows.a]
    loads = np.flatnonzero(literal >= 0)
    for number in loads.tolist():
        if _literals(state, number):
            part[number] = True
    return part


def _literals(state: State, number: int) -> bool:
    """Say whether a pair of rows loads literals that are not the same."""
    first = int(state.refs[0].literal[state.rows.a[number]])
    second = int(state.refs[1].literal[state.rows.b[number]])
    return second >= 0 and state.a.word(first, 4) != state.b.word(second, 4)


def _by_users(state: State, parts: Mask, good: Mask, bad: Mask) -> tuple[Mask, Mask]:
    """Judge parts of addresses by the rows that complete them."""
    rows = state.rows
    number_of = np.full(state.a.code.rows.size, -1, dtype=np.int64)
    number_of[rows.a] = np.arange(rows.a.size)
    refs = state.refs[0]
    fine = np.zeros(rows.a.size, dtype=np.int64)
    for definition in (refs.base_def, refs.index_def, refs.part_def):
        source = definition[rows.a]
        users = np.flatnonzero(source >= 0)
        sources = number_of[source[users]]
        users, sources = users[sources >= 0], sources[sources >= 0]
        np.add.at(fine, sources[good[users] & ~bad[users]], 1)
    explained = parts & (fine > 0)
    # Which slot of a table a part comes from does not matter when it completes what it has to.
    state.completed = refs.part[rows.a] & (fine > 0)
    return good | explained, bad & ~(state.completed & refs.touched.has[rows.a])


def _unique(state: State, chosen: Mask, bad: Mask) -> None:
    """Mark changed rows whose base register has several definitions that disagree.

    The fast pass follows one path; a change could hide on another.
    """
    refs, rows = state.refs[0], state.rows
    a = state.a
    after = leaders(a)
    for definition, side in ((refs.base_def, "ra"), (refs.index_def, "rb")):
        source = definition[rows.a]
        users = np.flatnonzero(chosen & (source >= 0))
        nearest = after[rows.a[users]]
        crossing = users[nearest > source[users]]
        for number in crossing.tolist():
            if not _agree(state, int(rows.a[number]), int(source[number]), side):
                bad[number] = True


def _forgive(state: State, changed: Mask, bad: Mask) -> None:
    """Clear unchanged rows whose base register is set in more than one place.

    What the fast pass believes of them is what holds on one path only.
    """
    refs, rows = state.refs[0], state.rows
    for number in np.flatnonzero(bad & ~changed & ~refs.direct.has[rows.a]).tolist():
        row = int(rows.a[number])
        for definition, side in ((refs.base_def, "ra"), (refs.index_def, "rb")):
            if not _only(state, row, int(definition[row]), side):
                bad[number] = False


def _only(state: State, user: int, source: int, side: str) -> bool:
    """Say whether nothing but *source* sets what *user* reads, through copies of parts too."""
    refs = state.refs[0]
    for _ in range(CHAIN):
        if source < 0:
            break
        if reaching(state.a, user, side, source) != {source}:
            return False
        if not refs.moved[source]:
            break
        user, source, side = source, int(refs.base_def[source]), "ra"
    return True


def _agree(state: State, user: int, definition: int, side: str, depth: int = CHAIN) -> bool:
    """Say whether all definitions that reach *user* set the same on both sides."""
    if _ambient(state, user, side):
        return True
    found = reaching(state.a, user, side, definition)
    if found is None:
        return False
    part, refs = state.refs[0].part, state.refs[0]
    if found == {definition}:
        copied = depth > 0 and refs.moved[definition]
        source = int(refs.base_def[definition])
        return not copied or _agree(state, definition, source, "ra", depth - 1)
    # What is no constant is no part of an address either: no compiler completes it so.
    # A part that another row completes is not meant for this one, nor is a whole address.
    others = {one for one in found if one == definition or not _completed(state, one)}
    if part[definition]:
        others = {one for one in others if part[one]}
    elif others and all(_slot(state, one) == _slot(state, definition) >= 0 for one in others):
        return True
    values = {value for value in (constant_of(state, one) for one in others) if value is not None}
    return len(values) == 1


def _slot(state: State, row: int) -> int:
    """Return the place on the stack that a row of the first program loads, -1 for others."""
    half = state.a
    listing, place = half.index.listing, half.code.rows[row]
    isa = half.index.isa
    loads = isa is not None and listing.op[place] == LOAD and int(listing.ra[place]) == isa.stack
    return int(listing.imm[place]) if loads else -1


def _ambient(state: State, user: int, side: str) -> bool:
    """Say whether a row reads a register that holds one value everywhere, like the `$gp`."""
    isa, listing = state.a.index.isa, state.a.index.listing
    register = int(getattr(listing, side)[state.a.code.rows[user]])
    return isa is not None and register in isa.ambient(state.a.index.program)


def _completed(state: State, row: int) -> bool:
    """Say whether a row of the first program is an address, or a part of one, that corresponds."""
    number, refs = number_of(state, row), state.refs[0]
    names = bool(refs.part[row] or refs.direct.has[row])
    return number >= 0 and names and bool(state.good[number])
