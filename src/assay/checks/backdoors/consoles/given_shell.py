"""Commands that hand out a shell or run what somebody typed: what checks of menus look for.

References: sh(1), telnetd(8), nc(1); klish and clish, which put parameters in as `${name}`.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from assay._kernel import lazy_re
from assay.checks.services.started import SHELL_NAMES

_VARIABLE = lazy_re.compile(r"\$\{?[A-Za-z_@*][\w]*\}?|\$[*@]")
_LISTENERS = frozenset({"nc", "ncat", "netcat", "socat"})
_TELNET = frozenset({"telnetd", "utelnetd", "in.telnetd"})
WRAPPERS = frozenset({"exec", "busybox", "sudo", "setsid", "env", "command", "nohup"})
GIVING = SHELL_NAMES | _LISTENERS | _TELNET | frozenset({"su", "chroot", "login"})
"""The commands that can give a shell, by name; others run what was typed."""


def given_shell(words: Sequence[str], typed: frozenset[str] = frozenset()) -> str:
    """Return in words what a command gives: a shell, or commands from *typed* variables.

    *words* are without quotes. Empty when it gives neither.
    """
    words = _own(list(words))
    if not words:
        return ""
    name, rest = words[0].rpartition("/")[2], words[1:]
    if name in SHELL_NAMES:
        return _by_shell(rest, typed)
    if name == "eval" or _is_typed(words[0], typed):
        runs = rest if name == "eval" else words[:1]
        return "what was typed is run as a command" if _takes(runs, typed) else ""
    return _by_telnet(rest) if name in _TELNET else _by_other(name, rest)


def _by_other(name: str, rest: list[str]) -> str:
    if name == "su" and "-c" not in rest:
        return "a shell of another user"
    if name == "chroot" and len(rest) > 1 and rest[1].rpartition("/")[2] in SHELL_NAMES:
        return "a shell"
    if name == "login" and "-f" in rest:
        return "a session without a password"
    listens = name in _LISTENERS and any(_names_shell(word) for word in rest)
    return "a shell on a connection" if listens else ""


def _by_shell(rest: list[str], typed: frozenset[str]) -> str:
    if "-c" in rest:
        place = rest.index("-c") + 1
        return "what was typed is run as a command" if _takes(rest[place:], typed) else ""
    if any(not word.startswith(("-", "<", ">")) for word in rest):
        return ""
    return "a shell"


def _by_telnet(rest: list[str]) -> str:
    for option, word in pairwise(rest):
        if option == "-l" and word.rpartition("/")[2] in SHELL_NAMES:
            return "a telnet server that gives a shell without a login"
    return ""


def _takes(words: Sequence[str], typed: frozenset[str]) -> bool:
    return any(_is_typed(word, typed) for word in words[:1])


def _is_typed(word: str, typed: frozenset[str]) -> bool:
    """Return whether *word* is nothing but a variable of *typed*."""
    return _VARIABLE.fullmatch(word) is not None and word.strip("${}") in typed


def _names_shell(word: str) -> bool:
    tail = re.split(r"[:/, ]", word)
    return any(part in SHELL_NAMES for part in tail)


def _own(words: list[str]) -> list[str]:
    while len(words) > 1 and words[0].rpartition("/")[2] in WRAPPERS:
        words = words[1:]
        while len(words) > 1 and (words[0].startswith("-") or "=" in words[0]):
            words = words[1:]
    return words
