"""Instruction sets, one file each: a decoder from bytes to a Listing and the calling convention.

Adding an instruction set is adding a file that defines `ISAS`.
"""

import importlib
from collections.abc import Callable
from functools import cache

import msgspec

from assay._kernel.registry import modules_with
from assay._kernel.value import Value
from assay.code.listing import Listing
from assay.code.memory import Ints
from assay.code.program import Program

HOMES = {3: "x86", 8: "mips", 20: "ppc", 40: "arm", 62: "x86", 183: "aarch64", 243: "riscv"}
"""Which file has the instruction set of a machine: the others need not be imported."""


class Isa(Value):
    """One instruction set and the calling convention that goes with it.

    Registers are numbers that index `registers`. `delay` is 1 where the instruction behind a
    transfer is executed first. `stack_arguments` is the size of a slot where arguments lie on
    the stack from the first one on; `local_arguments` are the registers that compilers use
    instead within one program. `ambient` returns registers that hold one value all over
    the program (the MIPS `$gp`). `stub_register` is the one through which import stubs find
    their table when each caller has its own (PowerPC), `stub_settings` gives the rows that
    complete its value: where no path leads back to one, the nearest above counts. `anchor`
    returns the address that an unknown base register most likely holds in position-independent
    code, 0 for none. `callee_register` is the one through which the calling convention has
    functions called.
    """

    name: str
    machines: tuple[int, ...]
    bits: int
    registers: tuple[str, ...]
    arguments: tuple[int, ...]
    result: int
    clobbered: frozenset[int]
    stack: int
    frames: tuple[int, ...]
    decode: Callable[[Program], Listing]
    align: int = 4
    delay: int = 0
    stack_arguments: int = 0
    local_arguments: tuple[int, ...] = ()
    ambient: Callable[[Program], dict[int, int]] = msgspec.field(default=lambda _: {})
    table_sizes: tuple[int, ...] = (4,)
    stub_register: int | None = None
    callee_register: int | None = None
    stub_settings: Callable[[Listing], Ints] | None = None
    anchor: Callable[[Program], int] = msgspec.field(default=lambda _: 0)


def isa_of(program: Program) -> Isa | None:
    """Return the instruction set of *program*, or None when there is no decoder for it."""
    home = HOMES.get(program.machine)
    known: tuple[Isa, ...] = all_isas() if home is None else _isas(home)
    for isa in known:
        if program.machine in isa.machines and program.bits == isa.bits:
            return isa
    return None


@cache
def _isas(home: str) -> tuple[Isa, ...]:
    found: tuple[Isa, ...] = importlib.import_module(f"{__name__}.{home}").ISAS
    return found


@cache
def all_isas() -> tuple[Isa, ...]:
    """Return every instruction set that a module of this folder defines, by module name."""
    return tuple(isa for module in modules_with("assay.code.isa", "ISAS") for isa in module.ISAS)
