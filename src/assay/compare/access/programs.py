"""Programs of both versions whose content changed: what their code can do now.

Only programs that take input, decide on access or run something when they are loaded are read,
as `inventory.kinds.machine_code` chooses them; each pair costs one job of a worker.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from assay._kernel.processors import available_processors
from assay._kernel.scratch import scratch_folder
from assay._kernel.workers import Bounds, Outcome, Pool
from assay.code.changes import Changes, severity_of
from assay.compare.access import worker
from assay.compare.access.places import place_of, places_section
from assay.compare.versions.pairing import Pairing
from assay.compare.versions.records import Entry, Section
from assay.compare.versions.sides import Side
from assay.gather.gather import gather
from assay.inventory.kinds.machine_code import MOST as LARGEST, CodeFacts
from assay.model.tree import Node
from assay.unpack.limits import Limits

NAME, TITLE = "programs", "What programs can do now"
MOST_PROGRAMS = 400
SHOWN = 5
"""The most changes of one program that are told without being asked for all."""

SECONDS = 120
Progress = Callable[[str, int, int, int], None]
Place = str | os.PathLike[str]


class Compared(msgspec.Struct):
    """The results of all pairs: changes by the new node's path, and the pairs without a result."""

    found: dict[str, Changes] = msgspec.field(default_factory=dict)
    failed: list[tuple[str, str]] = msgspec.field(default_factory=list)
    left_out: int = 0


def programs_sections(
    old: tuple[Side, Place],
    new: tuple[Side, Place],
    files: Pairing,
    *,
    workers: int = 0,
    everything: bool = False,
    progress: Progress | None = None,
) -> tuple[Section, Section]:
    """Return what changed programs can do that they could not, and the places to read.

    *everything* adds small matters.

    Each side comes with the place that it was read from: contents are fetched from there.
    """
    pairs, left_out = chosen(old[0], new[0], files)
    result = Compared(left_out=left_out)
    if pairs:
        with scratch_folder() as folder:
            store = Path(folder)
            _fetch(Path(old[1]), store, {before.path for before, _ in pairs}, workers)
            _fetch(Path(new[1]), store, {after.path for _, after in pairs}, workers)
            _compare(pairs, store, workers, result, progress or (lambda *_: None))
    known = [(after, result.found[after.path]) for _, after in pairs if after.path in result.found]
    return (
        _section(pairs, result, everything=everything),
        places_section(known, everything=everything),
    )


def chosen(old: Side, new: Side, files: Pairing) -> tuple[list[tuple[Node, Node]], int]:
    """Return the pairs of programs to compare, each content once, and how many were left out."""
    pairs: dict[tuple[str, str], tuple[Node, Node]] = {}
    for before, after in sorted(files.pairs, key=lambda pair: pair[1].path):
        if before.blob is None or after.blob is None or before.blob == after.blob:
            continue
        facts = [old.image.facts(before, CodeFacts), new.image.facts(after, CodeFacts)]
        if any(one is not None and one.concern for one in facts):
            pairs.setdefault((before.blob, after.blob), (before, after))
    small = [pair for pair in pairs.values() if max(pair[0].size, pair[1].size) <= LARGEST]
    return small[:MOST_PROGRAMS], len(pairs) - len(small[:MOST_PROGRAMS])


def _fetch(path: Path, store: Path, wanted: set[str], workers: int) -> None:
    gather(path, workers=workers, store=store, keep=lambda node: node.path in wanted, examine=False)


def _compare(
    pairs: list[tuple[Node, Node]], store: Path, workers: int, result: Compared, tell: Progress
) -> None:
    encode = msgspec.msgpack.Encoder().encode
    decode = msgspec.msgpack.Decoder(Changes).decode
    bounds = Bounds(memory=Limits().memory, seconds=SECONDS)
    outcomes: dict[int, Outcome] = {}
    with Pool(workers or available_processors(), worker.start, b"", bounds) as pool:
        jobs = {}
        for before, after in pairs:
            job = worker.Job(
                old=str(store / (before.blob or "")), new=str(store / (after.blob or ""))
            )
            jobs[pool.submit(encode(job))] = after
        for outcome in pool.finished():
            outcomes[outcome.job] = outcome
            tell("compare programs", len(outcomes), len(pairs), 0)
    for number, after in sorted(jobs.items()):
        done = outcomes[number]
        if done.result is None:
            result.failed.append((after.path, done.says))
        else:
            result.found[after.path] = decode(done.result)


def _section(pairs: list[tuple[Node, Node]], result: Compared, *, everything: bool) -> Section:
    entries: list[Entry] = []
    hidden = 0
    for _, after in pairs:
        found = result.found.get(after.path)
        told = list(_entries(after, found)) if found is not None else []
        shown = told if everything else [one for one in told if one.weight == "worse"][:SHOWN]
        hidden += len(told) - len(shown)
        entries += shown
    entries += [_unread(path, says) for path, says in result.failed]
    order = ("high", "medium", "low", "")
    entries.sort(key=lambda one: order.index(one.severity))
    return Section(
        name=NAME,
        title=TITLE,
        entries=tuple(entries),
        same=sum(not one.found for one in result.found.values()),
        counts=f"{len(entries)} told of {len(pairs)} changed programs",
        note=_note(result, hidden),
    )


def _note(result: Compared, hidden: int) -> str:
    changed = sum(one.changed for one in result.found.values())
    words = [f"{changed} functions changed." if result.found else ""]
    if hidden:
        words.append(f"{hidden} matters of less weight are behind --all.")
    if result.left_out:
        words.append(f"{result.left_out} programs are too large or too many and were not read.")
    limited = sum(one.limited for one in result.found.values())
    if limited:
        words.append(f"Of {limited} programs not every changed function could be read.")
    return " ".join(word for word in words if word)


def _entries(node: Node, found: Changes) -> Iterator[Entry]:
    for one in found.found:
        severity = severity_of(one)
        yield Entry(
            change="changed" if one.sort == "check-gone" else "new",
            weight="neutral" if severity == "low" else "worse",
            what=f"{node.inner}: {one.what}",
            where=f"{node.inner} [code.{one.sort}]",
            severity=severity,
            note=place_of(one),
        )


def _unread(path: str, says: str) -> Entry:
    return Entry(
        change="unclear",
        weight="unknown",
        what="its code could not be compared",
        where=path,
        note=says,
    )
