"""All detectors over one index, and the few findings of a program that matter most."""

from collections.abc import Iterable, Iterator
from itertools import chain

from assay.code.access.answers import Answers
from assay.code.access.commands import SHAPE as COMMAND, guarded_commands
from assay.code.access.deciding import Deciders
from assay.code.access.hidden import hidden_entries
from assay.code.access.leads import leads
from assay.code.access.nearly import near_misses
from assay.code.access.oddities import SHAPE as ODD, odd_constants
from assay.code.access.passwords import second_passwords
from assay.code.access.profiles import out_of_kind
from assay.code.access.record import LEAD, Access
from assay.code.access.shells import SHAPE as SHELL, connected_shells
from assay.code.access.starting import load_time_acts
from assay.code.access.unchecked import SHAPE as UNCHECKED, unchecked_requests
from assay.code.index import CodeIndex
from assay.code.taint import Taint

MOST = 20
MOST_READ = 5
WEAKER = frozenset({ODD, UNCHECKED, LEAD})
"""Shapes that say nothing new of a function of which another one tells."""


def accesses(index: CodeIndex, *, takes_input: bool = True) -> tuple[Access, ...]:
    """Return the undocumented ways in that *index* shows, gravest first.

    *takes_input* False leaves out what depends on input, for libraries that are read only for
    what they run when they are loaded, or do beyond their kind.
    """
    if index.calls is None or index.functions is None:
        return ()
    ranked = _all(index, Deciders(index.network), takes_input=takes_input)
    return tuple(one for one in ranked if one.shape != LEAD)


def accesses_and_places(
    index: CodeIndex, *, takes_input: bool = True, general: bool = False
) -> tuple[tuple[Access, ...], tuple[Access, ...]]:
    """Return the ways in, and the places to read first besides those that they tell of.

    A *general* library has no such places: what it compares with is its users' business.
    """
    if index.calls is None or index.functions is None:
        return (), ()
    network = index.network
    deciders = Deciders(network)
    ranked = _all(index, deciders, takes_input=takes_input)
    told = frozenset(network.function_at(one.function) for one in ranked)
    places = [one for one in ranked if one.shape == LEAD and one.function >= 0]
    for one in leads(network, deciders, told, places=not general):
        (places if one.shape == LEAD else ranked).append(one)
    places.sort(key=lambda one: (-one.rank, one.function))
    ways = [one for one in ranked if one.shape != LEAD]
    ways.sort(key=lambda one: (-one.rank, one.function, one.compare))
    return tuple(ways[:MOST]), () if general else tuple(places[:MOST_READ])


def _all(index: CodeIndex, deciders: Deciders, *, takes_input: bool) -> list[Access]:
    network = index.network
    return _ranked(
        chain(
            _on_input(index, deciders) if takes_input else (),
            connected_shells(network),
            out_of_kind(network),
            load_time_acts(network, index.program.constructors, index.program.resolvers),
        )
    )


def _on_input(index: CodeIndex, deciders: Deciders) -> Iterator[Access]:
    network = index.network
    answers = Answers(network, deciders)
    received = _received(index)
    yield from guarded_commands(network, deciders, answers, received)
    yield from second_passwords(network, deciders, answers, received)
    yield from near_misses(network, deciders, answers)
    yield from hidden_entries(network, deciders)
    yield from unchecked_requests(network, deciders, received)
    yield from odd_constants(network, deciders, answers)


def _received(index: CodeIndex) -> dict[int, Taint]:
    """Return what each function knows of received bytes, all ways into it joined."""
    joined: dict[int, Taint] = {}
    for study, taint in index.received:
        mine = joined.setdefault(study.function, Taint())
        for region in taint.regions:
            mine.add(region.start, region.size, region.source)
    return joined


def _ranked(found: Iterable[Access]) -> list[Access]:
    """Return the gravest of *found*, one for each place and payload."""
    best: dict[tuple[int, int, str], Access] = {}
    for one in found:
        key = (one.function, one.sink, one.constant)
        if key not in best or best[key].rank < one.rank:
            best[key] = one
    explained = {one.function for one in best.values() if one.shape == COMMAND}
    kept = [one for one in best.values() if one.shape != SHELL or one.function not in explained]
    told = {one.function for one in kept if one.shape not in WEAKER}
    sinks = {one.sink for one in kept if one.shape not in WEAKER}
    kept = [
        one
        for one in kept
        if one.shape not in WEAKER or not (one.function in told or one.sink in sinks)
    ]
    ordered = sorted(kept, key=lambda one: (-one.rank, one.function, one.compare))
    return ordered[:MOST]
