"""What a function could gain for whoever reaches it: by its calls, its texts, and further on.

A fast pass over the calls of a program, without data flow: a weight and the row that leads there.
"""

import numpy as np

from assay._kernel import lazy_re
from assay._kernel.printable import printable
from assay._kernel.value import Value
from assay.code.access.handled import Handled
from assay.code.families import EXECUTE, SHELL
from assay.code.memory import Ints, Mask, where
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

SENSITIVE = lazy_re.compile(
    rb"^/dev/(mtd|k?mem|sd|mmcblk|ubi|port|nvram)|^/proc/(kcore|self/mem|sysrq)"
    rb"|^/etc/(passwd|shadow|group|sudoers|crontab|cron\.|securetty|hosts\.|inittab|rc|ssh)"
    rb"|^/etc/(dropbear|config|ppp/.*secrets)|authorized_keys|\.rhosts"
    rb"|(^|[/;|&] ?)(ba|da|a|k|z)?sh( |;|$)|\b(u?telnetd|sshd|dropbear|socat|netcat|nc|iptables)\b"
    rb"|\b(ip6tables|ebtables|nft|insmod|crontab|adduser|useradd|chpasswd)\b"
)
"""Texts that only privileged acts need: devices, accounts, shells, filters."""

SENSITIVE_PARTS = tuple(
    b"/dev/|/proc/|/etc/|authorized_keys|.rhosts|sh |sh;|sh\n|sh\0|telnetd|sshd|dropbear|socat"
    b"|netcat|nc|tables|nft|insmod|crontab|adduser|useradd|chpasswd".split(b"|")
)
"""Each such text holds one of these."""

OF_TEXT = 130
SHOWN = 40


class Gain(Value):
    """What a function gains: the weight, the row in it that leads there, and in words."""

    weight: int
    row: int
    words: str


NOTHING = Gain(0, -1, "nothing that is known to be privileged")


def gains_of(network: Network, own: Mask, handled: Handled) -> dict[int, Gain]:
    """Return what each function gains by its own calls and by those it makes, DEPTH calls on."""
    index = network.index
    found = _by_text(handled)
    if index.calls is None:
        return found
    places, back, names = index.callees
    weights = np.array([GAINS.get(name, 0) for name in names], dtype=np.int64)[back]
    callees = network.functions_at(places)[back]
    owners, rows = index.owner[index.calls.row], index.calls.row
    for at in _first_of_most(owners, weights):
        function, weight = int(owners[at]), int(weights[at])
        if weight > found.get(function, NOTHING).weight:
            found[function] = Gain(weight, int(rows[at]), f"{names[back[at]]} is called")
    onward = where(own[callees] & own[owners] & (callees != owners))
    owners, rows, callees = owners[onward], rows[onward], callees[onward]
    reached = np.zeros(own.size, dtype=np.int64)
    for _ in range(DEPTH):
        for function, gain in found.items():
            reached[function] = gain.weight
        further = reached[callees] * FADING // 100
        further[further <= reached[owners]] = 0
        better = {}
        for at in _first_of_most(owners, further):
            words = found[int(callees[at])].words.removesuffix(" further on") + " further on"
            better[int(owners[at])] = Gain(int(further[at]), int(rows[at]), words)
        found |= better
    return found


def _first_of_most(owners: Ints, weights: Ints) -> list[int]:
    """Return, for each of *owners* with any weight, the first place at which it is greatest."""
    telling = where(weights > 0)
    order = telling[np.lexsort((-weights[telling], owners[telling]))]
    places: list[int] = order[np.diff(owners[order], prepend=-2) != 0].tolist()
    return places


def _by_text(handled: Handled) -> dict[int, Gain]:
    """Return what functions gain by a text that they refer to."""
    texts = handled.texts
    words = {one: texts.text(one) for one in texts.holding(SENSITIVE_PARTS)}
    telling = np.zeros(len(texts), dtype=np.bool_)
    telling[[one for one, text in words.items() if SENSITIVE.search(text)]] = True
    chosen = where(telling[handled.numbers])
    found: dict[int, Gain] = {}
    parts = (handled.rows, handled.functions, handled.numbers)
    for row, function, number in zip(*(one[chosen].tolist() for one in parts), strict=True):
        if function not in found:
            shown = printable(words[number][:SHOWN])
            found[function] = Gain(OF_TEXT, row, f"`{shown}` is handled")
    return found
