"""What a condition of a script depends on: a file, an argument, a stored setting, a variable.

Serves the check of ways past a signature: says in words who decides, and where a variable is set.
"""

import re
from collections.abc import Iterator
from itertools import islice

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.checks.backdoors.scripts.library import Library
from assay.checks.backdoors.scripts.states import Choice
from assay.inventory.shell.conditions import conditions_at

MOST_PLACES, MOST_SETTINGS = 3, 8
LONG_NAME = 6
"""The fewest characters of a variable that is looked for in other scripts."""
_FILE = lazy_re.compile(r"-[efsrdL][ \t]+[\"']?(/[^\s\"'\];]{2,120})")
_SIGNATURE_THERE = lazy_re.compile(r"(?i)-[efsrn][ \t]+\S{0,120}(?:sig|\.asc|\.p7|ucert|cert)")
_COMMAND_LINE = lazy_re.compile(r"/proc/cmdline")
_STORED = lazy_re.compile(
    r"\b(?:nvram(?:_get|-get)?|xmldbc|fw_printenv|getcfg|sys_?conf|syscfg|uci|cfg_get|mib)\b"
)
_ARGUMENT = lazy_re.compile(r"\$\{?[1-9@*]")
_VARIABLE = lazy_re.compile(r"\$\{?([A-Za-z_]\w{0,60})")
_ABOUT_CHECK = lazy_re.compile(
    r"(?i)(?:no|skip|ignore|disable|bypass|without|force|require|enable|check|verify|use|allow)"
    r"\w{0,12}(?:sig|verif|auth|secure|check)|(?:sig|verif)\w{0,16}(?:skip|off|ignore|disable|check)"
)


class Switch(Value):
    """What decides, in words; `external` when it comes from outside the script.

    `names_check` is set where its name speaks of the check; `set_at` is where it is set.
    """

    says: str
    external: bool
    names_check: bool
    set_at: tuple[tuple[str, int, int], ...] = ()


def switch_of(library: Library, choice: Choice) -> Switch:
    """Return what decides *choice*."""
    text = library.by_path[choice.file].text
    condition = " ".join(text[choice.start : choice.end].split()).rstrip("; ")
    shown = f"`{condition[:120]}`{'' if choice.holds else ' not holding'}"
    named = _ABOUT_CHECK.search(condition) is not None
    outside = _outside(condition)
    if outside:
        return Switch(f"{outside} ({shown})", True, named)
    for name in _VARIABLE.findall(condition):
        return _variable(library, choice.file, name, shown, named=named)
    return Switch(f"a condition ({shown})", False, named)


def _outside(condition: str) -> str:
    """Return what *condition* asks for outside the script; empty for nothing."""
    if _SIGNATURE_THERE.search(condition):
        return "leaving the signature out"
    found = _FILE.search(condition)
    if found:
        return f"the file {found[1]}"
    if _COMMAND_LINE.search(condition):
        return "a word of the kernel's command line"
    if _STORED.search(condition):
        return "a stored setting"
    return "an argument" if _ARGUMENT.search(condition) else ""


class _Setting(Value):
    """A place where a variable is set: the script, from where to where, and the value."""

    file: str
    start: int
    end: int
    text: str

    @property
    def place(self) -> tuple[str, int, int]:
        return self.file, self.start, self.end


def _variable(library: Library, file: str, name: str, shown: str, *, named: bool) -> Switch:
    """Return the switch that the variable *name* is, by what sets it in *file* or elsewhere."""
    own = library.by_path[file]
    settings = list(_settings(own.text, file, name))
    if not any(_from_outside(one, own.text) for one in settings) and len(name) >= LONG_NAME:
        for other in library.naming(own, name):
            settings += [
                one
                for one in _settings(other.text, other.node.path, name)
                if _from_outside(one, other.text)
            ]
    for one in settings:
        told = _from_outside(one, library.by_path[one.file].text)
        if told:
            return Switch(told.format(name=name, shown=shown), True, named, (one.place,))
    if not settings:
        return Switch(f"the variable {name} of the environment ({shown})", True, named)
    places = tuple(one.place for one in settings[:MOST_PLACES])
    return Switch(f"the variable {name} ({shown})", False, named, places)


def _settings(text: str, file: str, name: str) -> Iterator[_Setting]:
    pattern = re.compile(rf"(?<![\w$]){re.escape(name)}=[^\n;&|]{{0,120}}")
    for match in islice(pattern.finditer(text), MOST_SETTINGS):
        yield _Setting(file, match.start(), match.end(), match[0])


def _from_outside(one: _Setting, text: str) -> str:
    """Return in words what sets a variable from outside the script; empty when nothing does."""
    if _STORED.search(one.text) or _COMMAND_LINE.search(one.text):
        return "a stored setting in {name} ({shown})"
    if _ARGUMENT.search(one.text):
        return "an argument in {name} ({shown})"
    for condition in reversed(conditions_at(text, one.start)):
        words = condition.span.text
        if not condition.holds:
            continue
        label = words.rstrip(") ").rpartition(" ")[2]
        if words.startswith("case ") and _ARGUMENT.search(words) and "{" not in label:
            return f"the argument `{label}`, which sets {{name}} ({{shown}}),"
        if "{" not in words and (_FILE.search(words) or _STORED.search(words)):
            return f"`{words.strip()}`, which sets {{name}} ({{shown}}),"
    return ""
