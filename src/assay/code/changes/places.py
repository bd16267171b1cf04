"""The places of a new version to read: each function that changed, with what changed in words.

A list, not findings: small changes that no rule names are in it. The places are ordered by how
much the change bears on access: what it compares, calls and checks no more, and where it stands.
"""

from collections import defaultdict

import numpy as np

from assay.code.access.deciding import STRONG
from assay.code.access.gains import NOTHING, Gain, gains_of
from assay.code.access.handled import handled_texts
from assay.code.access.own import own_functions
from assay.code.changes.matching import Matched
from assay.code.changes.portrait import Portrait
from assay.code.changes.reasons import IS_NEW, OTHERWISE, Held, Reason
from assay.code.changes.record import NOTED, ProgramChange, change
from assay.code.families import READ, RECEIVE
from assay.model.record import replace

SORT = "place"
DECIDES, MAY_DECIDE, TAKES, OF_LIBRARY, AT_LOAD = 90, 50, 40, 200, 120
SHOWN = 3
INPUTS = frozenset((*RECEIVE, *READ, "getenv"))
MOST = 25
OF_NOTE = 300
"""The least weight of a change within a library that is linked in: linking alone moves things."""


def places(matched: Matched, found: list[ProgramChange]) -> tuple[list[ProgramChange], int]:
    """Return the changed places of the new version, those to read first in front, and their number.

    *found* is what the careful passes say: it ranks the place that it is about.
    """
    new = matched.new
    told: dict[int, list[ProgramChange]] = defaultdict(list)
    apart: list[ProgramChange] = []
    functions = new.index.functions
    starts = {int(at): number for number, at in enumerate(functions.starts)} if functions else {}
    for one in found:
        if one.function in starts:
            told[starts[one.function]].append(one)
        else:
            apart.append(one)
    held, surroundings = Held(matched), Surroundings(new)
    listed = []
    for number in sorted(told.keys() | set(matched.changed)):
        reasons = held.reasons(number) if number not in matched.same else []
        mine = sorted(told.get(number, ()), key=lambda one: -one.rank)
        if reasons:
            mine = [one for one in mine if one.sort != "text" or one.rank >= NOTED]
        reasons = [Reason(one.rank, one.what, -1, one.constant) for one in mine] + reasons
        heaviest = max((one.weight for one in reasons), default=0)
        if heaviest >= (1 if surroundings.own[number] else OF_NOTE):
            listed.append(_place(new, number, mine, reasons, surroundings))
    listed += [replace(one, sort=SORT) for one in apart]
    listed.sort(key=lambda one: (-one.rank, one.function, one.offset))
    return listed[:MOST], len(listed)


def _place(
    new: Portrait,
    number: int,
    mine: list[ProgramChange],
    reasons: list[Reason],
    surroundings: "Surroundings",
) -> ProgramChange:
    ordered = sorted(reasons, key=lambda one: -one.weight)
    words = list(dict.fromkeys(one.words for one in ordered))
    if IS_NEW in words:
        words = [IS_NEW, *(one for one in words if one != IS_NEW)]
    weight, where = surroundings.of(number)
    second = ordered[1].weight // 8 if len(ordered) > 1 else 0
    rank = ordered[0].weight + second + (weight if ordered[0].weight >= OTHERWISE else 0)
    best = ordered[0]
    says = "; ".join(words[:SHOWN])
    says += f"; and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    says += f" ({where})" if where else ""
    offset = mine[0].offset if mine and best.words == mine[0].what else -1
    return change(
        new.index, SORT, says, rank,
        function=number, row=best.row, offset=offset, constant=best.constant,
    )  # fmt: skip


class Surroundings:
    """What is known of a function besides its change: what it decides, takes and leads to."""

    def __init__(self, portrait: Portrait) -> None:
        self.portrait = portrait
        index = portrait.index
        own = np.zeros(portrait.count + 1, dtype=np.bool_)
        own[own_functions(index)] = True
        self.own = own
        self.gains = gains_of(portrait.network, own, handled_texts(index, own))
        program = index.program
        run = (*program.constructors, *program.resolvers)
        self.loaded = frozenset(portrait.network.function_at(at) for at in run)
        self.taking = portrait.network.reaching(INPUTS, 0)

    def of(self, number: int) -> tuple[int, str]:
        """Return the weight of where function *number* stands, and what that is in words."""
        if not self.own[number]:
            return -OF_LIBRARY, "of a library that is linked into the program"
        weight, words = 0, []
        evidence = self.portrait.deciders.candidates.get(number)
        if evidence is not None:
            weight += DECIDES if evidence[0] == STRONG else MAY_DECIDE
            words.append(f"it {evidence[1]}")
        gain: Gain = self.gains.get(number, NOTHING)
        if gain.weight:
            weight += gain.weight // 2
            words.append(gain.words)
        if number in self.taking:
            weight += TAKES
            words.append("it takes input")
        if number in self.loaded:
            weight += AT_LOAD
            words.append("it runs when the file is loaded")
        return weight, ", ".join(words)
