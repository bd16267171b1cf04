"""Shells and interpreters that read what comes from the network, without a login.

References: nc(1), socat(1), inetd.conf(5); CWE-306, CWE-912.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from assay._kernel import lazy_re
from assay._kernel.multipattern import compiled
from assay.checks.backdoors.fetching import INTERPRETERS
from assay.checks.check import Check, Scope, at
from assay.checks.services.started import SHELL_NAMES
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.inetd import InetdEntry, InetdFacts
from assay.inventory.kinds.script import ScriptFacts
from assay.inventory.kinds.text import TextFacts, span
from assay.model.result import Finding
from assay.model.tree import Node

CHECK = Check(
    id="backdoors.interpreter-from-network",
    version=1,
    title="Interpreter fed from the network",
    severity="high",
    about="Whoever reaches the port runs commands on the device without a login.",
    looks_at="shell scripts, crontabs, init's table, units and super-server files",
    not_a_finding=(
        "Telnet and SSH servers, which have checks of their own, listeners whose output goes to a "
        "file or a program that is no interpreter, lines that are comments."
    ),
    cwe=(306, 912),
    advice="Remove it, or put an authenticated service such as SSH in its place.",
    long=True,
)
MOST_SHOWN = 6
_COMMANDS = lazy_re.compile(
    r"/(?:etc/inittab|etc/crontabs?(?:/[^/]+)?|etc/cron\.d/[^/]+|var/spool/cron/[^/]+"
    r"|(?:lib|etc)/systemd/system/[^/]+\.service)$"
)
"""Files that are no scripts and hold commands all the same."""

_SOCKET = lazy_re.compile(r"^StandardInput=socket\b", re.MULTILINE)
_STARTS = lazy_re.compile(r"^ExecStart=([^\n]{1,300})", re.MULTILINE)
_NAMED = rf"(?:/[\w./-]{{1,60}}/)?(?:{INTERPRETERS})\b(?![./=\w-])"
_NC = r"\b(?:nc|ncat|netcat|nc\.traditional|busybox nc)\b"
_NETCAT = (r"\bnc(?:at)?\b", "netcat")
_FEEDS = (
    rf"(?:{_NC}|\bmosquitto_sub\b|\bopenssl[ \t]+s_client\b|\btelnet[ \t]+[\w$]|\bsocat\b)"
    r"[^\n|;&]{0,160}\|"
)
"""Commands that give out what a connection sends, up to the pipe."""

_FEEDING = (*_NETCAT, "mosquitto_sub", "s_client", "telnet", "socat")
_FORMS = (
    (lazy_re.compile(rf"{_FEEDS}[ \t]*{_NAMED}"), "gives what a connection sends to", _FEEDING),
    (
        lazy_re.compile(
            rf"{_FEEDS}\s*while[^\n;]{{0,40}}\bread\b(?:[ \t]+-\w+)*[ \t]+(\w{{1,40}})"
            r"[^\n;]{0,40};?\s*do\b(?:(?!\bdone\b)[^|]){0,400}?(?<![\w-])"
            rf"(?:(?:eval|(?:{INTERPRETERS})[ \t]+-c)[ \t]+\"?|(?<=[;\n])[ \t]*)"
            r"\$\{?\1\}?\"?(?=[\s;|&>])"
        ),
        "gives each line that a connection sends to",
        _FEEDING,
    ),
    (
        lazy_re.compile(
            rf"{_NC}[^\n|;&]{{0,120}}[ \t](?:-[a-z]*[ec]|--exec|--sh-exec)[ \t]*[\"']?{_NAMED}"
        ),
        "connects a socket with",
        _NETCAT,
    ),
    (
        lazy_re.compile(
            rf"\bsocat\b[^\n;&]{{0,80}}\b(?:tcp|udp|openssl|sctp)[46]?(?:-listen|-l|-connect)?:"
            rf"[^\n;&]{{0,80}}\b(?:exec|system):[\"']?{_NAMED}",
            re.IGNORECASE,
        ),
        "connects a socket with",
        ("socat",),
    ),
    (
        lazy_re.compile(
            rf"\bsocat\b[^\n;&]{{0,80}}\b(?:exec|system):[\"']?{_NAMED}[^\n;&]{{0,80}}"
            r"\b(?:tcp|udp|openssl|sctp)[46]?(?:-listen|-l|-connect)?:",
            re.IGNORECASE,
        ),
        "connects a socket with",
        ("socat",),
    ),
    (
        lazy_re.compile(rf"\b(?:tcpsvd|udpsvd)\b[^\n|;&]{{0,120}}[ \t]{_NAMED}"),
        "starts for each connection",
        ("tcpsvd", "udpsvd"),
    ),
    (
        lazy_re.compile(rf"{_NAMED}[^\n;|&]{{0,40}}[<>]&?[ \t]*/dev/(?:tcp|udp)/"),
        "connects a socket with",
        ("/dev/tcp/", "/dev/udp/"),
    ),
)
"""What feeds an interpreter, words for it, and the parts of which it holds one."""
_PARTS = tuple(sorted({part for *_, parts in _FORMS for part in parts}))


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each file that feeds an interpreter from the network."""
    for node, text in image.of(TextFacts):
        if image.facts(node, ScriptFacts) is None and not _COMMANDS.search(node.inner):
            continue
        scope.saw()
        yield from _script(node, text.text)
        yield from _unit(node, text.text)
    for node, facts in image.of(InetdFacts):
        for entry in facts.entries:
            scope.saw()
            yield from _entry(node, entry)


