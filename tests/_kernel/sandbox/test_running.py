"""Each sandbox of this host confines, bounds and cleans up; the same room, the same rules."""

import os
import sys
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from assay._kernel.sandbox import Bounds, Room, choose
from assay._kernel.sandbox.choice import UNCONFINED
from assay._kernel.sandbox.room import MEBIBYTE
from assay._kernel.sandbox.running import run

NAMES = ("bubblewrap", "namespaces")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")


@pytest.fixture(scope="module", params=NAMES)
def sandbox(request):
    found = choose((request.param,))
    if found is None:
        pytest.skip(f"{request.param} does not work on this host")
    return found


@pytest.fixture
def room(tmp_path):
    for name in ("work", "etc", "given"):
        (tmp_path / name).mkdir()
    (tmp_path / "etc/passwd").write_text("builder:x:1000:1000::/build:/bin/sh\n")
    (tmp_path / "etc/group").write_text("builder:x:1000:\n")
    (tmp_path / "given/source").write_text("from the host\n")
    return Room(
        writable=((tmp_path / "work", "/build/first"),),
        readable=((tmp_path / "given", "/sources"),), accounts=tmp_path / "etc",
        directory="/build/first", environment={"PATH": "/usr/bin:/bin", "GREETING": "hello"},
        hostname="one", bounds=Bounds(seconds=60),
    )  # fmt: skip


def told(sandbox, room, command, tmp_path):
    """Return how *command* ended and what it printed."""
    with (tmp_path / "log").open("wb") as log:
        ended = run(sandbox, room, command, log)
    return ended, (tmp_path / "log").read_text("utf-8", "replace")


def test_there_is_no_network(sandbox, room, tmp_path):
    ended, said = told(sandbox, room, "cat /proc/net/dev", tmp_path)
    assert ended.well
    devices = [line.split(":")[0].strip() for line in said.splitlines() if ":" in line]
    assert devices in ([], ["lo"])


def test_nothing_of_the_host_is_seen_but_its_programs(sandbox, room, tmp_path):
    (tmp_path / "secret").write_text("x")
    ended, said = told(sandbox, room, f"ls / /etc; ls {tmp_path} 2>&1 || echo hidden", tmp_path)
    assert ended.well
    assert "hidden" in said
    assert not {"root", "home", "var", "run", "shadow", "hosts"} & set(said.split())
    assert {"usr", "proc", "dev", "tmp", "passwd"} <= set(said.split())


@pytest.mark.parametrize("place", ["/usr/x", "/sources/x", "/etc/passwd"])
def test_only_its_own_folder_can_be_written(sandbox, room, tmp_path, place):
    ended, said = told(sandbox, room, f"echo x > {place}", tmp_path)
    assert not ended.well
    assert "Read-only" in said


def test_what_it_writes_is_there_afterwards(sandbox, room, tmp_path):
    ended, _ = told(sandbox, room, "cat /sources/source > made; echo $GREETING >> made", tmp_path)
    assert ended.well
    assert (tmp_path / "work/made").read_text() == "from the host\nhello\n"


def test_host_name_user_and_mask_are_those_of_the_room(sandbox, room, tmp_path):
    other = replace(room, hostname="zed", uid=1234, gid=1234, umask=0o027)
    ended, said = told(sandbox, other, "uname -n; id -u; id -g; umask; env", tmp_path)
    assert ended.well
    assert said.split()[:4] == ["zed", "1234", "1234", "0027"]
    assert "HOME=" not in said


def test_it_gains_no_rights(sandbox, room, tmp_path):
    ended, said = told(
        sandbox, room, "grep CapEff /proc/self/status; mount -t tmpfs x /tmp", tmp_path
    )
    assert "0000000000000000" in said
    assert not ended.well


def test_exit_codes_come_back(sandbox, room, tmp_path):
    assert told(sandbox, room, "exit 7", tmp_path)[0].code == 7
    assert told(sandbox, room, "false; true", tmp_path)[0].code == 1


def alive(marker):
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and marker in (entry / "cmdline").read_bytes():
                return True
        except OSError:
            continue
    return False


def test_what_it_left_running_is_gone(sandbox, room, tmp_path):
    marker = f"3{os.getpid():07d}"
    ended, _ = told(sandbox, room, f"setsid sleep {marker} >/dev/null 2>&1 & sleep 0.2", tmp_path)
    assert ended.well
    deadline = time.monotonic() + 20
    while alive(f"sleep\0{marker}".encode()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(f"sleep\0{marker}".encode())


def test_time_is_bounded(sandbox, room, tmp_path):
    ended, _ = told(sandbox, replace(room, bounds=Bounds(seconds=1)), "sleep 500", tmp_path)
    assert (ended.stopped, ended.well) == ("time", False)


def test_output_is_bounded(sandbox, room, tmp_path):
    bounds = Bounds(seconds=60, log=10_000, file=4 * MEBIBYTE)
    ended, _ = told(sandbox, replace(room, bounds=bounds), "yes; sleep 60", tmp_path)
    assert not ended.well
    assert (tmp_path / "log").stat().st_size <= 4 * MEBIBYTE


def test_space_is_bounded(sandbox, room, tmp_path):
    bounds = Bounds(seconds=60, folder=MEBIBYTE)
    command = "head -c 5000000 /dev/urandom > big; sleep 60"
    assert told(sandbox, replace(room, bounds=bounds), command, tmp_path)[0].stopped == "space"


def test_a_file_is_bounded(sandbox, room, tmp_path):
    bounds = Bounds(seconds=60, file=MEBIBYTE)
    ended, _ = told(
        sandbox, replace(room, bounds=bounds), "head -c 5000000 /dev/zero > x", tmp_path
    )
    assert not ended.well
    assert (tmp_path / "work/x").stat().st_size <= MEBIBYTE


def test_the_number_of_processes_is_bounded(sandbox, room, tmp_path):
    bounds = Bounds(seconds=60, processes=20)
    command = "n=0; while [ $n -lt 60 ]; do sleep 30 & n=$((n+1)); done; wait"
    ended, _ = told(sandbox, replace(room, bounds=bounds), command, tmp_path)
    assert not ended.well  # without the bound all sixty start, and end well
    assert ended.stopped in {"", "processes"}


def test_without_a_sandbox_the_environment_still_is_the_given_one(room, tmp_path):
    plain = replace(room, directory=str(tmp_path / "work"))
    ended, said = told(UNCONFINED, plain, "pwd; echo $GREETING; umask", tmp_path)
    assert ended.well
    assert said.split() == [str(tmp_path / "work"), "hello", "0022"]
