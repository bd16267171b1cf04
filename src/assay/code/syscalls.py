"""Names of the small functions of a static program that ask the kernel: told by their numbers.

A function that makes one system call, if from several places, is the C library's function of that
name. Numbers: the kernel's `unistd.h` of each architecture; 32-bit MIPS is the o32 ABI.
"""

import numpy as np

from assay.code.index import CodeIndex
from assay.code.memory import Ints, where

LONGEST = 120
"""Instructions that a function may have that does no more than ask the kernel."""

_GENERIC = {
    24: "dup2", 63: "read", 198: "socket", 200: "bind", 201: "listen", 202: "accept",
    203: "connect", 207: "recvfrom", 212: "recvmsg", 221: "execve", 242: "accept4",
    144: "setgid", 145: "setreuid", 146: "setuid", 147: "setresuid", 117: "ptrace",
}  # fmt: skip
_ARM = {
    3: "read", 11: "execve", 26: "ptrace", 63: "dup2", 203: "setreuid", 208: "setresuid",
    213: "setuid", 214: "setgid", 281: "socket", 282: "bind", 283: "connect", 284: "listen",
    285: "accept", 291: "recv", 292: "recvfrom", 297: "recvmsg", 358: "dup3", 366: "accept4",
}  # fmt: skip
_MIPS = {
    4003: "read", 4011: "execve", 4023: "setuid", 4026: "ptrace", 4046: "setgid", 4063: "dup2",
    4070: "setreuid", 4168: "accept", 4169: "bind", 4170: "connect", 4174: "listen",
    4175: "recv", 4176: "recvfrom", 4177: "recvmsg", 4183: "socket", 4185: "setresuid",
    4327: "dup3", 4334: "accept4",
}  # fmt: skip
_POWERPC = {
    3: "read", 11: "execve", 23: "setuid", 26: "ptrace", 46: "setgid", 63: "dup2", 70: "setreuid",
    164: "setresuid", 316: "dup3", 326: "socket", 327: "bind", 328: "connect", 329: "listen",
    330: "accept", 336: "recv", 337: "recvfrom", 342: "recvmsg", 344: "accept4",
}  # fmt: skip
_X86_64 = {
    0: "read", 33: "dup2", 41: "socket", 42: "connect", 43: "accept", 45: "recvfrom",
    47: "recvmsg", 49: "bind", 50: "listen", 59: "execve", 101: "ptrace", 105: "setuid",
    106: "setgid", 113: "setreuid", 117: "setresuid", 288: "accept4", 292: "dup3",
}  # fmt: skip

CALLS: dict[str, tuple[int, int, int, dict[int, str]]] = {
    "arm": (7, 4, 0xEF000000, _ARM),
    "aarch64": (8, 4, 0xD4000001, _GENERIC),
    "mips": (2, 4, 0x0000000C, _MIPS),
    "ppc": (0, 4, 0x44000002, _POWERPC),
    "x86-64": (0, 2, 0x050F, _X86_64),
    "riscv64": (17, 4, 0x00000073, _GENERIC),
}
"""Instruction set → the register of the number, width and value of the instruction, the names."""

THUMB = 2, 0xDF00


def name_system_calls(index: CodeIndex) -> int:
    """Name the functions of *index* that do nothing but one system call; return how many."""
    if index.isa is None or index.functions is None or index.isa.name not in CALLS:
        return 0
    register, width, value, names = CALLS[index.isa.name]
    rows = _asking(index, width, value)
    if index.isa.name == "arm":
        rows = np.concatenate([rows, _asking(index, *THUMB)])
    chosen = np.full(rows.size, register, dtype=np.uint8)
    if index.flow is None or not rows.size:
        return 0
    numbers, known = index.flow.value_of(chosen, rows, rows)
    asked: dict[int, set[int]] = {}
    for row, number, sure in zip(rows.tolist(), numbers.tolist(), known.tolist(), strict=True):
        asked.setdefault(int(index.owner[row]), set()).add(number if sure else -1)
    return _give(index, asked, names)


def _asking(index: CodeIndex, width: int, value: int) -> Ints:
    listing = index.listing
    words, good = index.program.memory.words(listing.address, width)
    return where(good & (words == value) & (listing.size == width))


def _give(index: CodeIndex, asked: dict[int, set[int]], names: dict[int, str]) -> int:
    functions, given = index.functions, 0
    for function, numbers in sorted(asked.items()):
        if functions is None or function < 0 or len(numbers) != 1:
            continue
        name = names.get(numbers.pop())
        size = int(functions.last[function] - functions.first[function])
        if name and size <= LONGEST:
            start = int(functions.starts[function])
            given += index.program.names.setdefault(start, name) == name
    return given
