"""Plain explanations of candidates."""

import pytest

from assay.checks.backdoors.ordinary import ordinary
from assay.code import Access


def candidate(shape, **slots):
    plain = {
        "source": "its caller", "trigger": "is compared with `x`", "constant": "",
        "payload": "system is called",
    }  # fmt: skip
    return Access(
        shape=shape,
        function=1,
        function_name="",
        rank=500,
        confidence="tentative",
        compare=-1,
        compare_offset=-1,
        sink=-1,
        sink_offset=-1,
        **(plain | slots),
    )


@pytest.mark.parametrize(
    "slots",
    [
        {"payload": "system runs the fixed command `date > /tmp/when`"},
        {"payload": "system is called with `echo 1 > /var/state`"},
        {"payload": "system is called with `killall ntpd; rm -f /tmp/x 2>/dev/null`"},
        {"source": "what config_get returned"},
        {"source": "what acosNvramConfig_get returned"},
        {"constant": "restart"},
        {"trigger": "names the entry `Show brief listing of options` of a table"},
    ],
)
def test_entries_that_are_ordinary(slots):
    assert ordinary(candidate("hidden-entry", **slots))


@pytest.mark.parametrize(
    "slots",
    [
        {},
        {"payload": "system is called with `telnetd -l /bin/sh`"},
        {"payload": "system is called with `echo root::0:0::/:/bin/sh > /etc/passwd`"},
        {"payload": "system is called with `echo x; telnetd`"},
        {"payload": "system is called with `echo %s`"},
        {"payload": "system is called with `rm -rf /etc`"},
        {"payload": "system is called with `echo $(cat /tmp/x)`"},
        {"payload": "system is called with `killall ntpd >> /proc/sysrq-trigger`"},
        {"source": "what recv returned"},
        {"constant": "restart!"},
        {"trigger": "names the entry `show version` of a table"},
    ],
)
def test_entries_that_are_not(slots):
    assert ordinary(candidate("hidden-entry", **slots)) == ""


@pytest.mark.parametrize(
    "constant",
    [
        "sk-ecdsa-sha2-nistp256@openssh.com",
        "1376:4e61",
        "0xdd14000fac04",
        "0xffffffffffff",
        "0x434f4d4d49540a",
    ],
)
def test_constants_that_are_published(constant):
    assert ordinary(candidate("second-password", constant=constant))


@pytest.mark.parametrize(
    "constant",
    ["xk9@lab", "1376:4e61:1", "0x434f4d4d4954", "0x78396b21320a", "0xdeadbeef", "root", ""],
)
def test_constants_that_are_not(constant):
    assert ordinary(candidate("second-password", constant=constant)) == ""


def test_other_shapes_are_left_alone():
    slots = {"payload": "system runs the fixed command `date > /tmp/when`", "constant": "1376:4e61"}
    assert ordinary(candidate("shell-on-connection", **slots)) == ""
    assert ordinary(candidate("odd-constant", **slots)) == ""
