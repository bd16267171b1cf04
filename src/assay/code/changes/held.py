"""Texts that data holds and no instruction refers to: accounts, names and secrets in tables.

A table can change while the code that reads it stays the same. Texts of the tables of handlers
are told by `whole`.
"""

from collections.abc import Iterator

from assay._kernel import lazy_re
from assay._kernel.printable import printable
from assay.code.access.entries import tables
from assay.code.changes.altered import linked_tables
from assay.code.changes.asked import MESSAGE
from assay.code.changes.portrait import Portrait
from assay.code.changes.record import ProgramChange, change

VERSION = lazy_re.compile(rb"[A-Za-z]+_[0-9.]+$")
"""Versions of symbols, as libraries name them."""

WORD = lazy_re.compile(rb"(?<![\x20-\x7e])[\x21-\x7e]{4,64}(?=\0)")
RANK, DRAWN = 300, 460
MOST, MOST_LOOKED = 12, 20_000
SHORTEST, KINDS = 8, 3
WIDEST, LEAST = 4, 4


def held_texts(old: Portrait, new: Portrait) -> Iterator[ProgramChange]:
    """Yield the words in the data of *new* that *old* has nowhere and no code refers to."""
    spoken = {text for texts in new.texts for text in texts}
    program = new.index.program
    names = {*program.names.values(), *program.externs.values(), *program.exports}
    spoken |= {name.encode("latin-1", "replace") for name in names}
    spoken |= {entry.name for table in tables(new.index) for entry in table}
    other = program.code + program.described + linked_tables(program)
    told = looked = 0
    for area in program.memory.areas:
        data = area.data.tobytes()
        for match in WORD.finditer(data):
            looked += 1
            if told >= MOST or looked > MOST_LOOKED:
                return
            address = area.start + match.start()
            if any(start <= address < end for start, end in other):
                continue
            text = match.group()
            if text in spoken or old.wholly(text + b"\0"):
                continue
            if _is_joined(data, match.start(), text, old):
                continue
            told += 1
            yield change(
                new.index, "text", f"its data holds the text `{printable(text)}`",
                DRAWN if is_drawn(text) else RANK,
                offset=program.memory.offset(address), constant=printable(text),
            )  # fmt: skip


def _is_joined(data: bytes, at: int, text: bytes, old: Portrait) -> bool:
    """Say whether *text* is a text of *old* behind the last bytes of something else."""
    if at == 0 or data[at - 1] == 0:
        return False
    tails = (text[skipped:] for skipped in range(1, WIDEST) if len(text) - skipped >= LEAST)
    return any(old.wholly(tail + b"\0") for tail in tails)


def is_drawn(text: bytes) -> bool:
    """Say whether *text* mixes three kinds of characters and is no path, symbol or message."""
    plain = text[:1] in b"/._-" or MESSAGE.search(text) is not None or b"@" in text
    plain = plain or VERSION.match(text) is not None
    kinds = (
        any(97 <= byte <= 122 for byte in text),
        any(65 <= byte <= 90 for byte in text),
        any(48 <= byte <= 57 for byte in text),
        any(not chr(byte).isalnum() for byte in text),
    )
    return len(text) >= SHORTEST and not plain and sum(kinds) >= KINDS
