"""Many names searched in one index, in several processes where that pays.

The order and the content of the answers do not depend on the number of workers: a part that a
worker could not do is done here.
"""

from collections.abc import Sequence

import msgspec

from assay._kernel.workers import Bounds, Handler, Pool
from assay.supply.names.index import Candidate, NameIndex

ALONE_BELOW = 2_000
CHUNK = 250
BOUNDS = Bounds(memory=16 << 30, seconds=900)

Answers = list[list[Candidate]]

_inherited: dict[str, NameIndex] = {}
"""The index of a search under way: a forked worker finds it here and need not build its own."""


class Part(msgspec.Struct):
    """Some names to search, and the score from which a candidate counts."""

    names: list[str]
    at_least: int


def search_all(
    names: Sequence[str], index: NameIndex, *, at_least: int, workers: int = 1
) -> Answers:
    """Return the candidates of every name, in the order of *names*."""
    whole = Part(list(names), at_least)
    if workers < 2 or len(names) < ALONE_BELOW:
        return _search(index, whole)
    parts = [Part(whole.names[at : at + CHUNK], at_least) for at in range(0, len(names), CHUNK)]
    _inherited["index"] = index
    try:
        answers = _in_workers(parts, msgspec.msgpack.encode(list(index.names)), workers)
    finally:
        _inherited.clear()
    return [
        found
        for part, answer in zip(parts, answers, strict=True)
        for found in (_search(index, part) if answer is None else answer)
    ]


def _in_workers(parts: list[Part], names: bytes, workers: int) -> list[Answers | None]:
    """Return the answers of every part; None for one whose worker failed."""
    answers: list[Answers | None] = [None] * len(parts)
    with Pool(workers, _start, names, BOUNDS) as pool:
        for part in parts:
            pool.submit(msgspec.msgpack.encode(part))
        for outcome in pool.finished():
            if outcome.result is not None:
                answers[outcome.job] = msgspec.msgpack.decode(outcome.result, type=Answers)
    return answers


def _start(configuration: bytes) -> Handler:
    """Return a worker's handler; a worker that inherited no index builds one from the names."""
    index = _inherited.get("index")
    if index is None:
        index = NameIndex(msgspec.msgpack.decode(configuration, type=list[str]))
    ready = index

    def handle(job: bytes) -> bytes:
        part = msgspec.msgpack.decode(job, type=Part)
        return msgspec.msgpack.encode(_search(ready, part))

    return handle


def _search(index: NameIndex, part: Part) -> Answers:
    return [index.search(name, at_least=part.at_least) for name in part.names]
