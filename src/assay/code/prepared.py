"""A program as the kernels of the careful pass read it: columns, calls, tables, memory.

Made once for each program whose functions are read; `compiled` has what the kernels hand back.
"""

import ctypes
from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from assay._native import kernel
from assay.code.families import NO_RETURN, RETURNS_FIRST
from assay.code.memory import Ints
from assay.code.semantics import LEAVES, PLACES
from assay.code.study import ARGUMENTS, KEPT

if TYPE_CHECKING:
    from assay.code.index import CodeIndex
    from assay.code.isa import Isa

STOPS, KEEPS, HANDS_BACK = 1, 2, 4
"""Marks of calls: to what never returns, to one of KEPT, to what returns its first argument."""

_MARKED = ((STOPS, NO_RETURN), (KEEPS, KEPT), (HANDS_BACK, RETURNS_FIRST))
_MARKS = {
    name: sum(mark for mark, names in _MARKED if name in names)
    for name in NO_RETURN | KEPT | RETURNS_FIRST
}

ROOM = 1 << 13
"""Numbers that the kernel has room for at first; it is called again where that is not enough."""

_LAYOUT: tuple[tuple[type[np.generic] | None, str], ...] = (
    (None, "rows"),
    (np.int64, "address imm values"),
    (np.int32, "second"),
    (np.uint8, "op rd ra rb width cond known actions leaves"),
    (None, "calls"),
    (np.int64, "call_row call_target"),
    (np.uint8, "call_marks"),
    (None, "kept"),
    (np.int64, "kept_target"),
    (None, "stubs"),
    (np.int64, "stub import"),
    (None, "overwrites"),
    (np.int64, "overwrite_row"),
    (np.uint8, "overwrite_register"),
    (None, "tables"),
    (np.int64, "table_row table_start table_target"),
    (None, "areas"),
    (np.int64, "area_start area_size"),
    (np.uintp, "area_data"),
    (np.uint8, "area_fixed"),
    (None, "frozen"),
    (np.int64, "frozen_start frozen_end"),
    (None, "registers big wide delay even stack result slot arguments given locals clobbered"),
    (np.uint8, "argument local clobber"),
)
"""The fields of `Program` in `symbolic.h`: numbers, and arrays of one type each."""

_FIELDS = {name: kind for kind, names in _LAYOUT for name in names.split()}
_POINTERS = {name: kind for name, kind in _FIELDS.items() if kind is not None}
_ARGUMENTS = (
    ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p,
    ctypes.c_int64,
)  # fmt: skip


_FOLLOWING = (
    ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64,
    ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64,
)  # fmt: skip


class _Program(ctypes.Structure):
    """The structure `Program` of `symbolic.h`."""

    _fields_ = tuple(
        (name, ctypes.c_void_p if name in _POINTERS else ctypes.c_int64) for name in _FIELDS
    )


class Prepared:
    """A program as the kernel reads it, and where that puts what it found."""

    def __init__(self, index: "CodeIndex", isa: "Isa") -> None:
        self.names: dict[int, str] = {}
        self.kernel = kernel("read_function", *_ARGUMENTS)
        self._following = kernel("follow_paths", *_FOLLOWING)
        if self.kernel is None:
            return
        try:
            self._lay_out(index, isa)
        except OverflowError:  # an address of more than 63 bits: left to the twin
            self.kernel = None

    def _lay_out(self, index: "CodeIndex", isa: "Isa") -> None:
        given = {**_columns(index), **_calls(index), **_known(index), **_convention(index, isa)}
        given["area_data"], self._areas = _areas(index)
        self._arrays = {
            name: np.ascontiguousarray(given[name], dtype=kind) for name, kind in _POINTERS.items()
        }
        addresses = {name: _address(array) for name, array in self._arrays.items()}
        counts = {name: given[name] for name in _FIELDS if name not in _POINTERS}
        self._program = _Program(**counts, **addresses)
        self._address = ctypes.addressof(self._program)
        self._enlarge(ROOM)

    def _enlarge(self, room: int) -> None:
        self._out = np.empty(room, dtype=np.int64)
        self._place = _address(self._out)

    def read(self, first: int, last: int, *, with_states: bool = False) -> Ints | None:
        """Return what the kernel says of the rows *first* to *last*, None when it gave up."""
        return self._written(self.kernel, first, last, with_states)

    def follow(
        self, rows: tuple[int, int], origin: int, start: int, stops: Iterable[int]
    ) -> Ints | None:
        """Return what the kernel says of the ways on from *start* in a function of *rows*.

        They begin with the values of the edge from *origin* to it, -1 for its own, and go up to
        the blocks *stops*. None when the kernel gave up.
        """
        blocks = np.fromiter(stops, dtype=np.int64)
        place = _address(blocks)
        return self._written(self._following, *rows, origin, start, place, blocks.size)

    def _written(self, function: Any, *arguments: int) -> Ints | None:  # noqa: ANN401 - ctypes
        """Return what a kernel writes, which says how many numbers that takes."""
        if function is None or self.kernel is None:
            return None
        used = int(function(self._address, *arguments, self._place, self._out.size))
        if used > self._out.size:
            self._enlarge(2 * used)
            used = int(function(self._address, *arguments, self._place, self._out.size))
        return self._out[:used].copy() if used > 0 else None


