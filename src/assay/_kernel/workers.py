"""Worker processes with bounds on memory and time: a job is bytes in, bytes out.

A worker that dies or overruns costs its job alone; another takes its place. Workers can neither
run programs, nor use the network, nor write where they need not (`confinement`).
"""

import contextlib
import ctypes
import gc
import multiprocessing
import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from heapq import heappop, heappush
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Self

import msgspec

from assay._kernel.behind import settle
from assay._kernel.confinement import confine
from assay._kernel.signals import Held
from assay._kernel.value import Value

Handler = Callable[[bytes], bytes]
Start = Callable[[bytes], Handler]
"""Makes a worker's handler from its configuration; runs in the worker."""

RARELY = 200_000
"""Allocations between rounds of the garbage collector: jobs make many short-lived records."""
KEPT_FREE, LARGE = 64 << 20, 32 << 20
"""Bytes that a worker keeps when they are free; above so many, one block comes and goes alone."""
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
PR_SET_PDEATHSIG = 1
_DONE, _FAILED = b"\0", b"\1"


class Bounds(Value):
    """What one worker may use: address space in bytes, wall time of one job in seconds."""

    memory: int
    seconds: int


class Outcome(Value):
    """The end of a job: its *result*, or why it has none (`crash` or `limit`, and a sentence)."""

    job: int
    result: bytes | None
    kind: str = ""
    says: str = ""


class _Worker(msgspec.Struct):
    process: BaseProcess
    connection: Connection
    job: int | None = None
    started: float = 0.0
    outdated: bool = False


