"""Many expressions matched at once in compiled code, with the compiled form kept for later runs.

Compiling takes a few hundred milliseconds, loading the compiled form next to none.
"""

import contextlib
import hashlib
import platform
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import hyperscan

from assay._kernel.beside import keep, kept

if TYPE_CHECKING:
    from assay._kernel.cache import Cache

_cache: "list[Cache]" = []


def remember_in(cache: "Cache | None") -> None:
    """Keep databases in *cache* from now on where the package's folder cannot hold them."""
    _cache[:] = [cache] if cache is not None else []


def compiled(expressions: Sequence[bytes], *, once: bool, name: str = "") -> Any:  # noqa: ANN401 - hyperscan's
    """Return the database of *expressions*, numbered in order; `.` matches any byte.

    *once* reports each expression at most once in a scan, which is faster. With a *name* the
    compiled form is kept under it.
    """
    flags = hyperscan.HS_FLAG_DOTALL | (hyperscan.HS_FLAG_SINGLEMATCH if once else 0)
    key = _key(expressions, flags)
    known = _known(name, key) if name else None
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
    if name:
        _remember(name, key, hyperscan.dumpb(database))
    return database


def _known(name: str, key: str) -> bytes | None:
    found = kept(name, key)
    return _cache[0].get(key) if found is None and _cache else found


def _remember(name: str, key: str, value: bytes) -> None:
    if not keep(name, key, value) and _cache:
        _cache[0].put("patterns", [(key, value)])


def _key(expressions: Sequence[bytes], flags: int) -> str:
    release = hyperscan.__version__  # type: ignore[attr-defined]  # its stubs leave it out
    total = hashlib.sha256(f"{release} {flags} {platform.machine()}".encode())
    for expression in expressions:
        total.update(len(expression).to_bytes(4) + expression)
    return f"patterns/{total.hexdigest()}"
