"""Ports that an image listens on: command lines, settings, super-servers, constants in code.

Joins `services.py` with configuration files and what the code of programs binds. `usual` marks
the usual port of a server for which nothing names one.
Reference: IANA service names and port numbers.
"""

import re
from collections.abc import Iterator

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.inventory.boot.servers import ServerRole
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.machine_code import CodeFacts
from assay.inventory.kinds.text import TextFacts, span
from assay.inventory.kinds.uci import UciFacts
from assay.inventory.services import Service, services_of
from assay.model.tree import Node

USUAL: dict[ServerRole, tuple[tuple[int, str], ...]] = {
    "telnet": ((23, "tcp"),),
    "ssh": ((22, "tcp"),),
    "ftp": ((21, "tcp"),),
    "tftp": ((69, "udp"),),
    "web": ((80, "tcp"),),
    "snmp": ((161, "udp"),),
}
NAMED = {
    "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "time": 37, "domain": 53, "tftp": 69,
    "http": 80, "www": 80, "pop3": 110, "sunrpc": 111, "ntp": 123, "netbios-ns": 137,
    "netbios-ssn": 139, "imap": 143, "snmp": 161, "https": 443, "microsoft-ds": 445, "exec": 512,
    "login": 513, "shell": 514, "printer": 515, "swat": 901, "telnets": 992, "echo": 7,
    "discard": 9, "daytime": 13, "chargen": 19, "auth": 113, "ident": 113, "rsync": 873,
}  # fmt: skip
_OPTIONS = frozenset({"-p", "--port", "-P", "--listen", "--http-port", "-s"})
_PORT = lazy_re.compile(r"(?:.*:)?(\d{1,5})")
_JOINED = lazy_re.compile(r"(?:--port|--http-port|--listen)=(?:.*:)?(\d{1,5})|-[pP](\d{2,5})")
_LISTENS = lazy_re.compile(r"(udp6?|tcp6?):(?:[\w.\[\]:-]*:)?(\d{1,5})")
_TAKES_P = frozenset({"telnet", "ssh", "web", "debug", "printing", "upnp"})
_SETTINGS: tuple[tuple[frozenset[str], tuple[str, ...], re.Pattern[str]], ...] = tuple(
    (frozenset(names.split()), tuple(globs.split()), lazy_re.compile(rf"(?mi)^[ \t]*{expression}"))
    for names, globs, expression in (
        ("sshd", "*/sshd_config", r"Port[ \t]+(\d{1,5})[ \t]*$"),
        ("lighttpd", "*/lighttpd*.conf", r"server\.port[ \t]*:?=[ \t]*\"?(\d{1,5})"),
        (
            "boa thttpd httpd apache2",
            "*/boa.conf */thttpd.conf */httpd.conf",
            r"(?:port[ \t]*=|Port[ \t]|Listen[ \t]+(?:\S{1,60}:)?)[ \t]*(\d{1,5})[ \t]*$",
        ),
        (
            "nginx",
            "*/nginx.conf */nginx/conf.d/* */nginx/sites-enabled/*",
            r"listen[ \t]+(?:[\w.*\[\]:]{1,60}:)?(\d{1,5})[^;\n]{0,80};",
        ),
        ("vsftpd", "*/vsftpd.conf", r"listen_port=(\d{1,5})[ \t]*$"),
        ("proftpd", "*/proftpd.conf", r"Port[ \t]+(\d{1,5})[ \t]*$"),
    )
)
_SECTIONS = {"dropbear": "Port", "uhttpd": "listen_http listen_https"}


ETHERTYPES = frozenset({0x0800, 0x0806, 0x8100, 0x86DD, 0x8863, 0x8864, 0x888E, 0x88CC, 0x88E1})
"""Protocols of packet sockets: they stand where the address of other sockets has its port."""


class Listening(Value):
    """A port, the service that listens on it, and where that stands.

    `protocol` is empty where only code tells the port. `usual` is set when nothing names the port
    and it is the usual one of such a server.
    """

    number: int
    protocol: str
    service: Service
    node: Node
    span: Span
    usual: bool = False


def listening_ports(image: Inventory) -> Iterator[Listening]:
    """Yield the ports of services that start at boot, in the order of the services."""
    configured = _configured(image)
    for service in services_of(image):
        if not service.boot:
            continue
        stated = list(_stated(service))
        if not stated:
            stated = [
                Listening(number, "tcp", service, node, span)
                for node, span, number in configured.get(
                    (service.node.filesystem, service.name), ()
                )
            ]
        stated = stated or list(_in_code(image, service))
        yield from stated or _usual(service)


def _stated(service: Service) -> Iterator[Listening]:
    """Yield the ports that the start of *service* itself names."""
    if service.manager == "inetd" and service.protocol:
        name, _, protocol = service.protocol.partition("/")
        number = int(name) if name.isdigit() else NAMED.get(name, 0)
        if 0 < number < 65536:
            yield _at_start(service, number, "udp" if protocol.startswith("udp") else "tcp")
        return
    words = service.arguments
    for place, word in enumerate(words):
        joined = _JOINED.fullmatch(word)
        listens = _LISTENS.fullmatch(word)
        following = _PORT.fullmatch(words[place + 1]) if place + 1 < len(words) else None
        number, protocol = 0, "udp" if service.role in {"tftp", "snmp"} else "tcp"
        if listens and service.role == "snmp":
            number, protocol = int(listens[2]), listens[1].rstrip("6")
        elif service.role in _TAKES_P and joined:
            number = int(joined[1] or joined[2])
        elif service.role in _TAKES_P and word in _OPTIONS and following:
            number = int(following[1])
        if 0 < number < 65536:
            yield _at_start(service, number, protocol)


def _at_start(service: Service, number: int, protocol: str) -> Listening:
    return Listening(number, protocol, service, service.node, service.span)


def _in_code(image: Inventory, service: Service) -> Iterator[Listening]:
    """Yield the ports that the program of *service* binds as constants, of unknown protocol."""
    facts = None if service.binary is None else image.facts(service.binary, CodeFacts)
    for bound in () if facts is None else facts.bound:
        if service.binary is not None and bound.offset >= 0 and bound.port not in ETHERTYPES:
            said = Span(offset=bound.offset, length=4, text="\n".join(bound.code))
            yield Listening(bound.port, "", service, service.binary, said)


def _usual(service: Service) -> Iterator[Listening]:
    if service.manager == "inetd" or service.role is None:
        return
    for number, protocol in USUAL.get(service.role, ()):
        yield Listening(number, protocol, service, service.node, service.span, usual=True)


def _configured(image: Inventory) -> dict[tuple[str, str], list[tuple[Node, Span, int]]]:
    """Return the ports that configuration files name, by file system and server."""
    found: dict[tuple[str, str], list[tuple[Node, Span, int]]] = {}
    for names, globs, expression in _SETTINGS:
        for node in image.find(*globs):
            facts = image.facts(node, TextFacts)
            for match in expression.finditer(facts.text) if facts else ():
                where = span(match.string, match.start(), match.end())
                for name in names:
                    place = (node.filesystem, name)
                    found.setdefault(place, []).append((node, where, int(match[1])))
    for node, uci in image.of(UciFacts):
        for section in uci.sections:
            if node.name != section.type:
                continue
            wanted = _SECTIONS.get(section.type, "").split()
            for option in section.options:
                port = _PORT.fullmatch(option.value) if option.name in wanted else None
                if port:
                    place = (node.filesystem, section.type)
                    found.setdefault(place, []).append((node, option.span, int(port[1])))
    return found
