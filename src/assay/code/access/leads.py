"""Where in a program to read first: a constant asked for, near something to be gained.

No finding by itself. Each function of the program's own gets the weight of its least likely
constant, times what it can gain, decide or is handed; the heaviest come first. It covers what the
other detectors cannot follow, and says no more than that a person should look.
"""

from collections.abc import Iterator

import numpy as np

from assay.code.access.deciding import STRONG, Deciders
from assay.code.access.gains import NOTHING, Gain, gains_of
from assay.code.access.handled import handled_texts
from assay.code.access.oddities import SHAPE as ODD
from assay.code.access.own import own_functions
from assay.code.access.record import LEAD, Access, access
from assay.code.access.triggers import Asked, Trigger, asked, triggers
from assay.code.access.words import ACCOUNTS, HASHES
from assay.code.families import COMPARE, CONTAINS, EXECUTE, OPEN, READ, RECEIVE, SHELL
from assay.code.memory import Mask
from assay.code.sources import Network

MOST = 5
FEW_CONSTRUCTORS = 5
"""A library that runs more by itself is one in which every object does."""

BARE = 40
"""The weight of deciding on access, without a constant that stands out."""

HOOK = 120
"""The weight of a function that takes the place of one of the C library."""

STANDARD = ("libc.", "libc-", "ld-", "ld.", "libpthread", "libuClibc", "libasan", "libtsan")
TAKEN = COMPARE | CONTAINS | OPEN | ACCOUNTS | HASHES | frozenset(
    (*SHELL, *EXECUTE, *RECEIVE, *READ, "connect", "bind", "getuid", "geteuid", "getenv", "write")
)  # fmt: skip
OF_TIME = 60
CLOCKS = frozenset({"localtime", "localtime_r", "gmtime", "gmtime_r", "strftime"})
MUCH = 100
LEAST = 25
"""The least weight of a place that is worth naming."""

HIGHEST_RANK = 440
ODD_RANK, VOCABULARY = 460, 3
ASKED, ASKED_GAIN, OWN_GAIN = 300, 140, 200
"""A constant drawn by chance and this much gained is told by itself; less for one compared with."""

DECIDES, MAY_DECIDE = 150, 80
TAKES, IS_HANDED, ALWAYS = 100, 50, 50
SECOND = 4
"""The part of its weight that a second constant adds."""

INPUTS = frozenset(RECEIVE) | frozenset(READ) | frozenset(
    {"getenv", "gets", "scanf", "fscanf", "getpass", "getdelim", "getchar", "fgetc", "getc"}
)  # fmt: skip


