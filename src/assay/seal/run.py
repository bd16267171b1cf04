"""The run record: what one run of an evaluation was like. Sealed, never compared.

Everything here may differ between two runs that give the same evaluation.
"""

import os
import platform
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from assay._kernel.printable import printable
from assay.model.record import Record


class RunRecord(Record):
    """When, where and how an evaluation was run.

    Times are in UTC, RFC 3339; `milliseconds` is the wall time, `peak_kib` the largest resident
    memory of a process in KiB. `image` is the name of the file that was handed in, `against` that
    of the second side of a comparison.
    """

    image: str
    started: str
    ended: str
    milliseconds: int
    workers: int
    peak_kib: int
    system: str
    machine: str
    python: str
    processors: int
    reused: int = 0
    """Blobs whose facts came from the cache."""
    against: str = ""


class Watch:
    """A clock that starts when it is made and is asked once, at the end, for the run record."""

    def __init__(self) -> None:
        self._started = datetime.now(UTC)
        self._tick = time.monotonic_ns()

    def record(
        self, image: Path, *, workers: int, reused: int = 0, against: Path | None = None
    ) -> RunRecord:
        """Return the record of a run over *image* that ends now."""
        return RunRecord(
            image=printable(os.fsencode(image.name)),
            against=printable(os.fsencode(against.name)) if against else "",
            started=_stamp(self._started),
            ended=_stamp(datetime.now(UTC)),
            milliseconds=(time.monotonic_ns() - self._tick) // 1_000_000,
            workers=workers,
            peak_kib=_peak_kib(),
            system=f"{platform.system()} {platform.release()}",
            machine=platform.machine(),
            python=platform.python_version(),
            processors=os.cpu_count() or 1,
            reused=reused,
        )


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _peak_kib() -> int:
    """Return the largest resident size of this process or one of its finished workers, in KiB."""
    largest = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return largest // 1024 if sys.platform == "darwin" else largest
