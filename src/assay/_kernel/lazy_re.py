"""Regular expressions that are compiled when they are first used: `lazy_re.compile`.

Modules name hundreds of expressions, of which one run uses few, and each takes a tenth of a
millisecond to compile. Expressions of modules are therefore made here, those of functions by `re`.
"""

import re
from typing import Any, AnyStr, cast


class _Lazy:
    """Stands for a compiled expression: takes over what is asked of it, one thing at a time."""

    def __init__(self, source: str | bytes, flags: int) -> None:
        self._given: tuple[Any, int] = source, flags

    def __getattr__(self, name: str) -> object:
        """Return attribute *name* of the expression, and keep it: it is asked for but once."""
        if name.startswith("_"):
            raise AttributeError(name)
        source, flags = self._given
        value = getattr(re.compile(source, flags), name)
        setattr(self, name, value)
        return value


def compile(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:  # noqa: A001 - as `re` has it
    """Return what stands for the expression *source*; an error in it shows at its first use."""
    return cast("re.Pattern[AnyStr]", _Lazy(source, flags))
