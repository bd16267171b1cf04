"""How much a call of each library function matters for who may come in and what they can do."""

from assay.code.families import EXECUTE, SHELL


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SPAWN = _names("posix_spawn posix_spawnp fexecve execvpe execveat clone")
WEIGHTS: dict[str, int] = {
    **dict.fromkeys((*SHELL, *EXECUTE, *SPAWN), 300),
    **dict.fromkeys(_names("setuid seteuid setreuid setresuid setgid initgroups capset"), 250),
    **dict.fromkeys(_names("dup2 dup3 forkpty openpty"), 250),
    **dict.fromkeys(_names("bind connect"), 200),
    **dict.fromkeys(_names("dlopen dlmopen mprotect ptrace init_module finit_module"), 250),
    **dict.fromkeys(_names("putpwent putspent mount umount2 chroot reboot pivot_root"), 200),
    **dict.fromkeys(_names("chmod fchmod chown fchown lchown unlink remove rename symlink"), 150),
    **dict.fromkeys(_names("link mknod truncate nvram_set nvram_commit ioperm iopl"), 150),
    **dict.fromkeys(_names("listen accept accept4"), 60),
    **dict.fromkeys(_names("open open64 openat fopen fopen64 freopen creat opendir"), 60),
}
"""How much a call of each library function matters; files by themselves matter little."""

ACTS = frozenset(WEIGHTS)
GRAVE = frozenset(name for name, weight in WEIGHTS.items() if weight >= 200)
HEAVY = frozenset(name for name, weight in WEIGHTS.items() if weight >= 150)
RUNNING = frozenset(name for name, weight in WEIGHTS.items() if weight >= 250)
PATHS = _names("open open64 openat fopen fopen64 freopen creat opendir unlink chmod rename")
"""Those whose first argument (the second of `openat`) is a path."""
