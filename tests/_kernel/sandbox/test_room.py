"""A room holds the system's programs, the accounts, and what was handed in."""

from assay._kernel.sandbox.room import SYSTEM, Bounds, Room, guarded


def room(tmp_path, **more):
    return Room(
        writable=((tmp_path, "/build"),), readable=((tmp_path, "/sources"),), accounts=tmp_path,
        directory="/build", **more,
    )  # fmt: skip


def test_only_system_folders_accounts_and_what_is_given_are_bound(tmp_path):
    inside = {place for _, place in room(tmp_path).binds()}
    assert {"/etc/passwd", "/etc/group", "/sources"} <= inside
    assert inside <= {*SYSTEM, "/etc/passwd", "/etc/group", "/sources"}


def test_links_of_the_host_stay_links(tmp_path):
    bound = {place for _, place in room(tmp_path).binds()}
    linked = {name for _, name in room(tmp_path).links()}
    assert not bound & linked
    assert linked <= set(SYSTEM)


def test_a_command_gives_up_what_it_may_not_use_before_it_runs(tmp_path):
    shell, flag, script = guarded("make", room(tmp_path, bounds=Bounds(file=1 << 20), umask=0o027))
    assert (shell, flag) == ("/bin/sh", "-c")
    lines = script.splitlines()
    assert lines[-2:] == ["set -e", "make"]
    assert "ulimit -f 2048" in lines
    assert "umask 027" in lines
