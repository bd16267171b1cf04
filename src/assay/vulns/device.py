"""Which product is the image for? Model, makers and firmware version, as its own files name them.

Read from files that hold nothing else, from assignments and descriptions of devices, and from the
head pages of the web interface. A file that names many models is a table, not a statement.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from assay._kernel import lazy_re
from assay._kernel.multipattern import compiled
from assay._kernel.packaged import files
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
MODEL, VERSION = 0, 1
"""The numbers of what `_statements` looks for."""
OWN_FILES = ("*/module_name", "*/hardware_version", "*/product_name", "*/model_name",
             "*/etc/model", "*/etc/product", "*/etc/modelname", "*/sysinfo/model")  # fmt: skip
_OWN_ENDS = tuple(name.lstrip("*") for name in OWN_FILES)
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
_GIVES = r"[\"']?\s{0,4}[=:>]\s{0,4}[\"']?"
_MODEL_IS = rf"(?:model|product|device|title)(?:_?(?:name|number|num|id))?{_GIVES}\s{{0,4}}"
_VERSION_IS = rf"(?:firmware|fw|sw|software)_?(?:version|ver){_GIVES}"
_ASSIGNED = lazy_re.compile(rf"{_MODEL_IS}([a-z][a-z0-9 _+-]{{2,30}})")
"""In lower case, as is the text that it is looked for in."""
_VERSION = lazy_re.compile(rf"{_VERSION_IS}(v?\d+(?:\.\d+){{1,4}})(?![\w.])")
_NUMBER = lazy_re.compile(r"(?i)v?(\d+(?:\.\d+){1,4})")


def devices_of(image: Inventory) -> tuple[Device, ...]:
    """Return the products that the image's files name, those named most often first."""
    named: dict[str, list[Proof]] = {}
    spelt: dict[str, str] = {}
    versions: set[str] = set()
    heads: list[str] = []
    for node, text in _texts(image):
        stated = _present(_statements(), text)
        low = text.lower() if stated else ""
        found = {shape(one[0]): one for one in _models(node, text, low if MODEL in stated else "")}
        if (found or node.name.endswith(PAGES)) and len(heads) < MOST_HEADS:
            heads.append(text[:MOST_HEAD].lower())
        if len(found) <= MOST_IN_FILE:
            for key, (model, offset) in found.items():
                spelt.setdefault(key, model)
                named.setdefault(key, []).append(_proof(node, model, offset))
        versions |= set(_VERSION.findall(low)[:2]) if VERSION in stated else set()
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
    """Yield the models that a file states, and where; *low* is *text* in lower case.

    An empty *low* says that no assignment states one.
    """
    if len(text) <= 64 and node.inner.endswith(_OWN_ENDS):
        if _MODEL.fullmatch(text.strip()):
            yield text.strip(), 0
        return
    for match in _ASSIGNED.finditer(low):
        model = text[match.start(1) : match.end(1)].strip(" _-")
        if _MODEL.fullmatch(model) and shape(model) not in NO_MODELS:
            yield model, match.start(1)
    if _PAGE.search(node.inner):
        for match in _ON_PAGE.finditer(text):
            yield match[0], match.start()


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
    names = _known()
    found = _present(_names(), "\n".join(texts))
    return tuple(sorted(names[number] for number in found))


def _present(database: Any, text: str) -> set[int]:  # noqa: ANN401 - hyperscan's
    """Return the numbers of the expressions of *database* that occur in *text*."""
    found: set[int] = set()

    def note(number: int, *_: object) -> None:
        found.add(number)

    database.scan(text.encode("latin-1"), match_event_handler=note)
    return found


@lru_cache(maxsize=1)
def _statements() -> Any:  # noqa: ANN401 - hyperscan's
    """Return the database of what a model and a version follow: most texts hold neither.

    It takes letters of both cases: to bring all texts to lower case first would take longer.
    """
    expressions = rf"{_MODEL_IS}[a-z]", rf"{_VERSION_IS}v?\d"
    # What is white space in text is more than that in bytes.
    loose = ["(?i)" + one.replace(r"\s", r"[\s\x1c-\x1f\x85\xa0]") for one in expressions]
    return compiled([one.encode() for one in loose], once=True, name="device-statements")


@lru_cache(maxsize=1)
def _names() -> Any:  # noqa: ANN401 - hyperscan's
    """Return the database of the makers' names, numbered as in `_known`."""
    expressions = [_name_form(name.lower()) for name in _known()]
    return compiled([one.encode() for one in expressions], once=True, name="device-makers")


def _name_form(name: str) -> str:
    """Return the expression of a maker's *name*: a whole word, or words put together in any way.

    A word begins with a letter, so digits may stand before it that belong to no other word.
    """
    parts = re.split(r"[-. ]", name)
    if len(parts) == 1:
        return rf"(?:^|[^a-z0-9])[0-9]*{re.escape(name)}(?:[^a-z0-9]|$)"
    return "|".join(re.escape(mark.join(parts)) for mark in ("-", "_", ".", " ", ""))


@lru_cache(maxsize=1)
def _known() -> tuple[str, ...]:
    text = files("assay.vulns.data").joinpath("makers.txt").read_text("utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))
