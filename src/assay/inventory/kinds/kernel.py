"""Linux kernels: their banner and, where it was built in, their configuration.

Facts of the inventory stage; raw, ELF and still-decompressed kernels are read alike. The
configuration follows the mark of CONFIG_IKCONFIG (`kernel/configs.c`), as gzip data.
"""

import re
import zlib

import numpy as np

from assay._kernel import lazy_re
from assay.code.kallsyms import read_kallsyms
from assay.inventory.kernel_features import strings_of, told_by
from assay.inventory.kind import Kind, Span, shown
from assay.inventory.marks import has
from assay.model.record import Record

MOST_CONFIG = 1 << 20
MOST_OPTIONS = 12_000
MOST_PLACES = 200
_BANNER = lazy_re.compile(
    rb"Linux version (?P<version>[0-9]{1,2}\.[0-9]{1,3}(?:\.[0-9]{1,3})?[0-9A-Za-z.+_~-]{0,60}) "
    rb"\((?P<builder>[^\n\0]{1,100}?)\) \((?P<compiler>[^\n\0]{3,160}?)\)+ "
    rb"(?P<build>#[^\n\0]{3,120})"
)
_MARK = b"IKCFG_ST"
_OPTION = lazy_re.compile(
    rb"^(?:CONFIG_(\w+)=([^\n]{1,200})|# CONFIG_(\w+) is not set)$", re.MULTILINE
)


class KernelOption(Record, array_like=True):
    """An option of the configuration: name without CONFIG_, and value; `n` where not set."""

    name: str
    value: str


class KernelFacts(Record):
    """What a kernel states about itself.

    `banner` is the whole line; `config` spans the compressed configuration, None where it was
    not built in; `options` are sorted by name. `features` are the parts it has by name
    (`inventory/kernel_features.py`), `words` all words in it (`_kernel/wordset.py`).
    """

    banner: Span
    version: str
    builder: str
    compiler: str
    build: str
    config: Span | None = None
    options: tuple[KernelOption, ...] = ()
    features: tuple[str, ...] = ()
    words: str = ""

    def option(self, name: str) -> str:
        """Return the value of the option *name* (without CONFIG_); empty where it is unknown."""
        return next((one.value for one in self.options if one.name == name), "")

    @property
    def branch(self) -> str:
        """The branch: `3.10` of `3.10.14`, `2.6.30` of `2.6.30.9`."""
        return branch_of(self.version)


def branch_of(version: str) -> str:
    """Return the branch of a kernel *version*, empty for what is none."""
    match = re.match(r"(2\.[0-6]\.\d+|\d+\.\d+)", version)
    if match is None:
        return ""
    return "2.4" if match[1].startswith("2.4.") else match[1]


KIND = Kind(
    name="kernel",
    version=4,
    facts=KernelFacts,
    about="Linux kernels: version, compiler, build date, embedded configuration",
    binary=True,
)


def examine(content: bytes) -> KernelFacts | None:
    """Return the facts about a kernel, or None when no kernel banner stands in *content*."""
    match = _banner(content)
    if match is None:
        return None
    span, options = _configuration(content)
    features, words = told_by(_text(content))
    return KernelFacts(
        banner=Span(offset=match.start(), length=match.end() - match.start(), text=shown(match[0])),
        version=shown(match["version"]),
        builder=shown(match["builder"]),
        compiler=shown(match["compiler"]),
        build=shown(match["build"]),
        config=span,
        options=options,
        features=features,
        words=words,
    )


def _text(content: bytes) -> bytes:
    """Return the strings of a kernel and the names in its own symbol table, in lower case."""
    data = np.frombuffer(content, np.uint8)
    symbols = read_kallsyms(data, 32) or read_kallsyms(data, 64)
    return strings_of(content, symbols.names if symbols else ())


def _banner(content: bytes) -> re.Match[bytes] | None:
    """Return the first whole banner among the first places where one could begin."""
    place = -1 if has(content, "kernel banner") else len(content)
    for _ in range(MOST_PLACES):
        place = content.find(b"Linux version ", place + 1)
        if place < 0:
            return None
        if match := _BANNER.match(content, place):
            return match
    return None


def _configuration(content: bytes) -> tuple[Span | None, tuple[KernelOption, ...]]:
    if not has(content, "kernel configuration"):
        return None, ()
    start = content.find(_MARK + b"\x1f\x8b")
    start += len(_MARK)
    reader = zlib.decompressobj(wbits=31)
    try:
        text = reader.decompress(content[start : start + MOST_CONFIG], MOST_CONFIG)
    except zlib.error:
        return None, ()
    found = {}
    for match in _OPTION.finditer(text):
        name, value = (match[1], match[2]) if match[1] else (match[3], b"n")
        found[shown(name)] = shown(value)
        if len(found) == MOST_OPTIONS:
            break
    length = min(MOST_CONFIG, len(content) - start) - len(reader.unused_data)
    span = Span(offset=start, length=length, text=f"kernel configuration, {len(found)} options")
    options = tuple(KernelOption(name=name, value=found[name]) for name in sorted(found))
    return span, options