class Pool:
    """Up to *count* workers that run `start(configuration)` once and its handler for each job.

    A worker starts when there is a job for it, and writes files below the folders *writable* only.
    Use as a context manager; on leaving, the workers are gone.
    """

    def __init__(
        self,
        count: int,
        start: Start,
        configuration: bytes,
        bounds: Bounds,
        writable: Sequence[str] = (),
    ) -> None:
        settle()
        # Forking a process with several threads can copy a held lock.
        method = "fork" if threading.active_count() == 1 else "spawn"
        self._context: Any = multiprocessing.get_context(method)
        self._start, self._configuration, self._bounds = start, configuration, bounds
        self._writable = tuple(writable)
        self._waiting: list[tuple[bool, int, int, bytes]] = []  # not first, -size, number, job
        self._next = 0
        self._count = max(1, count)
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        for worker in self._workers:
            self._stop(worker)

    @property
    def shares_memory(self) -> bool:
        """Whether workers begin with what is loaded when they start."""
        return bool(self._context.get_start_method() == "fork")

    @property
    def pending(self) -> int:
        """How many jobs are not finished."""
        return len(self._waiting) + sum(worker.job is not None for worker in self._workers)

    def submit(self, job: bytes, size: int = 0, *, first: bool = False) -> int:
        """Queue *job* and return its number; of those that wait, the one of most *size* is next.

        Large jobs that come last would leave all workers but one without work. Jobs that go
        *first* precede all others: those that bring more jobs.
        """
        number = self._next
        self._next += 1
        heappush(self._waiting, (not first, -size, number, job))
        return number

    def begin(self) -> None:
        """Hand out what is queued, for a caller that does something else before it collects."""
        self._hand_out()

    def advance(self) -> Iterator[Outcome]:
        """Yield what is finished by now, then hand out jobs that go first to workers there are.

        For a caller that does something else in between; it never waits.
        """
        yield from self._collect(0)
        for place, worker in enumerate(self._workers):
            if worker.job is None and self._waiting and not self._waiting[0][0]:
                self._give(place)

    def renew(self) -> None:
        """Let workers that share what is loaded now take the place of the present ones.

        Each ends when it is done with its job. Without fork nothing is shared, and all stay.
        """
        if self.shares_memory:
            for worker in self._workers:
                worker.outdated = True
            self._retire()

    def end(self) -> None:
        """End all workers at once, for good, without waiting until they have given up memory."""
        for worker in self._workers:
            worker.process.kill()

    def finished(self, meanwhile: Callable[[], bool] = lambda: False) -> Iterator[Outcome]:
        """Yield outcomes as they come until no job is left; more may be queued meanwhile.

        While all workers are busy, *meanwhile* is called as long as it returns True, and once more
        whenever there are new jobs.
        """
        while self.pending:
            self._hand_out()
            while not self._ready(0) and meanwhile():
                pass
            yield from self._collect(1.0)

    def _hand_out(self) -> None:
        for place, worker in enumerate(self._workers):
            if worker.job is None and self._waiting:
                self._give(place)
        while self._waiting and len(self._workers) < self._count:
            with Held():  # a worker that nobody knows of would never end
                self._workers.append(self._launch())
            self._give(len(self._workers) - 1)

    def _give(self, place: int) -> None:
        worker = self._workers[place]
        waiting = heappop(self._waiting)
        worker.job, worker.started = waiting[2], time.monotonic()
        try:
            worker.connection.send_bytes(waiting[3])
        except OSError:  # it died while idle: the job goes to its successor
            heappush(self._waiting, waiting)
            self._replace(place)

    def _retire(self) -> None:
        for worker in [one for one in self._workers if one.outdated and one.job is None]:
            self._stop(worker)
            self._workers.remove(worker)

    def _ready(self, seconds: float) -> list[object]:
        """Return the connections with an answer, waiting for one up to *seconds*."""
        busy = [worker.connection for worker in self._workers if worker.job is not None]
        return list(wait(busy, timeout=seconds))

    def _collect(self, seconds: float) -> Iterator[Outcome]:
        ready = self._ready(seconds)
        for place, worker in enumerate(self._workers):
            if worker.job is None:
                continue
            if worker.connection in ready:
                yield self._receive(place, worker)
            elif time.monotonic() - worker.started > self._bounds.seconds:
                job = worker.job
                self._replace(place)
                yield Outcome(job, None, "limit", f"stopped after {self._bounds.seconds} seconds")
        self._retire()

    def _receive(self, place: int, worker: _Worker) -> Outcome:
        job = worker.job if worker.job is not None else -1
        try:
            answer = worker.connection.recv_bytes()
        except (EOFError, OSError):
            worker.process.join(1)
            code = worker.process.exitcode
            self._replace(place)
            return Outcome(job, None, "crash", f"the worker ended with code {code}")
        worker.job = None
        if answer[:1] == _DONE:
            return Outcome(job, answer[1:])
        kind, _, says = answer[1:].decode().partition("\0")
        return Outcome(job, None, kind, says)

    def _launch(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_serve,
            args=(theirs, self._start, self._configuration, self._bounds.memory, self._writable),
            daemon=True,
        )
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _replace(self, place: int) -> None:
        self._stop(self._workers[place])
        with Held():
            self._workers[place] = self._launch()

    def _stop(self, worker: _Worker) -> None:
        worker.connection.close()
        worker.process.kill()
        worker.process.join(5)


def _serve(
    connection: Connection,
    start: Start,
    configuration: bytes,
    memory: int,
    writable: tuple[str, ...],
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _end_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What was loaded before the fork stays for good: leave it out of the collector's rounds.
    gc.freeze()
    gc.set_threshold(RARELY)
    _keep_freed_memory()
    confine(writable)
    handler = start(configuration)
    with contextlib.suppress(EOFError, OSError):
        while True:
            connection.send_bytes(_answer(handler, connection.recv_bytes()))


def _end_with_parent() -> None:
    """Have the system end this process when the one that started it is gone, however it ended."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid != os.getppid():
        os._exit(1)


def _keep_freed_memory() -> None:
    """Let the C library (glibc's malloc) keep what is freed, as far as there is such a setting.

    Arrays come and go all the time; fresh pages for each cost more than the work on small ones.
    """
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_TRIM_THRESHOLD, KEPT_FREE)
        mallopt(M_MMAP_THRESHOLD, LARGE)


def _answer(handler: Handler, job: bytes) -> bytes:
    try:
        return _DONE + handler(job)
    except MemoryError:
        return _FAILED + b"limit\0more memory needed than a worker may use"
    except Exception as error:  # noqa: BLE001 - the worker boundary: it becomes a Problem
        return _FAILED + f"crash\0{type(error).__name__}: {error}".encode("utf-8", "replace")
