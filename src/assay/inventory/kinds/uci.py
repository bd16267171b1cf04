"""Configuration in OpenWrt's unified form: `config TYPE 'NAME'` with options and lists.

Facts of the inventory stage; firewall and service checks read them. Layout: OpenWrt's
documentation of UCI, "File syntax".
"""

from assay._kernel import lazy_re
from assay.inventory.kind import Kind, Span, looks_like_text
from assay.inventory.lines import lines_of
from assay.model.record import Record, replace

MOST_SECTIONS = 1000
MOST_OPTIONS = 8000
_LINE = lazy_re.compile(
    r"\s*(config|option|list)\s+(?:'([^']*)'|\"([^\"]*)\"|([^\s'\"#]+))"
    r"(?:\s+(?:'([^']*)'|\"([^\"]*)\"|([^\s#]+)))?"
)


class UciOption(Record, array_like=True):
    """An option or one value of a list, with its line."""

    span: Span
    name: str
    value: str


class UciSection(Record, array_like=True):
    """A section: its line, type, name (empty where it has none) and options."""

    span: Span
    type: str
    name: str
    options: tuple[UciOption, ...] = ()

    def option(self, name: str) -> UciOption | None:
        """Return the last option called *name*, which is the one that counts, or None."""
        return next((one for one in reversed(self.options) if one.name == name), None)

    def value(self, name: str) -> str:
        """Return the value of the option *name*, empty where it is not set."""
        option = self.option(name)
        return "" if option is None else option.value

    def values(self, name: str) -> tuple[str, ...]:
        """Return all words of the options and lists called *name*."""
        return tuple(word for one in self.options if one.name == name for word in one.value.split())


class UciFacts(Record):
    """The sections of a configuration file in their order."""

    sections: tuple[UciSection, ...]

    def of_type(self, *types: str) -> tuple[UciSection, ...]:
        """Return the sections of one of *types*."""
        return tuple(one for one in self.sections if one.type in types)


KIND = Kind(
    name="uci",
    version=1,
    facts=UciFacts,
    about="OpenWrt configuration files (/etc/config)",
    paths=("*/etc*/config/*", "*/etc*/uci-defaults/*.conf"),
    most=4 << 20,
)


def examine(content: bytes) -> UciFacts | None:
    """Return the sections of a configuration file, or None for what is none."""
    if not looks_like_text(content):
        return None
    found: list[UciSection] = []
    options: list[UciOption] = []
    count = 0
    for line, text in lines_of(content):
        match = _LINE.match(text)
        if match is None:
            continue
        word = match[1]
        first = match[2] or match[3] or match[4] or ""
        second = match[5] or match[6] or match[7] or ""
        if word == "config":
            _add(found, options)
            found.append(UciSection(span=line, type=first, name=second))
            options = []
        elif found:
            options.append(UciOption(span=line, name=first, value=second))
        count += 1
        if len(found) > MOST_SECTIONS or count > MOST_OPTIONS:
            break
    _add(found, options)
    return UciFacts(sections=tuple(found)) if found else None


def _add(found: list[UciSection], options: list[UciOption]) -> None:
    """Give the last section its options."""
    if found:
        last = found[-1]
        found[-1] = replace(last, options=tuple(options))
