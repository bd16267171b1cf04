"""Ports against what the documents are said to name."""

from building import image_of

from assay.checks.backdoors import undeclared_port
from assay.checks.check import Scope
from assay.inventory.declared import Declared, DeclaredPort

PROGRAM = b"\x7fELF" + bytes(60)
FILES = {
    "/etc/init.d/rcS": b"#!/bin/sh\ntelnetd -p 2323\nhttpd -p 80\n",
    "/usr/sbin/telnetd": PROGRAM,
    "/usr/sbin/httpd": PROGRAM,
}


def found(declared, files=FILES):
    image = image_of(files)
    image.declared = declared
    scope = Scope()
    return list(undeclared_port.run(image, scope)), scope


def test_without_a_declaration_nothing_is_said():
    for declared in (None, Declared(accounts=())):
        findings, scope = found(declared)
        assert not findings
        assert scope.gaps == [undeclared_port.NOTHING_DECLARED]


def test_only_the_undeclared_port_is_found():
    (finding,), scope = found(Declared(ports=(DeclaredPort(number=80, protocol="any"),)))
    assert "telnetd is set to listen on 2323/tcp" in finding.says
    assert (finding.severity, finding.confidence) == ("high", "firm")
    assert finding.evidence[0].excerpt == "telnetd -p 2323"
    assert scope.examined


def test_the_protocol_counts():
    ports = (DeclaredPort(number=80, protocol="udp"), DeclaredPort(number=2323, protocol="tcp"))
    (finding,), _ = found(Declared(ports=ports))
    assert "80/tcp" in finding.says
    assert finding.severity == "medium"


def test_usual_ports_are_tentative():
    (finding,), _ = found(
        Declared(ports=()),
        {"/etc/init.d/rcS": b"#!/bin/sh\ntelnetd\n", "/usr/sbin/telnetd": PROGRAM},
    )
    assert "usual port" in finding.says
    assert finding.confidence == "tentative"
