"""What a function could gain for whoever reaches it: by its calls, its texts, and further on.

A fast pass over the calls of a program, without data flow: a weight and the row that leads there.
"""

import re
from dataclasses import dataclass

import numpy as np

from assay._kernel.printable import printable
from assay.code.access.handled import Handled
from assay.code.families import EXECUTE, SHELL
from assay.code.memory import Mask, where
from assay.code.sources import Network

DEPTH = 2
FADING = 70
"""What remains, in hundredths, of what is gained one call further on."""

GAINS = (
    dict.fromkeys((*SHELL, *EXECUTE, "execvpe", "posix_spawn"), 200)
    | dict.fromkeys(("dup2", "dup3", "setuid", "seteuid", "setresuid", "setreuid"), 150)
    | dict.fromkeys(("setgid", "dlopen", "ptrace", "reboot", "mount"), 100)
    | dict.fromkeys(("chmod", "bind", "listen", "connect", "dlsym", "symlink"), 70)
    | dict.fromkeys(("unlink", "rename", "remove", "sendfile"), 60)
    | dict.fromkeys(("fork", "vfork", "socket", "open", "open64", "fopen", "fopen64"), 50)
    | dict.fromkeys(("mmap", "kill", "setenv", "putenv"), 45)
    | dict.fromkeys(("sendto", "send", "ioctl", "write"), 25)
)
"""What calls gain, in hundredths."""

SENSITIVE = re.compile(
    rb"^/dev/(mtd|k?mem|sd|mmcblk|ubi|port|nvram)|^/proc/(kcore|self/mem|sysrq)"
    rb"|^/etc/(passwd|shadow|group|sudoers|crontab|cron\.|securetty|hosts\.|inittab|rc|ssh)"
    rb"|^/etc/(dropbear|config|ppp/.*secrets)|authorized_keys|\.rhosts"
    rb"|(^|[/;|&] ?)(ba|da|a|k|z)?sh( |;|$)|\b(u?telnetd|sshd|dropbear|socat|netcat|nc|iptables)\b"
    rb"|\b(ip6tables|ebtables|nft|insmod|crontab|adduser|useradd|chpasswd)\b"
)
"""Texts that only privileged acts need: devices, accounts, shells, filters."""

OF_TEXT = 130
SHOWN = 40


@dataclass(frozen=True, slots=True)
class Gain:
    """What a function gains: the weight, the row in it that leads there, and in words."""

    weight: int
    row: int
    words: str


NOTHING = Gain(0, -1, "nothing that is known to be privileged")


def gains_of(network: Network, own: Mask, handled: Handled) -> dict[int, Gain]:
    """Return what each function gains by its own calls and by those it makes, DEPTH calls on."""
    index = network.index
    found = _by_text(handled)
    onward: list[tuple[int, int, int]] = []
    if index.calls is None:
        return found
    places, back = np.unique(index.calls.target, return_inverse=True)
    names = [index.name(target) for target in places.tolist()]
    weights = np.array([GAINS.get(name, 0) for name in names], dtype=np.int64)
    callees = np.array([network.function_at(one) for one in places.tolist()], dtype=np.int64)
    owners = index.owner[index.calls.row]
    inward = own[callees[back]] & own[owners] & (callees[back] != owners)
    telling = where((weights[back] > 0) | inward)
    columns = (owners, index.calls.row, back, weights[back], callees[back], inward)
    parts = (one[telling].tolist() for one in columns)
    for function, row, place, weight, callee, within in zip(*parts, strict=True):
        if weight > found.get(function, NOTHING).weight:
            found[function] = Gain(weight, row, f"{names[place]} is called")
        if within:
            onward.append((function, row, callee))
    for _ in range(DEPTH):
        before = dict(found)
        for function, row, callee in onward:
            below = before.get(callee, NOTHING)
            weight = below.weight * FADING // 100
            if weight > found.get(function, NOTHING).weight:
                words = below.words.removesuffix(" further on") + " further on"
                found[function] = Gain(weight, row, words)
    return found


def _by_text(handled: Handled) -> dict[int, Gain]:
    """Return what functions gain by a text that they refer to."""
    telling = {at: text for at, text in handled.texts.items() if SENSITIVE.search(text)}
    found: dict[int, Gain] = {}
    for row, function, target in handled.references:
        if target in telling and function not in found:
            shown = printable(telling[target][:SHOWN])
            found[function] = Gain(OF_TEXT, row, f"`{shown}` is handled")
    return found