def leads(
    network: Network, deciders: Deciders, told: frozenset[int], *, places: bool = True
) -> Iterator[Access]:
    """Yield the places to read first, the heaviest first; *told* are functions left out.

    Without *places* only those that tell something by themselves.
    """
    index = network.index
    if index.functions is None:
        return
    own = np.zeros(len(index.functions) + 1, dtype=np.bool_)  # the last is for code outside all
    own[own_functions(index)] = True
    handled = handled_texts(index, own)
    constants = triggers(index, own, network.mentions, handled)
    if not places and not any(one.odd for one in constants):
        return
    gains = gains_of(network, own, handled)
    found = [
        asked(_deciding(network, deciders, own)),
        asked(_loaded(network, own)),
        asked(_gaining(network, gains, own)),
        asked(_of_the_time(network, own)),
        *constants,
    ]
    weights = {one: weight for one, weight in _weights(found).items() if one not in told}
    for weight, function in _heaviest(network, deciders, gains, weights):
        if weight >= LEAST * 100:
            triggered = [one for each in found for one in each.by(function)]
            best = min(triggered, key=lambda one: (not one.odd, -one.weight, one.row))
            many = len({one.odd for one in triggered if one.odd}) > VOCABULARY
            gain = gains.get(function, NOTHING)
            if places or best.odd:
                yield _access(network, best, gain, weight // 100, alone=not many)


def _heaviest(
    network: Network, deciders: Deciders, gains: dict[int, Gain], weights: dict[int, int]
) -> list[tuple[int, int]]:
    """Return the MOST heaviest functions, each behind its weight with what is nearby.

    What is nearby is worked out only while it could make a function one of them.
    """
    first = ALWAYS + TAKES + max(DECIDES, MAY_DECIDE)
    bounds = {
        one: weight * (first + gains.get(one, NOTHING).weight) for one, weight in weights.items()
    }
    found: list[tuple[int, int]] = []
    for one in sorted(bounds, key=bounds.__getitem__, reverse=True):
        if len(found) == MOST and bounds[one] < -found[-1][0]:
            break
        near = _nearby(network, deciders, gains.get(one, NOTHING), one)
        found = sorted([*found, (-weights[one] * near, one)])[:MOST]
    return [(-weight, one) for weight, one in found]


def _deciding(network: Network, deciders: Deciders, own: Mask) -> Iterator[Trigger]:
    """Yield the functions that decide on access, whatever they ask for."""
    functions = network.index.functions
    for function, (_, evidence) in deciders.candidates.items():
        if own[function] and functions is not None:
            row = int(functions.first[function])
            yield Trigger(function, row, BARE, f"comes to a function that {evidence}")


def _gaining(network: Network, gains: dict[int, Gain], own: Mask) -> Iterator[Trigger]:
    """Yield the functions that gain much by themselves, whoever comes to them."""
    functions = network.index.functions
    for function, gain in gains.items():
        if own[function] and gain.weight >= MUCH and functions is not None:
            yield Trigger(function, int(functions.first[function]), BARE, "comes to the function")


def _of_the_time(network: Network, own: Mask) -> Iterator[Trigger]:
    """Yield the functions that compare, and ask for the time: a secret may be made of it."""
    functions = network.index.functions
    for function in network.functions_calling(CLOCKS):
        comparing = function in network.reaching(COMPARE, 0)
        if own[function] and comparing and functions is not None:
            row = int(functions.first[function])
            yield Trigger(
                function, row, OF_TIME, "is compared in a function that asks for the time"
            )


def _loaded(network: Network, own: Mask) -> Iterator[Trigger]:
    """Yield what a library puts in place by being loaded: constructors, functions of others."""
    program, functions = network.index.program, network.index.functions
    if functions is None or program.interpreter or program.dynamic.soname.startswith(STANDARD):
        return
    few = program.constructors if len(program.constructors) <= FEW_CONSTRUCTORS else ()
    taken = [at for at, name in program.names.items() if name in TAKEN & program.exports]
    for places, weight, words in (
        (few, BARE, "is not needed: the file is loaded, and the function runs"),
        (taken, HOOK, "is what others hand to the C library's function of that name"),
    ):
        for function in map(network.function_at, places):
            if own[function]:
                yield Trigger(function, int(functions.first[function]), weight, words)


def _weights(found: list[Asked]) -> dict[int, int]:
    """Return the weight of each function: that of its least likely constants."""
    functions = np.concatenate([one.functions for one in found])
    weights = np.concatenate([one.weights for one in found])
    order = np.lexsort((-weights, functions))
    functions, weights = functions[order], weights[order]
    first = np.flatnonzero(np.diff(functions, prepend=-1))
    after = np.append(weights, 0)[first + 1]
    several = np.append(functions, -1)[first + 1] == functions[first]
    total = weights[first] + np.where(several, after, 0) // SECOND
    return dict(zip(functions[first].tolist(), total.tolist(), strict=True))


def _nearby(network: Network, deciders: Deciders, gain: Gain, function: int) -> int:
    """Return what *function* gains, decides and is handed, in hundredths."""
    evidence = deciders.candidates.get(function)
    decides = 0 if evidence is None else DECIDES if evidence[0] == STRONG else MAY_DECIDE
    taking = network.reaching(INPUTS, 0)
    around = network.callers.get(function, ())
    handed = IS_HANDED if any(one in taking for one in around) else 0
    if function in taking:
        handed = TAKES
    return ALWAYS + gain.weight + decides + handed


def _access(network: Network, trigger: Trigger, gain: Gain, weight: int, *, alone: bool) -> Access:
    """Return the place of *trigger*; as a finding where it is *alone* and gains enough."""
    least = ASKED_GAIN if trigger.weight >= ASKED else OWN_GAIN
    odd = alone and bool(trigger.odd) and gain.weight >= least
    return access(
        network.index,
        ODD if odd else LEAD,
        function=trigger.function,
        rows=(trigger.row, gain.row),
        source="whoever calls the function",
        trigger=trigger.words,
        constant=trigger.odd if odd else "",
        payload=f"{gain.words} (whether because of it was not followed)" if odd else gain.words,
        rank=ODD_RANK if odd else min(HIGHEST_RANK, weight // 4),
        confidence="tentative",
        ports=network.ports,
    )
