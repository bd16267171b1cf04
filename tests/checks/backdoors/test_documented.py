"""Documented behaviour explains what matches it and nothing else."""

import pytest

from assay._kernel.tables import table
from assay.checks.backdoors.documented import behaviours, explained


@pytest.mark.parametrize(
    ("program", "shape", "gain"),
    [
        ("utelnetd", "shell-on-connection", "execv runs `/bin/login`"),
        ("dropbear", "shell-on-connection", "a shell gets the connection"),
        ("getty", "command-after-constant", "execl runs `/bin/login`"),
        ("su", "command-after-constant", "setuid makes the process root"),
        ("uhttpd", "unchecked-request", "fopen takes a path that is made of it"),
        ("libc.so.6", "code-at-load", "calls mprotect"),
        ("libgcrypt.so.20.4.1", "out-of-kind", "it calls setuid"),
        ("pppd", "shell-on-connection", "`/bin/sh` runs with the connection"),
        ("legacy.so", "code-at-load", "calls sigaction"),
        ("procd", "hidden-entry", "execvp is called names the entry `sysinit` of a table"),
    ],
)
def test_what_software_does_by_design(program, shape, gain):
    found = explained(program, shape, gain)
    assert found is not None
    assert found.reason
    assert found.reference


@pytest.mark.parametrize(
    ("program", "shape", "gain"),
    [
        ("telnetd", "second-password", "the function returns 1"),
        ("relayd", "shell-on-connection", "a shell gets the connection"),
        ("dropbear", "odd-constant", "what is decided by it was not followed"),
        ("getty", "command-after-constant", "system runs `telnetd -l /bin/sh`"),
        ("libpng.so", "code-at-load", "calls mprotect"),
        ("libssl.so.3", "out-of-kind", "it calls setuid"),
        ("procd", "hidden-entry", "execvp is called names the entry `lab` of a table"),
        ("uhttpd", "unchecked-request", "system runs what is made of it"),
    ],
)
def test_what_it_does_not(program, shape, gain):
    assert explained(program, shape, gain) is None


def test_every_behaviour_says_why():
    stated = table("assay.checks.data", "documented-behaviour.toml")["behaviour"]
    assert len(behaviours()) == len(stated)
    for one, behaviour in zip(stated, behaviours(), strict=True):
        assert one["programs"]
        assert all(behaviour.programs.match(glob) for glob in one["programs"])
        assert all(glob == glob.lower() for glob in one["programs"])
        assert behaviour.shapes
        assert behaviour.reason[0].islower()
