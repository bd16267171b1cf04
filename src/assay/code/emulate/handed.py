"""Arguments of a run that tell whether anything looked at them.

A run that looked at none goes the same way whatever it is handed.
"""

import operator
from collections.abc import Callable
from typing import Any

_LEFT = ("lt", "le", "gt", "ge", "eq", "ne")
_BOTH = ("add", "sub", "mul", "floordiv", "mod", "lshift", "rshift", "and_", "or_", "xor")
WHOLE = (4, 8)
"""Bytes of a register."""

_COPYING = frozenset({"add", "or_", "xor"})
_WHOLE = (0xFFFFFFFF, (1 << 64) - 1)
_ALONE = ("neg", "pos", "invert", "abs")
_plain = int.__int__


class Watch:
    """Hands out arguments; `looked` says whether one of them was used."""

    def __init__(self) -> None:
        self.looked = False

    def handed(self, value: int) -> "Handed":
        """Return *value* as an argument that tells this watch of its use."""
        made = Handed(value)
        made.watch = self
        return made


class Handed(int):
    """An argument as it was handed over; what is made of it is a plain number, but for copies."""

    watch: Watch

    def __int__(self) -> int:
        self.watch.looked = True
        return _plain(self)

    def __bool__(self) -> bool:
        return bool(int(self))

    def __hash__(self) -> int:
        return hash(int(self))

    def __format__(self, how: str) -> str:
        return format(int(self), how)

    def __repr__(self) -> str:
        return repr(int(self))

    def __divmod__(self, other: int) -> tuple[int, int]:
        return divmod(int(self), other)

    def bit_length(self) -> int:
        """Return how many bits the number takes."""
        return int(self).bit_length()

    def to_bytes(self, *arguments: Any, **named: Any) -> bytes:  # noqa: ANN401 - those of int
        """Return the number as bytes."""
        return int(self).to_bytes(*arguments, **named)


class Kept(dict[int, tuple[int, int, Handed]]):
    """The arguments that lie in memory as they were handed over, by the words they lie in.

    Registers are saved there: what is loaded again as a whole is the argument.
    """

    def keep(self, address: int, size: int, handed: Handed) -> int:
        """Note that *handed* is stored; return it as a number. A part of it counts as used."""
        if size not in WHOLE or _plain(handed) >> 8 * size:
            return int(handed)
        for number in _words(address, size):
            self[number] = address, size, handed
        return _plain(handed)

    def at(self, address: int, size: int) -> Handed | None:
        """Return the argument that lies at *address*; parts of one count as used."""
        for number in _words(address, size):
            held = self.get(number)
            if held is not None and held[:2] == (address, size):
                return held[2]
        self.look(address, size)
        return None

    def look(self, address: int, size: int) -> None:
        """Count the arguments among the *size* bytes at *address* as used."""
        for held in self._among(address, size):
            held[2].watch.looked = True

    def forget(self, address: int, size: int) -> None:
        """Note that something else is stored over the *size* bytes at *address*."""
        for start, wide, handed in self._among(address, size):
            if not address <= start <= start + wide <= address + size:
                handed.watch.looked = True
            for number in _words(start, wide):
                self.pop(number, None)

    def _among(self, address: int, size: int) -> list[tuple[int, int, Handed]]:
        numbers = _words(address, size)
        near = self if len(numbers) > len(self) else numbers
        return [self[one] for one in near if one in numbers and one in self]


def _words(address: int, size: int) -> range:
    return range(address >> 2, (address + max(size, 1) - 1 >> 2) + 1)


def _copies(name: str, handed: Handed, other: object) -> bool:
    """Say whether the operation *name* with *other* is how a processor copies a register."""
    if name == "and_":
        return type(other) is int and other in _WHOLE and _plain(handed) <= other
    return name in _COPYING and type(other) is int and other == 0


def _left(name: str) -> Callable[[Handed, Any], Any]:
    operation = getattr(operator, name)

    def run(handed: Handed, other: Any) -> Any:  # noqa: ANN401 - whatever int takes and returns
        return handed if _copies(name, handed, other) else operation(int(handed), other)

    return run


def _right(name: str) -> Callable[[Handed, Any], Any]:
    operation = getattr(operator, name)

    def run(handed: Handed, other: Any) -> Any:  # noqa: ANN401 - as above
        return handed if _copies(name, handed, other) else operation(other, int(handed))

    return run


def _alone(operation: Callable[[Any], Any]) -> Callable[[Handed], Any]:
    return lambda handed: operation(int(handed))


for _name in (*_LEFT, *_BOTH):
    setattr(Handed, f"__{_name.strip('_')}__", _left(_name))
for _name in _BOTH:
    setattr(Handed, f"__r{_name.strip('_')}__", _right(_name))
for _name in _ALONE:
    setattr(Handed, f"__{_name}__", _alone(getattr(operator, _name)))
