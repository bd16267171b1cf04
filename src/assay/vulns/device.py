"""Which product is the image for? Model, makers and firmware version, as its own files name them.

Read from files that hold nothing else, from assignments and descriptions of devices, and from the
head pages of the web interface. A file that names many models is a table, not a statement.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources

from assay._kernel import lazy_re
from assay.inventory.image import Inventory
from assay.inventory.kind import shown
from assay.inventory.kinds.text import TextFacts
from assay.model.flaws import Device, Proof
from assay.model.result import Component, Occurrence
from assay.model.tree import Node

MOST_MODELS = 4
MOST_IN_FILE = 3
MOST_FILES = 4000
MOST_HEADS, MOST_HEAD = 300, 1 << 13
PAGES = (".htm", ".html", ".asp", ".php", ".js", ".xml", ".cgi", ".txt")
MOST_TEXT = 1 << 16
OWN_FILES = ("*/module_name", "*/hardware_version", "*/product_name", "*/model_name",
             "*/etc/model", "*/etc/product", "*/etc/modelname", "*/sysinfo/model")  # fmt: skip
VERSION_FILES = ("*/firmware_version", "*/etc/firmware_version", "*/etc/fw_version",
                 "*/etc/version")  # fmt: skip
NO_MODELS = {"i18n", "l10n", "utf16", "base64", "iso8859", "utf8", "windows1252"}
_PAGE = lazy_re.compile(
    r"(?:^|/)(?:login\w*|top|index\w*|main|banner|title|home|header)\.\w{2,5}$", re.IGNORECASE
)
_MODEL = lazy_re.compile(
    r"(?i)[a-z]{1,10}[-_ ]?[a-z]{0,6}-?\d{2,5}[a-z0-9+]{0,6}(?:[-_ ]?v\d{1,2})?"
)
_ON_PAGE = lazy_re.compile(r"\b[A-Z]{2,6}-[A-Z]{0,4}\d{2,5}[A-Z]{0,4}\b")
_ASSIGNED = lazy_re.compile(
    r"(?:model|product|device|title)(?:_?(?:name|number|num|id))?[\"']?\s{0,4}[=:>]\s{0,4}[\"']?"
    r"\s{0,4}([a-z][a-z0-9 _+-]{2,30})"
)
"""In lower case, as is the text that it is looked for in."""
_VERSION = lazy_re.compile(
    r"(?:firmware|fw|sw|software)_?(?:version|ver)[\"']?\s{0,4}[=:>]\s{0,4}"
    r"[\"']?(v?\d+(?:\.\d+){1,4})(?![\w.])"
)
_MODEL_SIGNS = ("model", "product", "device", "title")
_VERSION_SIGNS = tuple(
    f"{what}{mark}ver" for what in ("firmware", "fw", "sw", "software") for mark in ("", "_")
)
"""What each match of `_ASSIGNED` and of `_VERSION` holds: quicker to look for than to match."""

_WORD = lazy_re.compile(r"[a-z][a-z0-9]*")
_NUMBER = lazy_re.compile(r"(?i)v?(\d+(?:\.\d+){1,4})")


def devices_of(image: Inventory) -> tuple[Device, ...]:
    """Return the products that the image's files name, those named most often first."""
    named: dict[str, list[Proof]] = {}
    spelt: dict[str, str] = {}
    versions: set[str] = set()
    heads: list[str] = []
    for node, text in _texts(image):
        low = text.lower()
        found = {shape(one[0]): one for one in _models(node, text, low)}
        if (found or node.name.endswith(PAGES)) and len(heads) < MOST_HEADS:
            heads.append(low[:MOST_HEAD])
        if len(found) <= MOST_IN_FILE:
            for key, (model, offset) in found.items():
                spelt.setdefault(key, model)
                named.setdefault(key, []).append(_proof(node, model, offset))
        versions |= set(_VERSION.findall(low)[:2]) if _holds(low, _VERSION_SIGNS) else set()
    own = {shape(text) for _, text in _whole(image, OWN_FILES)} & named.keys()
    named = {key: proofs for key, proofs in named.items() if not own or key in own}
    versions |= {text for _, text in _whole(image, VERSION_FILES) if _NUMBER.fullmatch(text)}
    numbers = {one.lower().removeprefix("v") for one in versions}
    version = numbers.pop() if len(numbers) == 1 else ""
    makers = _makers(heads) if named else ()
    ordered = sorted(named, key=lambda key: (-len(named[key]), key))[:MOST_MODELS]
    return tuple(
        Device(model=spelt[key], makers=makers, version=version, proofs=tuple(named[key][:3]))
        for key in ordered
        if makers
    )