def fed_interpreters(text: str) -> list[tuple[Span, str]]:
    """Return the lines of shell *text* that feed an interpreter, each with words for it."""
    found: dict[int, tuple[Span, str]] = {}
    held = _parts_of(text.lower())
    for expression, says, parts in _FORMS:
        for match in expression.finditer(text) if not held.isdisjoint(parts) else ():
            begin = text.rfind("\n", 0, match.start() + 1) + 1
            if not text[begin : match.start()].lstrip().startswith("#"):
                found.setdefault(match.start(), (span(text, match.start(), match.end()), says))
    return [found[place] for place in sorted(found)]


@lru_cache(maxsize=1)
def _search() -> Any:  # noqa: ANN401 - hyperscan's
    return compiled([part.encode() for part in _PARTS], once=True)


def _parts_of(lower: str) -> set[str]:
    """Return the parts that may be in a text in *lower* case, found in one pass over it.

    A letter beyond ASCII counts as the end of a word here: there may be too many, never too few.
    """
    held: set[str] = set()

    def note(number: int, *_: object) -> None:
        held.add(_PARTS[number])

    _search().scan(lower.encode("utf-8", "surrogatepass"), match_event_handler=note)
    return held


def _script(node: Node, text: str) -> Iterator[Finding]:
    found = fed_interpreters(text)
    if found:
        first, says = found[0]
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        yield CHECK.finding(
            node,
            f"{node.inner} {says} an interpreter: `{first.text.strip()}`{more}.",
            [at(node, one) for one, _ in found[:MOST_SHOWN]],
            confidence="firm",
        )


def _unit(node: Node, text: str) -> Iterator[Finding]:
    """Yield a finding for a unit of systemd that gives a connection to an interpreter."""
    if not node.inner.endswith(".service") or not _SOCKET.search(text):
        return
    for match in _STARTS.finditer(text):
        words = match[1].lstrip("-@+!:").split()
        name = words[0].rpartition("/")[2] if words else ""
        runs = [word for word in words[1:] if not word.startswith("-")]
        if _is_interpreter(name) and not runs:
            yield CHECK.finding(
                node,
                f"{node.inner} gives a connection to an interpreter: `{match[0].strip()}`.",
                [at(node, span(text, match.start(), match.end()))],
                confidence="firm",
            )


def _entry(node: Node, entry: InetdEntry) -> Iterator[Finding]:
    name = entry.words[0].rpartition("/")[2] if entry.words else ""
    runs = [word for word in entry.words[1:] if not word.startswith("-")]
    if entry.disabled or not _is_interpreter(name) or _runs_script(entry.words, runs):
        return
    yield CHECK.finding(
        node,
        f"{node.inner} starts `{' '.join(entry.words)}` as {entry.user} for each connection to "
        f"{entry.service}/{entry.protocol}.",
        [at(node, entry.span)],
        confidence="firm",
    )


def _is_interpreter(name: str) -> bool:
    return name in SHELL_NAMES or re.fullmatch(INTERPRETERS, name) is not None


def _runs_script(words: tuple[str, ...], runs: list[str]) -> bool:
    """Return whether the interpreter is given a script or a command: then that is what serves."""
    own = words[0].rpartition("/")[2]
    return any(word.rpartition("/")[2] != own for word in runs)
