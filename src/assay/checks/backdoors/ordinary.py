"""Plain explanations of candidates: what they ask for is published, or what they do gives nothing.

Serves the checks of shapes in code. They hold for tentative findings only: where the way from the
trigger to the gain was followed, nothing here lowers it. References: RFC 4251 (names of
algorithms), IEEE 802.11 (vendor elements), the USB lists of vendors and products.
"""

import re

from assay._kernel import lazy_re
from assay.code import Access
from assay.inventory.shell.inside import everything
from assay.inventory.shell.statements import Simple, statements_of

_COMMAND = lazy_re.compile(r"(?:fixed command|is called with) `([^`]{1,160})`")
_NOTES = frozenset({"echo", "date", "touch", "sleep", "logger", "sync", "true", ":", "printf"})
_ENDS = frozenset({"killall", "kill", "rm"})
_NOTE_FILES = lazy_re.compile(r"[<>&]+(?:/tmp/|/var/|/dev/null|[0-9])[\w./-]*")
_PASSING = lazy_re.compile(r"-|/tmp/|/var/")
_STORE = lazy_re.compile(
    r"what \w*(?:(?:config|nvram|cfg|conf|uci|mib)_?(?:get|read)|get_?(?:config|nvram|conf|mib))"
    r"\w* returned",
    re.IGNORECASE,
)
_SERVICE_WORDS = frozenset(
    {"start", "stop", "restart", "reload", "status", "enable", "disable", "up", "down", "on"}
    | {"off", "help", "version", "show", "list", "add", "del", "set", "get", "init", "exit"}
)
_SENTENCE = lazy_re.compile(r"names the entry `[A-Z][a-z]+(?: [\w'-]+){3,}[.]?`")
_HEX = lazy_re.compile(r"0x((?:[0-9a-f]{2}){4,})")
_PUBLISHED = (
    (
        lazy_re.compile(r"[a-z0-9-]{3,}@[a-z0-9-]+(?:\.[a-z0-9-]+)+"),
        "a name of an algorithm of SSH",
    ),
    (lazy_re.compile(r"[0-9a-f]{4}:[0-9a-f]{4}"), "the numbers of a USB vendor and product"),
    (
        lazy_re.compile(r"0x(?:dd..)?(?:000fac|0050f2)[0-9a-f]{0,6}"),
        "the head of an 802.11 element",
    ),
    (lazy_re.compile(r"0x([0-9a-f]{2})\1{3,}"), "one byte repeated, as in addresses of everybody"),
)


def ordinary(way: Access) -> str:
    """Return why the candidate *way* is most likely an ordinary one; empty when nothing says so."""
    if way.shape == "second-password":
        return _published(way.constant)
    if way.shape not in {"hidden-entry", "command-after-constant"}:
        return ""
    if _gives_nothing(way.payload):
        return "the command leaves a note or ends a program, and gives nothing"
    return _ordinary_entry(way) if way.shape == "hidden-entry" else ""


def _ordinary_entry(way: Access) -> str:
    if _STORE.search(way.source):
        return "the word is a value of the device's own settings, not a command"
    if way.constant in _SERVICE_WORDS:
        return "programs that are services take this word from their start scripts"
    return "the text is a sentence, as help is" if _SENTENCE.search(way.trigger) else ""


def _published(constant: str) -> str:
    """Return what *constant* is where its form is that of published names and numbers."""
    for expression, says in _PUBLISHED:
        if expression.fullmatch(constant):
            return f"the constant has the form of {says}"
    found = _HEX.fullmatch(constant)
    text = bytes.fromhex(found[1]).decode("latin-1") if found else ""
    if text.endswith("\n") and text.strip().isascii() and text.strip().isalpha():
        return f"the constant is `{text.strip()}` with the end of its line, a word of a file format"
    return ""


def _gives_nothing(payload: str) -> bool:
    """Return whether the one command that *payload* names writes notes or ends programs only."""
    found = _COMMAND.search(payload)
    if found is None or any(mark in found[1] for mark in "$`%("):
        return False
    commands = [one for one in everything(statements_of(found[1])) if isinstance(one, Simple)]
    return bool(commands) and all(_is_note(one) for one in commands)


def _is_note(one: Simple) -> bool:
    name = one.words[0].rpartition("/")[2] if one.words else ""
    if not all(_NOTE_FILES.fullmatch(target) for target in one.targets):
        return False
    passing = all(_PASSING.match(word) for word in one.words[1:])
    return name in _NOTES or (name in _ENDS and (name != "rm" or passing))
