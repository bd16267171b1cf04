"""Models of library functions: what they do to the memory of a run, never to the host.

One module per field; each defines `MODELS`, from names to functions of the machine that return
the result. A function that is not here ends a run: nothing is guessed about it.
"""

from collections.abc import Callable
from functools import cache

from assay._kernel.registry import modules_with
from assay.code.emulate.machine import Handler, Machine

BYTES_OF_A_STEP = 8
"""So many bytes that a function moves count as one instruction."""

Model = Callable[[Machine], int | None]


@cache
def models() -> dict[str, Model]:
    """Return all models by the name of the function."""
    found: dict[str, Model] = {}
    for module in modules_with("assay.code.emulate.library", "MODELS"):
        found |= module.MODELS
    return found


@cache
def handler(name: str) -> Handler | None:
    """Return what carries out the library function *name* and returns from it, or None."""
    model = models().get(name)
    if model is None:
        return None

    def run(machine: Machine, _target: int) -> None:
        before = machine.space.work
        machine.answer(model(machine))
        machine.steps += (machine.space.work - before) // BYTES_OF_A_STEP

    return run
