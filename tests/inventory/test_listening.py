"""Ports that start files, settings and super-servers name."""

import msgspec
import pytest
from building import image_of

from assay.inventory.image import Inventory
from assay.inventory.kinds.machine_code import KIND, Bound, CodeFacts
from assay.inventory.listening import listening_ports
from assay.model.result import Coverage

PROGRAM = b"\x7fELF" + bytes(60)


def ports(files):
    return [(one.number, one.protocol, one.usual) for one in listening_ports(image_of(files))]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (b"telnetd -l /bin/login -p 2323", [(2323, "tcp", False)]),
        (b"telnetd", [(23, "tcp", True)]),
        (b"dropbear -p 192.168.1.1:2222 -B", [(2222, "tcp", False)]),
        (b"httpd -p 8080 -h /www", [(8080, "tcp", False)]),
        (b"mini_httpd -p8081", [(8081, "tcp", False)]),
        (b"snmpd -Lf /dev/null udp:127.0.0.1:1161", [(1161, "udp", False)]),
        (b"httpd -p 99999", [(80, "tcp", True)]),
        (b"syslogd -p 99", []),
    ],
)
def test_command_lines(command, expected):
    assert ports({"/etc/init.d/rcS": b"#!/bin/sh\n" + command + b"\n"}) == expected


@pytest.mark.parametrize(
    ("command", "file", "text", "expected"),
    [
        (b"/usr/sbin/sshd", "/etc/ssh/sshd_config", b"#Port 22\nPort 2022\n", [2022]),
        (b"lighttpd -f /etc/l.conf", "/etc/lighttpd.conf", b"server.port = 8889\n", [8889]),
        (b"nginx", "/etc/nginx/nginx.conf", b"server {\n listen [::]:8443 ssl;\n}\n", [8443]),
        (b"lighttpd", "/etc/nginx/nginx.conf", b"listen 8443;\n", [80]),
        (
            b"uhttpd",
            "/etc/config/uhttpd",
            b"config uhttpd main\n list listen_http 0.0.0.0:81\n",
            [81],
        ),
        (b"dropbear", "/etc/config/dropbear", b"config dropbear\n option Port '222'\n", [222]),
    ],
)
def test_settings(command, file, text, expected):
    found = ports({"/etc/init.d/rcS": b"#!/bin/sh\n" + command + b"\n", file: text})
    assert [number for number, _, _ in found] == expected


def test_super_servers():
    files = {
        "/etc/init.d/rcS": b"#!/bin/sh\ninetd\n",
        "/etc/inetd.conf": b"telnet stream tcp nowait root /sbin/telnetd telnetd\n"
        b"5555 dgram udp wait root /sbin/x x\nnosuch stream tcp nowait root /sbin/y y\n",
    }
    assert [one[:2] for one in ports(files)] == [(23, "tcp"), (5555, "udp")]


def test_what_does_not_start_does_not_listen():
    assert not ports({"/etc/inetd.conf": b"telnet stream tcp nowait root /sbin/telnetd telnetd\n"})


def test_protocols_of_packet_sockets_are_no_ports():
    image = image_of(
        {"/etc/init.d/rcS": b"#!/bin/sh\n/usr/bin/relayd\n", "/usr/bin/relayd": PROGRAM}
    )
    (program,) = [node for node in image.nodes if node.name == "relayd"]
    bound = tuple(Bound(port=port, offset=64, code=()) for port in (0x0800, 0x888E, 7329))
    facts = msgspec.msgpack.encode(CodeFacts(size=64, concern="takes input", bound=bound))
    covered = Coverage(size=0, parsed=0, padding=0, encrypted=0, unknown=0)
    store = {program.blob or "": {KIND.name: facts}}
    merged = {blob: {**kinds, **store.get(blob, {})} for blob, kinds in image._store.items()}
    again = Inventory(image.nodes, merged, list(image._kind_of.values()), covered)
    assert [one.number for one in listening_ports(again)] == [7329]