def _address(array: npt.NDArray[Any]) -> int:
    """Return where *array* lies: faster than what `ctypes` of numpy does."""
    return int(array.__array_interface__["data"][0])


def _columns(index: "CodeIndex") -> dict[str, Any]:
    """Return the columns of the listing, and the further registers that rows overwrite."""
    table, flow = index.listing, index.flow
    if flow is None:
        raise ValueError("there is no decoder for this program")
    names = ("address", "imm", "second", "op", "rd", "ra", "rb", "width", "cond")
    columns = {name: getattr(table, name) for name in names}
    order = table.extra_index.argsort(kind="stable")
    return columns | {
        "rows": len(table),
        "values": flow.values,
        "known": flow.known.view(np.uint8),
        "actions": PLACES,
        "leaves": LEAVES.view(np.uint8),
        "overwrites": int(order.size),
        "overwrite_row": table.extra_index[order],
        "overwrite_register": table.extra_register[order],
    }


def _calls(index: "CodeIndex") -> dict[str, Any]:
    """Return the calls with their marks, and where the jump tables lead."""
    none = np.zeros(0, dtype=np.int64)
    rows, targets = (none, none) if index.calls is None else (index.calls.row, index.calls.target)
    places, back, names = index.callees
    marks = np.array([_MARKS.get(name, 0) for name in names], dtype=np.uint8) * (places > 0)
    tables = sorted(index.tables, key=lambda one: one.row)
    sizes = [int(one.targets.size) for one in tables]
    return {
        "calls": int(rows.size),
        "call_row": rows,
        "call_target": targets,
        "call_marks": marks.take(back) if marks.size else none,
        "tables": len(tables),
        "table_row": np.array([one.row for one in tables], dtype=np.int64),
        "table_start": np.cumsum([0, *sizes], dtype=np.int64),
        "table_target": np.concatenate([none, *(one.targets for one in tables)]),
    }


def _known(index: "CodeIndex") -> dict[str, Any]:
    """Return the address space, what never changes in it, import stubs, and addresses of KEPT."""
    memory, stubs = index.program.memory, sorted(index.stubs.items())
    kept = _kept_addresses(index)
    frozen = np.array(memory.frozen, dtype=np.int64).reshape(-1, 2)
    return {
        "areas": len(memory.areas),
        "area_start": np.array([one.start for one in memory.areas], dtype=np.int64),
        "area_size": np.array([one.data.size for one in memory.areas], dtype=np.int64),
        "area_fixed": np.array([one.fixed for one in memory.areas], dtype=np.uint8),
        "frozen": len(frozen),
        "frozen_start": frozen[:, 0],
        "frozen_end": frozen[:, 1],
        "big": memory.order == ">",
        "stubs": len(stubs),
        "stub": np.array([one for one, _ in stubs], dtype=np.int64),
        "import": np.array([one for _, one in stubs], dtype=np.int64),
        "kept": len(kept),
        "kept_target": np.array(kept, dtype=np.int64),
    }


def _areas(index: "CodeIndex") -> tuple[npt.NDArray[np.uintp], list[npt.NDArray[np.uint8]]]:
    """Return where the bytes of each area are, and what holds them there."""
    held = [np.ascontiguousarray(one.data, dtype=np.uint8) for one in index.program.memory.areas]
    return np.array([_address(one) for one in held], dtype=np.uintp), held


def _kept_addresses(index: "CodeIndex") -> list[int]:
    """Return, ascending, the addresses that may have one of the names KEPT."""
    program = index.program
    known = chain(program.externs.items(), program.names.items())
    found = {address for address, name in known if name in KEPT}
    found |= {stub for stub, target in index.stubs.items() if target in found}
    called, _, names = index.callees
    found.update(one for one, name in zip(called.tolist(), names, strict=True) if name in KEPT)
    return sorted(found)


def _convention(index: "CodeIndex", isa: "Isa") -> dict[str, Any]:
    """Return the calling convention, and how many registers it has at least."""
    arguments = isa.arguments[:ARGUMENTS]
    named = (*arguments, *isa.local_arguments, isa.stack, isa.result)
    return {
        "registers": 1 + max(named),
        "wide": index.program.bits == 64,
        "delay": isa.delay,
        "even": isa.name == "arm",
        "stack": isa.stack,
        "result": isa.result,
        "slot": isa.stack_arguments,
        "arguments": len(arguments),
        "given": len(isa.arguments),
        "locals": len(isa.local_arguments),
        "clobbered": len(isa.clobbered),
        "argument": np.array(isa.arguments, dtype=np.uint8),
        "local": np.array(isa.local_arguments, dtype=np.uint8),
        "clobber": np.array(sorted(isa.clobbered), dtype=np.uint8),
    }
