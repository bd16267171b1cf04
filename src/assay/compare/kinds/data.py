"""Contents that no other module knows: the ranges that differ, as bytes."""

from assay._kernel.printable import printable
from assay.compare.outcome import Outcome, common_ends, different
from assay.compare.records import Change
from assay.compare.texts import changed_texts

KIND = "data"
PRIORITY = 100
SHOWN = 32


def claims(path: str, a: bytes, b: bytes) -> bool:
    """Take whatever is left."""
    del path, a, b
    return True


def compare(path: str, a: bytes, b: bytes) -> Outcome:
    """Return where two contents begin and end to differ."""
    head, tail = common_ends(a, b)
    before, after = a[head : len(a) - tail], b[head : len(b) - tail]
    says = (
        f"{len(before)} bytes at {head:#x} are replaced by {len(after)}"
        if before and after
        else f"{len(after) or len(before)} bytes {'came' if after else 'went'} at {head:#x}"
    )
    lines = tuple(f"{sign}{_shown(part)}" for sign, part in (("-", before), ("+", after)) if part)
    if max(len(before), len(after)) > SHOWN:
        lines += changed_texts(a, b)
    change = Change(
        kind="data", name=path.rpartition("/")[2], says=f"{says}.", lines=lines,
        where_a=f"{head:#x}", where_b=f"{head:#x}",
    )  # fmt: skip
    return different(KIND, a, b, f"the data differ: {says}", (change,))


def _shown(part: bytes) -> str:
    more = " …" if len(part) > SHOWN else ""
    text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part[:SHOWN])
    return printable(f"{part[:SHOWN].hex(' ')}{more}  {text}".encode())
