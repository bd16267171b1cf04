"""Cached bytecode: Python's, whose header names the source's time, and Lua's.

References: PEP 552 (header of .pyc files); Lua 5.1, ldump.c and lundump.c (header, then the name
of the source as a counted string).
"""

from assay._kernel.printable import printable
from assay.compare.ledger import Ledger
from assay.compare.outcome import Outcome, different, settled
from assay.compare.records import Change

KIND = "bytecode"
PRIORITY = 30
PYTHON_HEADER, HASHED = 16, 1
LUA, LUA_51, LUA_HEADER = b"\x1bLua", 0x51, 12
LONGEST_NAME = 4096


def claims(path: str, a: bytes, b: bytes) -> bool:
    """Say whether both are bytecode of one language."""
    return _python(path, a, b) or a[:4] == b[:4] == LUA


def _python(path: str, a: bytes, b: bytes) -> bool:
    named = path.endswith((".pyc", ".pyo")) and min(len(a), len(b)) > PYTHON_HEADER
    return named and a[2:4] == b[2:4] == b"\r\n"


def compare(path: str, a: bytes, b: bytes) -> Outcome:
    """Return how two files of bytecode differ."""
    return _compare_python(path, a, b) if _python(path, a, b) else _compare_lua(path, a, b)


def _compare_python(path: str, a: bytes, b: bytes) -> Outcome:
    """Explain the header when the code is the same and both were made in one way.

    The flags say whether the eight bytes are a time and a size or a digest of the source.
    """
    if a[:8] != b[:8]:
        return _different(path, a, b, "for another release of Python or made in another way")
    if a[PYTHON_HEADER:] != b[PYTHON_HEADER:]:
        return _different(path, a, b, "the code or its constants differ")
    ledger = Ledger(len(a), len(b))
    ledger.settle(a, b, 0, 0, len(a))
    what = "digest of the source" if a[4] & HASHED else "time and size of the source"
    for side in (0, 1):
        ledger.explain(side, 8, PYTHON_HEADER, "N16", f"the code is the same; only the {what}")
    return settled(KIND, ledger, f"the code is the same; the {what} in the header differs")


def _compare_lua(path: str, a: bytes, b: bytes) -> Outcome:
    """Explain the name of the source when nothing else differs and only its folder changed."""
    left, right = _lua_name(a), _lua_name(b)
    if a[:LUA_HEADER] != b[:LUA_HEADER]:
        return _different(path, a, b, "for another release of Lua or another machine")
    if left is None or right is None:
        return _different(path, a, b, "the code or its constants differ")
    (start, end), (low, high) = left, right
    first, second = a[start:end], b[low:high]
    if a[end:] != b[high:]:
        return _different(path, a, b, "the code or its constants differ")
    says = f"the name of the source is {_shown(second)}, not {_shown(first)}"
    if first.rpartition(b"/")[2] != second.rpartition(b"/")[2]:
        return _different(path, a, b, says)
    ledger = Ledger(len(a), len(b))
    ledger.equal(0, 0, LUA_HEADER)
    ledger.equal(end, high, len(a) - end)
    for side, stop in ((0, end), (1, high)):
        ledger.explain(side, LUA_HEADER, stop, "N5", "the same file below another folder")
    return settled(KIND, ledger, f"the code is the same; {says}")


def _lua_name(content: bytes) -> tuple[int, int] | None:
    """Return where the name of the source is in Lua 5.1 bytecode, None where it is not known."""
    if len(content) < LUA_HEADER or content[4] != LUA_51:
        return None
    width, order = content[8], "little" if content[6] else "big"
    if width not in {4, 8}:
        return None
    size = int.from_bytes(content[LUA_HEADER : LUA_HEADER + width], order)  # type: ignore[arg-type]
    start = LUA_HEADER + width
    if not 0 < size <= LONGEST_NAME or start + size > len(content):
        return None
    return start, start + size


def _shown(name: bytes) -> str:
    return printable(name.rstrip(b"\0")[:200])


def _different(path: str, a: bytes, b: bytes, says: str) -> Outcome:
    change = Change(kind="content", name=path.rpartition("/")[2], says=f"Bytecode: {says}.")
    return different(KIND, a, b, f"the bytecode differs: {says}", (change,))
