"""An input of a run: messages, each with a name, a length and the bytes that are laid down.

What is not laid down is filled with one letter. Frozen, so that a changed input is a new one.
"""

from assay._kernel.value import Value
from assay.code.emulate.words import LENGTH, Choice

USUAL_LENGTH = 24
LONGEST = 4096
BEHIND = 8
"""Bytes behind what a longer message was asked for, so that a payload can show them."""


class Message(Value):
    """One message: `length` is -1 where nobody asked for one; `bytes_` are (offset, byte)."""

    length: int = -1
    bytes_: tuple[tuple[int, int], ...] = ()

    def content(self, most: int, filler: int, *, exact: bool) -> bytes:
        """Return the bytes, at most *most*; *exact* reads as many where no length is asked."""
        laid = dict(self.bytes_)
        length = self.length
        if length < 0:
            length = most if exact else max(USUAL_LENGTH, max(laid, default=0) + 1)
        length = min(length, most, LONGEST)
        return bytes(laid.get(place, filler) for place in range(length))


class Input(Value):
    """All messages by name, ascending; `filler` stands where nothing is laid down."""

    filler: int
    messages: tuple[tuple[str, Message], ...] = ()

    def message(self, name: str) -> Message:
        """Return the message called *name*, an empty wish when there is none."""
        return dict(self.messages).get(name, Message())

    def changed(self, choice: Choice) -> "Input":
        """Return the input with *choice* laid down."""
        found = dict(self.messages)
        lengths: dict[str, int] = {}
        laid: dict[str, dict[int, int]] = {}
        for (name, offset), (value, mask) in sorted(choice.items()):
            if name not in laid:
                message = found.get(name, Message())
                lengths[name], laid[name] = message.length, dict(message.bytes_)
            if offset == LENGTH:
                lengths[name] = value
            elif 0 <= offset < LONGEST:
                held = laid[name].get(offset, self.filler)
                laid[name][offset] = (held & ~mask | value) & 0xFF
                if 0 <= lengths[name] <= offset and (name, LENGTH) not in choice:
                    lengths[name] = offset + 1 + BEHIND
        for name, held_there in laid.items():
            found[name] = Message(lengths[name], tuple(sorted(held_there.items())))
        return Input(self.filler, tuple(sorted(found.items())))
