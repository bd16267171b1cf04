"""Compiled regular expressions of the package, kept beside Python's byte-code.

To compile one takes a third of a millisecond, to make it from its kept form a tenth of that. What
Python does not take back, for whatever reason, is compiled again.
"""

import marshal
import re
import sys
from array import array
from collections.abc import Iterable
from typing import Any

from assay import __version__
from assay._kernel.beside import keep, kept

Source = tuple[Any, int]
"""The text of an expression (str or bytes) and its flags."""

Form = tuple[int, int, dict[str, int], bytes]
"""What Python makes a compiled expression from: all flags, number and names of its groups, and
the words that it was compiled to."""

_WORD = "I"
_known: dict[Source, Form] = {}


def use_kept() -> bool:
    """Take expressions from what is kept from now on; say whether there is something."""
    if not _known:
        found = kept("expressions", _key())
        if found is not None:
            _known.update(marshal.loads(found))  # noqa: S302 - as Python does with byte-code
    return bool(_known)


def expression(source: Any, flags: int) -> "re.Pattern[Any]":  # noqa: ANN401 - str or bytes
    """Return the compiled expression *source*; raises `re.error` for what is none."""
    form = _known.get((source, flags))
    made = _made(source, form) if form is not None else None
    return re.compile(source, flags) if made is None else made


def keep_all(sources: Iterable[Source]) -> None:
    """Keep *sources*, compiled, with what is kept already."""
    missing = {one: _form(*one) for one in sources if one not in _known}
    added = {one: form for one, form in missing.items() if form is not None}
    if added:
        _known.update(added)
        keep("expressions", _key(), marshal.dumps(_known))


def _form(source: Any, flags: int) -> Form | None:  # noqa: ANN401 - str or bytes
    """Return the form of an expression, None where Python would not make the same of it."""
    whole = re.compile(source, flags)
    try:
        # Only these know the words, and nothing says that they stay as they are.
        parsed = re._parser.parse(source, flags)  # type: ignore[attr-defined]  # noqa: SLF001
        words = re._compiler._code(parsed, flags)  # type: ignore[attr-defined]  # noqa: SLF001
        packed = array(_WORD, words).tobytes()
    except (AttributeError, TypeError, OverflowError):
        return None
    form = whole.flags, whole.groups, dict(whole.groupindex), packed
    return form if _made(source, form) == whole else None


def _made(source: Any, form: Form) -> "re.Pattern[Any] | None":  # noqa: ANN401 - str or bytes
    """Return the expression that *form* stands for; Python checks the words."""
    flags, groups, names, words = form
    named: list[str | None] = [None] * (groups + 1)
    for name, group in names.items():
        named[group] = name
    try:
        from _sre import (  # type: ignore[import-not-found]  # noqa: PLC0415 - if it is there
            compile as made,
        )

        found: re.Pattern[Any] = made(
            source, flags, array(_WORD, words).tolist(), groups, names, tuple(named)
        )
    except (ImportError, TypeError, ValueError, RuntimeError, OverflowError):
        return None
    return found


def _key() -> str:
    """Return what the kept forms depend on: this Python; and which package they may be of."""
    magic = getattr(re._compiler, "MAGIC", 0)  # type: ignore[attr-defined]  # noqa: SLF001
    return f"{__version__} {sys.version} {sys.byteorder} {magic}"
