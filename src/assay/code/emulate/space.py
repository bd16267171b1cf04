"""The memory of a run: the program's areas copied page by page, a stack, a heap, and origins.

Bytes that came from the input keep the Word that they are. Nothing is written to the program.
"""

from typing import Final, Literal

from assay.code.emulate.handed import Handed, Kept
from assay.code.emulate.words import Word
from assay.code.memory import byte_order
from assay.code.program import Program

PAGE: Final = 4096
MOST_PAGES = 1024


class Fault(Exception):
    """The program touched memory that it does not have."""


class Space:
    """The address space of one run. `given` are further ranges that can be written.

    `work` counts the bytes that library functions moved.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.order: Literal["little", "big"] = byte_order(program.order)
        self.pages: dict[int, bytearray] = {}
        self.given: list[tuple[int, int]] = []
        self.origins: dict[int, Word] = {}
        self.kept = Kept()
        self.work = 0

    def page(self, number: int) -> bytearray:
        """Return page *number*, made from the program when it is first touched."""
        found = self.pages.get(number)
        if found is None:
            if len(self.pages) >= MOST_PAGES:
                raise Fault("too much memory is touched")
            found = self.pages[number] = self._made(number * PAGE)
        return found

    def _made(self, start: int) -> bytearray:
        page, known = bytearray(PAGE), False
        memory = self.program.memory
        for area in memory.areas:
            low, high = max(area.start, start), min(area.end, start + PAGE)
            if low < high:
                known = True
                held = area.data[low - area.start : high - area.start]
                page[low - start : high - start] = held.tobytes()
        ranges = (*memory.zeroed, *self.given)
        if not known and not any(low < start + PAGE and start < high for low, high in ranges):
            raise Fault(f"nothing is mapped at {start:#x}")
        return page

    def load(self, address: int, size: int) -> int:
        """Return the unsigned number of *size* bytes at *address*; raises Fault."""
        address = int(address)
        number, offset = divmod(address, PAGE)
        if origins := self.origins:
            for place in range(address, address + size):
                if place in origins:
                    return self._joined(address, size)
        if kept := self.kept:
            held = kept.at(address, size)
            if held is not None:
                return held
        if offset + size <= PAGE:
            page = self.pages.get(number) or self.page(number)
            return int.from_bytes(page[offset : offset + size], self.order)
        return int.from_bytes(self.read(address, size), self.order)

    def _joined(self, address: int, size: int) -> int:
        """Return the number at *address* with what its bytes came from."""
        parts = [self.byte(address + place) for place in range(size)]
        if self.order == "big":
            parts.reverse()
        value = parts[0]
        for place, part in enumerate(parts[1:], 1):
            value = value | (part << 8 * place)
        return value

    def byte(self, address: int) -> int:
        """Return the byte at *address*, a Word when it came from the input."""
        found = self.origins.get(address)
        if found is not None:
            return found
        if self.kept:
            self.kept.look(address, 1)
        return self.page(address // PAGE)[address % PAGE]

    def store(self, address: int, size: int, value: int) -> None:
        """Put the lowest *size* bytes of *value* at *address*; raises Fault."""
        address = int(address)
        number, offset = divmod(address, PAGE)
        if self.kept:
            self.kept.forget(address, size)
        if type(value) is Handed:
            value = self.kept.keep(address, size, value) if offset + size <= PAGE else int(value)
        if isinstance(value, Word):
            self._spread(address, size, value)
        elif self.origins:
            for place in range(address, address + size):
                self.origins.pop(place, None)
        data = (int(value) & (1 << 8 * size) - 1).to_bytes(size, self.order)
        if offset + size <= PAGE:
            page = self.pages.get(number) or self.page(number)
            page[offset : offset + size] = data
        else:
            self._write(address, data)

    def _spread(self, address: int, size: int, value: Word) -> None:
        for place in range(size):
            at = address + (place if self.order == "little" else size - 1 - place)
            part = value >> 8 * place & 0xFF if place or size > 1 else value & 0xFF
            if isinstance(part, Word):
                self.origins[at] = part
            else:
                self.origins.pop(at, None)

    def read(self, address: int, size: int) -> bytes:
        """Return *size* bytes at *address* as they are now; raises Fault."""
        address, found = int(address), bytearray()
        self.work += max(size, 0)
        if self.kept:
            self.kept.look(address, size)
        while size > 0:
            number, offset = divmod(address, PAGE)
            part = self.page(number)[offset : offset + size]
            found += part
            address, size = address + len(part), size - len(part)
        return bytes(found)

    def _write(self, address: int, data: bytes) -> None:
        if self.kept:
            self.kept.forget(address, len(data))
        while data:
            number, offset = divmod(address, PAGE)
            room = PAGE - offset
            part = data[:room]
            self.page(number)[offset : offset + len(part)] = part
            address, data = address + len(part), data[room:]

    def bytes_at(self, address: int, size: int) -> list[int]:
        """Return *size* bytes at *address*, those from the input as Words; raises Fault."""
        address = int(address)
        plain: list[int] = list(self.read(address, size))
        if self.origins:
            for place in range(size):
                origin = self.origins.get(address + place)
                if origin is not None:
                    plain[place] = origin
        return plain

    def put(self, address: int, values: "list[int] | bytes") -> None:
        """Put the bytes *values*, which may be Words, at *address*; raises Fault."""
        address = int(address)
        self.work += len(values)
        if isinstance(values, bytes) and not self.origins:
            self._write(address, values)
            return
        self._write(address, bytes(int(value) & 0xFF for value in values))
        origins = self.origins
        for place, value in enumerate(values, address):
            if isinstance(value, Word):
                origins[place] = value
            elif origins:
                origins.pop(place, None)

    def text(self, address: int, most: int = 1024) -> list[int]:
        """Return the bytes at *address* up to a zero, which is left out; raises Fault."""
        address = int(address)
        found: list[int] = []
        while len(found) < most:
            number, offset = divmod(address, PAGE)
            page = self.page(number)
            end = page.find(0, offset)
            size = min((end if end >= 0 else PAGE) - offset, most - len(found))
            if self.kept:
                self.kept.look(address, size + 1)
            found += self.bytes_at(address, size) if size else []
            address += size
            if end >= 0:
                break
        return found
