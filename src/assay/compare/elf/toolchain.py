"""Which toolchain built a program: what it says of itself, and what its start-up code says.

A mismatch makes a comparison inconclusive: another compiler writes other code for one source.
"""

from collections.abc import Callable

from assay._kernel import lazy_re
from assay._kernel.printable import printable
from assay._kernel.value import Value
from assay.code.loader import compiler_hints
from assay.compare.elf.half import Half
from assay.compare.levels import Level

_PRODUCER = lazy_re.compile(
    rb"(?:GNU (?:C|C\+\+|AS|GIMPLE)[0-9]* [0-9][\x20-\x7e]{3,300}|clang version [\x20-\x7e]{3,200})"
)
_TEXT = lazy_re.compile(rb"[\x20-\x7e\t\n]{6,400}(?=\0)")
MOSTLY, HARDLY, HALF = 900, 150, 500
FEWEST = 12
FEWEST_DIFFERENT, FEWEST_TEXTS = 4, 8
MOST_TEXTS = 8 << 20
"""Bytes of a program that are searched for texts."""


class Toolchain(Value):
    """The compilers that a program names, and the command lines in its debug information."""

    compilers: tuple[str, ...]
    producers: tuple[str, ...]

    @property
    def words(self) -> str:
        """The toolchain in words."""
        return ", ".join(self.compilers) or "a compiler that does not name itself"


def toolchain_of(half: Half) -> Toolchain:
    """Return what *half* says of its toolchain."""
    compilers = tuple(
        sorted({printable(one.encode("latin-1")) for one in compiler_hints(half.elf)})
    )
    section = half.elf.section(".debug_str") or half.elf.section(".debug_info")
    producers: tuple[str, ...] = ()
    if section is not None:
        body = bytes(half.elf.body(section)[: 1 << 22])
        found = {printable(match[:200]) for match in _PRODUCER.findall(body)}
        producers = tuple(sorted(found)[:6])
    return Toolchain(compilers, producers)


def same_texts(a: Half, b: Half) -> bool:
    """Say whether two programs hold nearly the same texts, as builds of one source do."""
    first, second = _texts(a), _texts(b)
    common, every = len(first & second), len(first | second)
    return common >= FEWEST_TEXTS and common * 1000 >= MOSTLY * every


def _texts(half: Half) -> set[bytes]:
    found: set[bytes] = set()
    room = MOST_TEXTS
    for zone in half.zones:
        if not zone.code and zone.name == ".rodata":
            found.update(_TEXT.findall(half.body(zone)[: max(room, 0)]))
            room -= zone.size
    return found


def verdict_on(
    tools: tuple[Toolchain, Toolchain],
    counts: tuple[int, int],
    level: Level,
    texts: Callable[[], bool],
) -> tuple[str, tuple[str, ...]]:
    """Return why the toolchain makes a difference inconclusive, empty when it does not; hints.

    *counts* are the sizable functions that are the same, and all of them; *texts* says whether
    the texts are the same.
    """
    a, b = tools
    same, total = counts
    share = same * 1000 // max(total, 1)
    hints: list[str] = []
    if a.compilers != b.compilers and a.compilers and b.compilers:
        hints.append(f"built with {a.words} on one side, {b.words} on the other")
        if level == "D" and share < MOSTLY:
            return f"the toolchains differ: rebuild with {a.words}", tuple(hints)
    if a.producers != b.producers and a.producers and b.producers:
        hints.append("the compiler's options in the debug information differ")
        if level == "D" and share < MOSTLY:
            return (
                "the compiler's options differ: rebuild with the options of the first side",
                tuple(hints),
            )
    if level != "D":
        return "", tuple(hints)
    hardly = share < HARDLY and total >= FEWEST
    # One source by other options: hardly any code is the same, but all that it says.
    options = share < HALF and total - same >= FEWEST_DIFFERENT and texts()
    if not (hardly or options):
        return "", tuple(hints)
    hints.append(f"{same} of {total} functions are the same")
    what = "hardly any function is the same"
    if not hardly:
        what = "most functions differ although their texts are the same"
    return f"{what}: rebuild with {a.words} and the same options", tuple(hints)