def component_of(device: Device) -> Component:
    """Return *device* in the shape of a component, for matching and reports."""
    name = f"{device.model} firmware"
    plain = re.sub(r"[^a-z0-9.+_-]+", "-", name.lower())
    return Component(
        name=name,
        version=device.version,
        purl=f"pkg:generic/{plain}" + (f"@{device.version}" if device.version else ""),
        cpe="",
        kind="program",
        method="device name",
        confidence=600,
        occurrences=tuple(
            Occurrence(
                path=one.path, blob=one.blob, offset=one.offset, length=one.length,
                excerpt=one.excerpt, method="device name",
            )
            for one in device.proofs
        ),
    )  # fmt: skip


def shape(model: str) -> str:
    """Return *model* in lower case, without what stands between its parts."""
    return re.sub(r"[^a-z0-9+]", "", model.lower())


def _texts(image: Inventory) -> Iterator[tuple[Node, str]]:
    for count, (node, facts) in enumerate(image.of(TextFacts)):
        if count >= MOST_FILES:
            return
        yield node, facts.text[:MOST_TEXT]


def _whole(image: Inventory, globs: tuple[str, ...]) -> Iterator[tuple[Node, str]]:
    """Yield the files among *globs* that hold one short line and nothing else."""
    for node in image.find(*globs):
        facts = image.facts(node, TextFacts)
        if facts is not None and len(facts.text) <= 64 and len(facts.text.split("\n", 2)) <= 2:
            yield node, facts.text.strip()


def _models(node: Node, text: str, low: str) -> Iterator[tuple[str, int]]:
    """Yield the models that a file states, and where; *low* is *text* in lower case."""
    if any(node.inner.endswith(name.lstrip("*")) for name in OWN_FILES) and len(text) <= 64:
        if _MODEL.fullmatch(text.strip()):
            yield text.strip(), 0
        return
    for match in _ASSIGNED.finditer(low) if _holds(low, _MODEL_SIGNS) else ():
        model = text[match.start(1) : match.end(1)].strip(" _-")
        if _MODEL.fullmatch(model) and shape(model) not in NO_MODELS:
            yield model, match.start(1)
    if _PAGE.search(node.inner):
        for match in _ON_PAGE.finditer(text):
            yield match[0], match.start()


def _holds(text: str, signs: tuple[str, ...]) -> bool:
    return any(sign in text for sign in signs)


def _proof(node: Node, model: str, offset: int) -> Proof:
    return Proof(
        path=node.path,
        blob=node.blob or node.origin.container,
        offset=offset,
        length=len(model),
        excerpt=shown(model.encode("latin-1")),
    )


def _makers(texts: list[str]) -> tuple[str, ...]:
    """Return the makers that *texts*, in lower case, name as whole words."""
    words: set[str] = set()
    found: set[str] = set()
    for text in texts:
        words.update(_WORD.findall(text))
        for first, forms, name in _joined_names():
            if first in text and _holds(text, forms):
                found.add(name)
    found.update(name for name in _known() if name.lower() in words)
    return tuple(sorted(found))


@lru_cache(maxsize=1)
def _known() -> tuple[str, ...]:
    text = resources.files("assay.vulns.data").joinpath("makers.txt").read_text("utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


@lru_cache(maxsize=1)
def _joined_names() -> tuple[tuple[str, tuple[str, ...], str], ...]:
    """Return the names of several words: the first, the ways to put them together, the name."""
    parts = [(re.split(r"[-. ]", name.lower()), name) for name in _known()]
    return tuple(
        (one[0], tuple(mark.join(one) for mark in ("-", "_", ".", " ", "")), name)
        for one, name in parts
        if len(one) > 1
    )
