import os
import platform
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assay._kernel.workers import Bounds, Pool

BOUNDS = Bounds(memory=1 << 30, seconds=60)


def echo(configuration):
    def handle(job):
        word = job.decode()
        if word == "die":
            os._exit(7)
        if word == "raise":
            raise ValueError("bad job")
        if word == "memory":
            return bytes(4 << 30)
        if word == "sleep":
            time.sleep(60)
        return configuration + job

    return handle


def faults(_):
    def handle(job):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(100):
            bytearray(int(job))
        return str(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before).encode()

    return handle


def numbered(_):
    return lambda _: str(os.getpid()).encode()


def outcomes(words, bounds=BOUNDS, count=2):
    with Pool(count, echo, b"> ", bounds) as pool:
        numbers = {pool.submit(word.encode()): word for word in words}
        return {numbers[outcome.job]: outcome for outcome in pool.finished()}


def test_every_job_comes_back():
    done = outcomes([f"job{number}" for number in range(50)])
    assert {word: outcome.result for word, outcome in done.items()} == {
        f"job{number}": f"> job{number}".encode() for number in range(50)
    }


@pytest.mark.parametrize(
    ("word", "kind", "says"),
    [
        ("die", "crash", "code 7"),
        ("raise", "crash", "ValueError: bad job"),
        ("memory", "limit", "memory"),
    ],
)
def test_a_failing_job_costs_itself_alone(word, kind, says):
    done = outcomes(["one", word, "two", "three"], count=1)
    assert done[word].result is None
    assert done[word].kind == kind
    assert says in done[word].says
    assert [done[other].result for other in ("one", "two", "three")] == [
        b"> one",
        b"> two",
        b"> three",
    ]


def test_a_job_that_overruns_is_stopped():
    done = outcomes(["sleep", "after"], Bounds(memory=1 << 30, seconds=0), count=1)
    assert done["sleep"].kind == "limit"


def test_jobs_may_be_added_while_others_finish():
    seen = []
    with Pool(2, echo, b"", BOUNDS) as pool:
        pool.submit(b"first")
        for outcome in pool.finished():
            seen.append(outcome.result)
            if outcome.result == b"first":
                pool.submit(b"second")
    assert seen == [b"first", b"second"]


LOADED = []


def tells_what_is_loaded(_):
    return lambda job: f"{job.decode()} {len(LOADED)} {os.getpid()}".encode()


def test_renewed_workers_share_what_was_loaded_since(monkeypatch):
    monkeypatch.setattr(__name__ + ".LOADED", [])
    with Pool(1, tells_what_is_loaded, b"", BOUNDS) as pool:
        pool.submit(b"before")
        pool.begin()
        LOADED.append(1)
        pool.renew()
        pool.submit(b"after")
        first, second = (outcome.result.split() for outcome in pool.finished())
    assert first[:2] == [b"before", b"0"]
    assert second[:2] == [b"after", b"1"]
    assert first[2] != second[2]


def test_steps_are_taken_while_workers_are_busy_until_there_are_no_more():
    steps = [True, True, False]
    with Pool(1, echo, b"", BOUNDS) as pool:
        pool.submit(b"word")
        list(pool.finished(lambda: steps.pop(0)))
        pool.submit(b"word")
        (outcome,) = pool.finished(lambda: False)
    assert outcome.result == b"word"
    assert len(steps) < 3


def test_large_jobs_are_not_left_for_the_end():
    seen = []
    with Pool(1, echo, b"", BOUNDS) as pool:
        for word, size in (("first", 1), ("small", 1), ("large", 9), ("middle", 5), ("other", 1)):
            pool.submit(word.encode(), size)
        seen = [outcome.result.decode() for outcome in pool.finished()]
    assert seen == ["large", "middle", "first", "small", "other"]


def test_jobs_that_bring_more_jobs_go_first():
    with Pool(1, echo, b"", BOUNDS) as pool:
        for word, size, first in (("large", 9, False), ("opens", 1, True), ("more", 2, True)):
            pool.submit(word.encode(), size, first=first)
        assert [one.result for one in pool.finished()] == [b"more", b"opens", b"large"]


def test_advancing_hands_out_only_jobs_that_go_first():
    with Pool(2, echo, b"", BOUNDS) as pool:
        pool.submit(b"whole", first=True)
        pool.begin()
        early = []
        while not early:
            early = list(pool.advance())
        assert [one.result for one in early] == [b"whole"]
        pool.submit(b"file", 9)
        pool.submit(b"part", first=True)
        early = []
        while not early:
            early = list(pool.advance())
        assert [one.result for one in early] == [b"part"]
        assert list(pool.advance()) == []
        assert pool.pending == 1
        assert [one.result for one in pool.finished()] == [b"file"]


def test_workers_start_when_there_is_a_job_for_them():
    with Pool(8, echo, b"", BOUNDS) as pool:
        assert not pool._workers
        pool.submit(b"one")
        list(pool.finished())
        assert len(pool._workers) == 1


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="a setting of glibc's malloc")
def test_freed_memory_is_used_again():
    size = 4 << 20
    with Pool(1, faults, b"", BOUNDS) as pool:
        pool.submit(str(size).encode())
        (outcome,) = pool.finished()
    assert int(outcome.result) < 10 * size // resource.getpagesize()


def test_an_interrupt_while_a_worker_starts_leaves_no_worker(monkeypatch):
    launch, workers = Pool._launch, []

    def interrupted(pool):
        workers.append(launch(pool))
        signal.raise_signal(signal.SIGINT)
        return workers[-1]

    monkeypatch.setattr(Pool, "_launch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        outcomes(["sleep"], count=1)
    assert not workers[0].process.is_alive()


ORPHAN = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from tests._kernel.test_workers import BOUNDS, numbered
from assay._kernel.workers import Pool
with Pool(1, numbered, b"", BOUNDS) as pool:
    pool.submit(b"")
    print(*(outcome.result.decode() for outcome in pool.finished()), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_workers_end_with_the_process_that_started_them():
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [sys.executable, "-c", ORPHAN, root],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    status = Path("/proc") / done.stdout.strip() / "stat"
    for _ in range(500):
        if not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.01)
    pytest.fail("the worker lives on")
