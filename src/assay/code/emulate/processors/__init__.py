"""Interpreters of instruction sets, one module each (with parts of its own where it is large).

Adding one is adding a module that defines `PROCESSORS`.
"""

import importlib
from functools import cache

from assay._kernel.registry import modules_with
from assay.code.emulate.machine import Processor
from assay.code.isa import HOMES
from assay.code.program import Program


def processor_of(program: Program) -> Processor | None:
    """Return the processor that carries out *program*, or None."""
    home = HOMES.get(program.machine)
    known = all_processors() if home is None else _processors(home)
    for one in known:
        if program.machine in one.machines and program.bits == one.bits:
            return one
    return None


@cache
def _processors(home: str) -> tuple[Processor, ...]:
    """Return the processors of the module *home*: the others need not be imported."""
    found: tuple[Processor, ...] = importlib.import_module(f"{__name__}.{home}").PROCESSORS
    return found


@cache
def all_processors() -> tuple[Processor, ...]:
    """Return every processor that a module of this folder defines, by module name."""
    modules = modules_with("assay.code.emulate.processors", "PROCESSORS")
    return tuple(one for module in modules for one in module.PROCESSORS)
