"""Checks shared by two processes: a second one begins while the main one looks for components.

The processes share what was read of the image. A pipe holds a byte for each check that waits;
who reads the byte runs the check. Only results pass back.
"""

import os
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import msgspec

from assay._kernel.processors import available_processors
from assay._kernel.workers import Bounds, Pool
from assay.checks.check import CheckModule
from assay.checks.runner import Ran, checks, run_check
from assay.inventory.image import Inventory
from assay.inventory.services import services_of

MOST = 256
"""Checks that one byte each can name."""


class Beside:
    """A run of all checks on *image*; a second process begins on entry with those that can.

    With one of *workers* (0: one for each processor), and where processes cannot share memory,
    there is no second process.
    """

    def __init__(self, image: Inventory, workers: int, bounds: Bounds) -> None:
        self._image = image
        ready = [module for module in checks() if not module.CHECK.needs_components]
        # Long ones first: what is left at the end is then short.
        self._ready = sorted(ready, key=lambda module: not module.CHECK.long)[:MOST]
        self._pool: Pool | None = None
        self._queue = -1
        if (workers or available_processors()) > 1:
            self._pool = Pool(1, lambda _: self._run, b"", bounds)

    def __enter__(self) -> Self:
        if self._pool is not None and self._pool.shares_memory:
            self._queue, end = os.pipe()
            os.write(end, bytes(range(len(self._ready))))
            os.close(end)
            services_of(self._image)  # both processes need them: worked out once
            self._pool.submit(b"")
            self._pool.begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.__exit__(kind, error, trace)
        if self._queue >= 0:
            os.close(self._queue)

    def results(self) -> dict[str, Ran]:
        """Return what the checks gave, by their ids, those that the second process ran included.

        Of a process that died or overran nothing comes: the caller runs what is missing.
        """
        found = [run_check(self._image, module) for module in self._claimed()]
        outcomes = list(self._pool.finished()) if self._pool is not None else []
        for part in (one.result for one in outcomes if one.result is not None):
            found += msgspec.msgpack.decode(part, type=list[Ran])
        return {one.result.check: one for one in found}

    def _claimed(self) -> Iterator[CheckModule]:
        """Yield the checks that nobody has begun, until there is none."""
        while self._queue >= 0 and (claim := os.read(self._queue, 1)):
            yield self._ready[claim[0]]

    def _run(self, _: bytes) -> bytes:
        return msgspec.msgpack.encode([run_check(self._image, one) for one in self._claimed()])
