"""Takes from a process what the work on hostile bytes never needs: programs, network, the disk.

Two means of Linux, each used where the kernel has it: a filter on system calls (seccomp) and rules
on files (Landlock). Both hold for the rest of the process's life. What is left is to compute, to
read files, to write below the folders named, and to speak over the pipes that are open already.

References: linux/seccomp.h, linux/filter.h, linux/landlock.h; `man 2 seccomp`, `man 7 landlock`.
"""

import contextlib
import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable, Sequence
from typing import Any

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 22, 38
SECCOMP_MODE_FILTER = 2
LOAD, EQUAL, AT_LEAST, BITS, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
"""Instructions of the filter: load a word, jump on a comparison, answer."""
NUMBER_AT, MACHINE_AT, ARGUMENT_AT = 0, 4, 16
"""Where the kernel puts the number of the call, the machine, the low half of argument 0."""
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
OTHER_TABLE = 0x40000000
"""Numbers from here on belong to another table of calls of the same processor (x32)."""
THREAD = 0x10000
"""The flag of `clone` that makes a thread, not a process."""

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""For each machine: its column in `CALLS`, and what the kernel calls it (linux/audit.h)."""

CALLS = """
execve 59 221 | execveat 322 281 | fork 57 - | vfork 58 -
socket 41 198 | socketpair 53 199 | connect 42 203 | bind 49 200 | listen 50 201
accept 43 202 | accept4 288 242
ptrace 101 117 | process_vm_readv 310 270 | process_vm_writev 311 271
kill 62 129 | tkill 200 130 | tgkill 234 131 | rt_sigqueueinfo 129 138
rt_tgsigqueueinfo 297 240 | pidfd_send_signal 424 424 | pidfd_open 434 434 | pidfd_getfd 438 438
mount 165 40 | umount2 166 39 | pivot_root 155 41 | chroot 161 51 | unshare 272 97 | setns 308 268
move_mount 429 429 | open_tree 428 428 | fsopen 430 430 | mount_setattr 442 442
bpf 321 280 | userfaultfd 323 282 | perf_event_open 298 241 | personality 135 92
io_uring_setup 425 425 | io_uring_enter 426 426 | io_uring_register 427 427
keyctl 250 219 | add_key 248 217 | request_key 249 218
init_module 175 105 | finit_module 313 273 | delete_module 176 106 | kexec_load 246 104
open_by_handle_at 304 265 | fanotify_init 300 262 | reboot 169 142 | acct 163 89
swapon 167 224 | swapoff 168 225 | quotactl 179 60 | settimeofday 164 170 | clock_settime 227 112
chmod 90 - | fchmod 91 52 | fchmodat 268 53 | fchmodat2 452 452
chown 92 - | fchown 93 55 | lchown 94 - | fchownat 260 54
setxattr 188 5 | lsetxattr 189 6 | fsetxattr 190 7
removexattr 197 14 | lremovexattr 198 15 | fremovexattr 199 16
utime 132 - | utimes 235 - | futimesat 261 - | utimensat 280 88
"""
"""The calls that are refused, with their numbers for x86-64 and AArch64 (asm/unistd.h)."""

CLONE, CLONE3 = (56, 220), (435, 435)

LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
WRITE_FILE, REMOVE_FILE, MAKE_REGULAR, TRUNCATE = 1 << 1, 1 << 5, 1 << 8, 1 << 14
EVERY_CHANGE = ((1, 0b1_1111_1111_0011), (2, 1 << 13), (3, TRUNCATE), (5, 1 << 15))
"""The rights to run or change something, by the version of Landlock that first knew them."""
SIZES = ((1, 8), (4, 16))
"""The size of the description of rules from a version on."""
CONNECT_AND_BIND = 3


def confine(writable: Iterable[str] = ()) -> tuple[str, ...]:
    """Confine this process for good, and return what took hold: `landlock`, `seccomp` or both.

    Files can be made, written and removed directly below the folders *writable*, nowhere else.
    A kernel that has neither means leaves the process as it is.
    """
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return ()
    found = []
    if _restrict_files(library, writable):
        found.append("landlock")
    if _filter_calls(library):
        found.append("seccomp")
    return tuple(found)


def refused(machine: str) -> list[int]:
    """Return the numbers of the calls that are refused whatever their arguments."""
    column = MACHINES[machine][0]
    rows = [entry.split() for line in CALLS.splitlines() for entry in line.split("|")]
    return sorted(int(row[1 + column]) for row in rows if row and row[1 + column] != "-")


def _filter_calls(library: Any) -> bool:  # noqa: ANN401 - a library of ctypes
    machine = platform.machine()
    if machine not in MACHINES:
        return False
    steps = _program(machine)
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    held = ctypes.create_string_buffer(code, len(code))

    class Program(ctypes.Structure):
        _fields_ = (("count", ctypes.c_ushort), ("steps", ctypes.c_void_p))

    program = Program(len(steps), ctypes.addressof(held))
    done = library.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)
    return bool(done == 0)


def _program(machine: str) -> Sequence[tuple[int, int, int, int]]:
    """Return the filter: steps of instruction, steps to skip when it holds and when not, value."""
    column, named = MACHINES[machine]
    refuse = (RETURN, 0, 0, REFUSE | errno.EPERM)
    steps = [(LOAD, 0, 0, MACHINE_AT), (EQUAL, 1, 0, named), refuse, (LOAD, 0, 0, NUMBER_AT)]
    steps += [(AT_LEAST, 0, 1, OTHER_TABLE), refuse]
    for number in refused(machine):
        steps += [(EQUAL, 0, 1, number), refuse]
    # The C library falls back on `clone`, whose flags can be seen, when there is no `clone3`.
    steps += [(EQUAL, 0, 1, CLONE3[column]), (RETURN, 0, 0, REFUSE | errno.ENOSYS)]
    steps += [(EQUAL, 0, 3, CLONE[column]), (LOAD, 0, 0, ARGUMENT_AT)]
    return [*steps, (BITS, 1, 0, THREAD), refuse, (RETURN, 0, 0, ALLOW)]


def _restrict_files(library: Any, writable: Iterable[str]) -> bool:  # noqa: ANN401 - as above
    version = library.syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if version < 1:
        return False
    handled = sum(rights for since, rights in EVERY_CHANGE if version >= since)
    size = max(size for since, size in SIZES if version >= since)
    rules = struct.pack("=QQ", handled, CONNECT_AND_BIND)[:size]
    made = library.syscall(LANDLOCK_CREATE, rules, ctypes.c_size_t(size), ctypes.c_uint32(0))
    if made < 0:
        return False
    try:
        allowed = (WRITE_FILE | REMOVE_FILE | MAKE_REGULAR | TRUNCATE) & handled
        for folder in writable:
            _allow_below(library, made, folder, allowed)
        return bool(library.syscall(LANDLOCK_RESTRICT, made, ctypes.c_uint32(0)) == 0)
    finally:
        os.close(made)


def _allow_below(library: Any, rules: int, folder: str, allowed: int) -> None:  # noqa: ANN401
    """Allow changes below *folder*; one that is not there cannot be written anyway."""
    with contextlib.suppress(OSError):
        place = os.open(folder, os.O_PATH | os.O_CLOEXEC)
        try:
            rule = struct.pack("=Qi", allowed, place)
            library.syscall(LANDLOCK_ADD, rules, 1, rule, ctypes.c_uint32(0))
        finally:
            os.close(place)
