"""A program ready for decoding: memory, code ranges, names and known addresses.

`loader` makes one from an ELF file, `raw` from a bare image. Functions of other files get an
address of their own outside the mapped memory (`externs`), so that a call to an import is a
call to an address like any other.
"""

from collections.abc import Iterator

import msgspec
import numpy as np

from assay.code.memory import Ints, Memory
from assay.code.native import Strings
from assay.code.symbols import Dynamic

NO_ADDRESSES: Ints = np.zeros(0, dtype=np.int64)


class Program(msgspec.Struct):
    """What is known of a program before its instructions are read.

    `code` are the disjoint address ranges to decode. `starts` are certain function addresses
    (symbols, unwind tables, entry), `fragments` those of `.eh_frame` alone, `pointers` addresses
    that relocated data holds. `fixed` programs run where they are linked to, unrelocated.
    `folded` says that addresses were moved into the low half (`highhalf`).
    `loose` says that `code` may hold constants too, for want of sections.
    `interpreter` says that a loader is named: it is a program, not a library.
    `constructors` and `resolvers` are run when the file is loaded (init array, IFUNC).
    `held` are the addresses of code among data, once they were looked for (`pointers`).
    `strings` is what kernels are told of it (`texts`).
    `undecoded` are ranges of code in an encoding that no decoder reads (`encodings`).
    `described` are the ranges of headers, notes, unwinding, symbol names: no data of the source.
    `modes` says, per mapping symbol, what follows: (address, `a`, `t` or `d`), ascending.
    `spans` are the ranges of ARM code with whether each is Thumb, once they were told apart.
    """

    machine: int
    bits: int
    order: str
    flags: int
    entry: int
    memory: Memory
    code: list[tuple[int, int]]
    dynamic: Dynamic = msgspec.field(default_factory=Dynamic)
    names: dict[int, str] = msgspec.field(default_factory=dict)
    sizes: dict[int, int] = msgspec.field(default_factory=dict)
    externs: dict[int, str] = msgspec.field(default_factory=dict)
    extern_base: int = 0
    starts: Ints = msgspec.field(default_factory=lambda: NO_ADDRESSES)
    fragments: Ints = msgspec.field(default_factory=lambda: NO_ADDRESSES)
    pointers: Ints = msgspec.field(default_factory=lambda: NO_ADDRESSES)
    constructors: tuple[int, ...] = ()
    resolvers: tuple[int, ...] = ()
    thumb: frozenset[int] = frozenset()
    undecoded: list[tuple[int, int]] = msgspec.field(default_factory=list)
    modes: list[tuple[int, str]] = msgspec.field(default_factory=list)
    spans: list[tuple[int, int, bool]] = msgspec.field(default_factory=list)
    held: tuple[Ints, Ints] | None = None
    described: list[tuple[int, int]] = msgspec.field(default_factory=list)
    strings: Strings | None = None
    fixups: dict[int, int] = msgspec.field(default_factory=dict)
    exports: frozenset[str] = frozenset()
    interpreter: bool = False
    stripped: bool = False
    relocatable: bool = False
    fixed: bool = False
    folded: bool = False
    loose: bool = False
    kind: str = "elf"
    hints: list[str] = msgspec.field(default_factory=list)
    problems: list[str] = msgspec.field(default_factory=list)

    def name(self, address: int) -> str:
        """Return the name of the function or import at *address*, empty when it has none."""
        return self.externs.get(address) or self.names.get(address, "")

    def data_between_code(self) -> Iterator[bytes]:
        """Yield the mapped bytes that are not to be decoded, run after run."""
        for area in self.memory.areas:
            at = area.start
            for start, end in () if self.loose else self.code:
                if at <= start < area.end:
                    yield area.data[at - area.start : start - area.start].tobytes()
                    at = min(end, area.end)
            yield area.data[at - area.start :].tobytes()

    def external(self, addresses: Ints) -> "np.typing.NDArray[np.bool_]":
        """Return which of *addresses* are imports."""
        low, high = self.imports()
        return np.asarray((addresses >= low) & (addresses < high))

    def imports(self) -> tuple[int, int]:
        """Return the range of the addresses of imports."""
        return self.extern_base, self.extern_base + 16 * (len(self.externs) + 1)
