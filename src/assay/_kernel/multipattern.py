"""Many expressions matched at once in compiled code, with the compiled form kept in a cache.

Compiling takes a few hundred milliseconds, loading the compiled form next to none.
"""

import contextlib
import hashlib
import platform
from collections.abc import Sequence
from typing import Any

import hyperscan

from assay._kernel.cache import Cache

_cache: list[Cache] = []


def remember_in(cache: Cache | None) -> None:
    """Keep compiled databases in *cache* from now on; None forgets the one in use."""
    _cache[:] = [cache] if cache is not None else []


def compiled(expressions: Sequence[bytes], *, once: bool) -> Any:  # noqa: ANN401 - hyperscan's
    """Return the database of *expressions*, numbered in order; `.` matches any byte.

    *once* reports each expression at most once in a scan, which is faster.
    """
    flags = hyperscan.HS_FLAG_DOTALL | (hyperscan.HS_FLAG_SINGLEMATCH if once else 0)
    key = _key(expressions, flags)
    known = _cache[0].get(key) if _cache else None
    if known is not None:
        with contextlib.suppress(hyperscan.HyperscanError):
            database = hyperscan.loadb(known, hyperscan.HS_MODE_BLOCK)
            database.scratch = hyperscan.Scratch(database)
            return database
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=list(expressions),
        ids=list(range(len(expressions))),
        elements=len(expressions),
        flags=[flags] * len(expressions),
    )
    if _cache:
        _cache[0].put("patterns", [(key, hyperscan.dumpb(database))])
    return database


def _key(expressions: Sequence[bytes], flags: int) -> str:
    release = hyperscan.__version__  # type: ignore[attr-defined]  # its stubs leave it out
    total = hashlib.sha256(f"{release} {flags} {platform.machine()}".encode())
    for expression in expressions:
        total.update(len(expression).to_bytes(4) + expression)
    return f"patterns/{total.hexdigest()}"
