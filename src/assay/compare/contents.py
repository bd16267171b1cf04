"""Compares the contents of many files at once: one pair a job, in worker processes.

A pair that crashes a worker, or takes more memory or time than one may, is undecided; the others
are not concerned.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from assay._kernel.processors import available_processors
from assay._kernel.value import Value
from assay._kernel.workers import Bounds, Pool
from assay.compare.files import compare_contents, kinds
from assay.compare.outcome import Outcome, unread
from assay.unpack.limits import Limits


class Contents(Value, order=True):
    """Two contents to compare: the path of the file on the second side, and where they lie."""

    path: str
    first: str
    second: str
    size: int


def compare_all(
    wanted: Iterable[Contents], *, workers: int, limits: Limits, tell: Callable[[int, int], object]
) -> dict[Contents, Outcome]:
    """Return how each of *wanted* differs; *tell* is called with pairs done and pairs known."""
    # The largest first: what takes long should not begin last.
    jobs = sorted(set(wanted), key=lambda one: (-one.size, one))
    if not jobs:
        return {}
    kinds()  # loaded here once, so that forked workers share it
    bounds = Bounds(memory=limits.memory, seconds=limits.seconds)
    found: dict[Contents, Outcome] = {}
    count = min(workers or available_processors(), len(jobs))
    decode = msgspec.msgpack.Decoder(Outcome).decode
    with Pool(count, _start, b"", bounds) as pool:
        numbers = {pool.submit(msgspec.msgpack.encode(job)): job for job in jobs}
        for outcome in pool.finished():
            job = numbers[outcome.job]
            if outcome.result is not None:
                found[job] = decode(outcome.result)
            else:
                reason = f"the comparison was not finished: {outcome.says}"
                first, second = (Path(one).stat().st_size for one in (job.first, job.second))
                found[job] = unread("", first, second, reason)
            tell(len(found), len(jobs))
    return found


def _start(_: bytes) -> Callable[[bytes], bytes]:
    decode = msgspec.msgpack.Decoder(Contents).decode

    def handle(job: bytes) -> bytes:
        wanted = decode(job)
        first, second = Path(wanted.first).read_bytes(), Path(wanted.second).read_bytes()
        return msgspec.msgpack.encode(compare_contents(wanted.path, first, second))

    return handle
