"""Regular expressions that are compiled when they are first used: `lazy_re.compile`.

Modules name hundreds of expressions, of which one run uses few, and each takes a tenth of a
millisecond to compile. Expressions of modules are therefore made here, those of functions by `re`.
"""

import re
from collections.abc import Iterator
from typing import AnyStr, cast

from assay._kernel.expressions import Source, expression

_made: "list[_Lazy]" = []


class _Lazy:
    """Stands for a compiled expression: takes over what is asked of it, one thing at a time."""

    def __init__(self, source: str | bytes, flags: int) -> None:
        self._given: Source = source, int(flags)

    def __getattr__(self, name: str) -> object:
        """Return attribute *name* of the expression, and keep it: it is asked for but once."""
        if name.startswith("_"):
            raise AttributeError(name)
        value = getattr(expression(*self._given), name)
        setattr(self, name, value)
        return value


def compile(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:  # noqa: A001 - as `re` has it
    """Return what stands for the expression *source*; an error in it shows at its first use."""
    lazy = _Lazy(source, flags)
    _made.append(lazy)
    return cast("re.Pattern[AnyStr]", lazy)


def sources() -> Iterator[Source]:
    """Yield the expressions of all modules that are loaded, used or not."""
    for lazy in _made:
        yield lazy._given  # noqa: SLF001 - its own class
