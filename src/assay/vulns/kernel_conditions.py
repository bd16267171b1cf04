"""Build options without which a kernel flaw does not exist: `when CONFIG_X is enabled`.

Read from the texts of advisories, at import (a shortened text keeps its condition) and in matching.
"""

import re

from assay._kernel import lazy_re
from assay._kernel.wordset import holds, unpacked
from assay.model.flaws import Setting

_NAME = r"CONFIG_[A-Z0-9_]{2,60}(?:=[ym])?(?![\w=])"
_NAMES = rf"{_NAME}(?:(?:,? and|,? or|,)\s{{1,3}}{_NAME}){{0,4}}"
_ASKED = lazy_re.compile(
    rf"\b(?:when|with|if|where)\s{{1,3}}{_NAMES}\s{{1,3}}(?:is |are |options? ){{0,2}}"
    rf"(?:enabled|used|set|defined|configured)\b|\b(?:built|compiled)\s{{1,3}}with\s{{1,3}}{_NAMES}",
    re.IGNORECASE,
)
_OPTION = lazy_re.compile(r"CONFIG_([A-Z0-9_]{2,60})")
_DIAGNOSTIC = ("DEBUG_", "FAULT_INJECTION", "FORTIFY_", "KASAN", "KCSAN", "KMSAN", "LOCKDEP",
               "PROVE_", "UBSAN")  # fmt: skip
"""Options that show a flaw to testers and are no condition of it."""


def condition_of(text: str) -> str:
    """Return the words of *text* that name build options as a condition, empty where none do."""
    for found in _ASKED.finditer(text):
        if _options(found[0]):
            return found[0]
    return ""


def lacking_options(text: str, setting: Setting) -> tuple[str, bool]:
    """Return why the options that *text* asks for are missing or in doubt, and whether certainly.

    Empty where it asks for none, or where the kernel has one of them or names one.
    """
    names = _options(condition_of(text))
    if not names:
        return "", False
    listed = " or ".join(f"CONFIG_{name}" for name in names)
    values = dict(one.split("=", 1) for one in setting.options)
    words = unpacked(setting.kernel_words)
    if any(values.get(name, "n") != "n" or holds(words, name.lower()) for name in names):
        return "", False
    if all(name in values for name in names):
        return f"the kernel was built without {listed}", True
    return f"it needs {listed}, and nothing in the image tells that the kernel has it", False


def _options(text: str) -> list[str]:
    found = dict.fromkeys(_OPTION.findall(text))
    return [name for name in found if not name.startswith(_DIAGNOSTIC)]
