"""What a confined process can no longer do, and what it still can."""

import ctypes
import faulthandler
import os
import platform
import re
import signal
import socket
import threading
from pathlib import Path

import pytest

from assay._kernel import confinement
from assay._kernel.confinement import MACHINES, confine, refused
from assay._kernel.workers import Bounds, Pool

BOUNDS = Bounds(memory=8 << 30, seconds=60)
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


def tried(act):
    try:
        act()
    except OSError as error:
        return type(error).__name__
    return "done"


def serve(configuration):
    folder = Path(configuration.decode())
    acts = {
        "write below": lambda: (folder / "new").write_bytes(b"x"),
        "replace below": lambda: (folder / "new").replace(folder / "other"),
        "write elsewhere": lambda: (folder.parent / "new").write_bytes(b"x"),
        "write what is there": lambda: (folder.parent / "there").write_bytes(b"x"),
        "truncate": lambda: os.truncate(folder.parent / "there", 0),
        "remove": (folder.parent / "there").unlink,
        "link": lambda: (folder / "link").symlink_to("/etc"),
        "rights": lambda: (folder.parent / "there").chmod(0o600),
        "read": (folder.parent / "there").read_bytes,
        "socket": socket.socket,
        "fork": os.fork,
        "run": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606 - it is to be refused
        "signal": lambda: os.kill(os.getppid(), 0),
        "thread": lambda: threading.Thread(target=len, args=("",)).start(),
    }
    return lambda job: tried(acts[job.decode()]).encode()


@pytest.fixture
def confined(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "there").write_bytes(b"content")

    def ask(*acts):
        folder = str(tmp_path / "own")
        with Pool(1, serve, folder.encode(), BOUNDS, [folder]) as pool:
            numbers = {pool.submit(act.encode()): act for act in acts}
            return {numbers[one.job]: (one.result or b"").decode() for one in pool.finished()}

    return ask


def in_child(act):
    """Return the exit code of a child that runs *act*."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            code = act()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


MEANS = ("landlock", "seccomp")


def means():
    """Return which means the kernel has, as a child finds them."""
    code = in_child(lambda: sum(1 << MEANS.index(one) for one in confine()))
    return {one for place, one in enumerate(MEANS) if code >> place & 1}


def test_workers_change_files_below_their_folders_only(confined, tmp_path):
    if "landlock" not in means():
        pytest.skip("no Landlock in this kernel")
    allowed = ["write below", "replace below", "read"]
    denied = ["write elsewhere", "write what is there", "truncate", "remove", "link"]
    answers = confined(*allowed, *denied)
    assert {answers[act] for act in allowed} == {"done"}
    assert {answers[act] for act in denied} == {"PermissionError"}
    assert (tmp_path / "there").read_bytes() == b"content"
    assert not (tmp_path / "new").exists()


def test_workers_run_nothing_and_reach_nobody(confined):
    if "seccomp" not in means():
        pytest.skip("no filter on system calls in this kernel")
    answers = confined("socket", "fork", "run", "signal", "rights", "thread")
    assert answers.pop("thread") == "done"
    assert set(answers.values()) == {"PermissionError"}


def test_other_tables_of_calls_are_refused_too():
    if platform.machine() != "x86_64" or "seccomp" not in means():
        pytest.skip("only x86-64 has another table")

    def ask():
        confine()
        # getpid of the x32 table: the kernel may not have it, but must not be asked.
        library = ctypes.CDLL(None, use_errno=True)
        answer = library.syscall(confinement.OTHER_TABLE + 39)
        return 0 if answer == -1 and ctypes.get_errno() == 1 else 1

    assert in_child(ask) == 0


def test_a_kernel_without_either_leaves_the_process_as_it_is(monkeypatch):
    monkeypatch.setattr(confinement.platform, "machine", lambda: "riscv64")
    monkeypatch.setattr(confinement, "LANDLOCK_CREATE", 999)
    code = in_child(lambda: len(confine()))
    assert code == 0


@pytest.mark.parametrize("machine", sorted(MACHINES))
def test_numbers_are_those_of_the_kernel(machine):
    header = HEADERS[machine]
    if not header.exists():
        pytest.skip(f"no {header}")
    text = header.read_text()
    known = dict(re.findall(r"#define __NR(?:3264)?_(\w+) (\d+)\n", text))
    column = MACHINES[machine][0]
    rows = [one.split() for line in confinement.CALLS.splitlines() for one in line.split("|")]
    stated = {row[0]: row[1 + column] for row in rows if row and row[1 + column] != "-"}
    stated |= {"clone": str(confinement.CLONE[column]), "clone3": str(confinement.CLONE3[column])}
    assert {
        name: number for name, number in stated.items() if known.get(name, number) != number
    } == {}
    assert sum(name in known for name in stated) > 50
    assert refused(machine) == sorted(set(refused(machine)))


def test_a_worker_that_aborts_still_ends():
    def abort():
        faulthandler.disable()
        confine()
        os.abort()

    assert in_child(abort) in {
        -signal.SIGABRT,
        -signal.SIGSEGV,
        -signal.SIGILL,
    }
