"""Compares the contents of many files at once: one pair a job, in worker processes.

A pair that crashes a worker, or takes more memory or time than one may, is undecided; the others
are not concerned.
"""

import hashlib
from collections.abc import Callable, Iterable

import msgspec

from assay._kernel.processors import available_processors
from assay._kernel.value import Value
from assay._kernel.workers import Bounds, Pool
from assay.compare.files import compare_contents, kinds
from assay.compare.outcome import Outcome, unread
from assay.gather.jobs import Source
from assay.gather.worker import mapped
from assay.model.record import Digest
from assay.unpack.limits import Limits

LITTLE = 1 << 20
"""Bytes of all contents for which a second worker costs more than it brings."""
CHANGED = "it was changed while it was compared"


class Contents(Value):
    """Two contents to compare: the path on the second side, their digests, and where they lie."""

    path: str
    blobs: tuple[Digest, Digest]
    first: Source
    second: Source

    @property
    def size(self) -> int:
        """The bytes of both."""
        return self.first.size + self.second.size


def compare_all(
    wanted: Iterable[Contents], *, workers: int, limits: Limits, tell: Callable[[int, int], object]
) -> dict[Contents, Outcome]:
    """Return how each of *wanted* differs; *tell* is called with pairs done and pairs known."""
    # The largest first: what takes long should not begin last.
    jobs = sorted(set(wanted), key=lambda one: (-one.size, one.path, one.blobs))
    if not jobs:
        return {}
    kinds()  # loaded here once, so that forked workers share it
    bounds = Bounds(memory=limits.memory, seconds=limits.seconds)
    found: dict[Contents, Outcome] = {}
    little = sum(job.size for job in jobs) < LITTLE
    count = 1 if little else min(workers or available_processors(), len(jobs))
    decode = msgspec.msgpack.Decoder(Outcome).decode
    with Pool(count, _start, b"", bounds) as pool:
        numbers = {pool.submit(msgspec.msgpack.encode(job)): job for job in jobs}
        for outcome in pool.finished():
            job = numbers[outcome.job]
            if outcome.result is not None:
                found[job] = decode(outcome.result)
            else:
                reason = f"the comparison was not finished: {outcome.says}"
                found[job] = unread("", job.first.size, job.second.size, reason)
            tell(len(found), len(jobs))
    return found


def _start(_: bytes) -> Callable[[bytes], bytes]:
    decode = msgspec.msgpack.Decoder(Contents).decode

    def handle(job: bytes) -> bytes:
        wanted = decode(job)
        first, second = bytes(mapped(wanted.first)), bytes(mapped(wanted.second))
        if tuple(hashlib.sha256(one).hexdigest() for one in (first, second)) == wanted.blobs:
            outcome = compare_contents(wanted.path, first, second)
        else:
            outcome = unread("", len(first), len(second), CHANGED)
        return msgspec.msgpack.encode(outcome)

    return handle
