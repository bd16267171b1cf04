"""Long checks in a process of their own, while the main one looks for components and flaws.

The process shares what was read of the image; only results pass between the two.
"""

from types import TracebackType
from typing import Self

import msgspec

from assay._kernel.workers import Bounds, Pool, available_processors
from assay.checks.runner import Ran, checks, run_check
from assay.inventory.image import Inventory


class Beside:
    """A run of the checks that are marked `beside` on *image*, started on entry.

    With one of *workers* (0: one for each processor), and where processes cannot share memory,
    nothing is run, and the results are none: those checks are then run with the others.
    """

    def __init__(self, image: Inventory, workers: int, bounds: Bounds) -> None:
        self._image = image
        self._pool: Pool | None = None
        if (workers or available_processors()) > 1:
            self._pool = Pool(1, lambda _: self._run, b"", bounds)

    def __enter__(self) -> Self:
        if self._pool is not None and self._pool.shares_memory:
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

    def results(self) -> dict[str, Ran]:
        """Return what the checks gave, by their ids, as soon as all are done.

        A process that died or overran leaves nothing: the caller runs its checks.
        """
        outcomes = list(self._pool.finished()) if self._pool is not None else []
        found = [one.result for one in outcomes if one.result is not None]
        ran = [one for part in found for one in msgspec.msgpack.decode(part, type=list[Ran])]
        return {one.result.check: one for one in ran}

    def _run(self, _: bytes) -> bytes:
        ran = [run_check(self._image, module) for module in checks() if module.CHECK.beside]
        return msgspec.msgpack.encode(ran)
