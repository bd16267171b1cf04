"""What a vendor's bill of materials declares against what was identified in the image.

Names are compared without case and punctuation, through purl, CPE and the catalogue's packages;
versions without epoch, packaging revision and a leading `v`. What cannot be compared is said.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal
from urllib.parse import unquote

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.identify.catalogue import catalogue, package_keys
from assay.identify.matchers.packages import upstream
from assay.model.result import Component
from assay.report.bom.declared import Declared

Relation = Literal["agrees", "contradicted", "not comparable", "not seen", "undeclared"]
ORDER: tuple[Relation, ...] = (
    "contradicted", "undeclared", "not seen", "not comparable", "agrees"
)  # fmt: skip
SURE = 600
"""Permille of confidence above which an undeclared component counts against a bill."""

_NAME = lazy_re.compile(r"[^a-z0-9]")
_SPLIT = lazy_re.compile(r"\d+|[a-z]+")


class Match(Value):
    """A declared component, what was seen of it, and how the two relate."""

    relation: Relation
    declared: Declared | None
    seen: tuple[Component, ...]
    says: str


def compare(declared: Sequence[Declared], seen: Sequence[Component]) -> tuple[Match, ...]:
    """Return how each declared and each seen component relates to the other side.

    Components that were seen in fragments only, or not surely, need no declaration.
    """
    known: dict[str, list[int]] = defaultdict(list)
    for number, component in enumerate(seen):
        for name in _seen_names(component):
            known[name].append(number)
    used: set[int] = set()
    found = []
    for one in declared:
        numbers = sorted({n for name in _declared_names(one) for n in known.get(name, ())})
        used.update(numbers)
        found.append(_match(one, tuple(seen[number] for number in numbers)))
    undeclared = (one for number, one in enumerate(seen) if number not in used and _counts(one))
    found += [
        Match("undeclared", None, (one,), f"{one.name} {_version(one)} is there and not declared")
        for one in undeclared
    ]
    return tuple(sorted(found, key=lambda match: ORDER.index(match.relation)))


def _counts(component: Component) -> bool:
    return component.kind != "fragment" and component.confidence >= SURE


def _match(one: Declared, seen: tuple[Component, ...]) -> Match:
    label = f"{one.name} {one.version or '(no version)'}"
    if not seen:
        return Match("not seen", one, (), f"{label} is declared and was not seen")
    versions = [component for component in seen if component.version]
    if not one.version or not versions:
        says = f"{label} is declared; seen is {_list(seen)}"
        return Match("not comparable", one, seen, says)
    agreeing = [component for component in versions if _agrees(one.version, component)]
    if agreeing and len(agreeing) == len(versions):
        return Match("agrees", one, seen, f"{label} is declared and there")
    others = [component for component in versions if component not in agreeing]
    also = "also there is" if agreeing else "there is"
    return Match("contradicted", one, seen, f"{label} is declared; {also} {_list(others)}")


def _list(components: Iterable[Component]) -> str:
    return ", ".join(f"{one.name} {_version(one)} ({_place(one)})" for one in components)


def _version(component: Component) -> str:
    low, high = component.version_low, component.version_high
    if low or high:
        return f"{low or 'any'} to {high or 'any'}"
    return component.version or "(version unknown)"


def _place(component: Component) -> str:
    return component.occurrences[0].path if component.occurrences else "no place"


def _agrees(declared: str, component: Component) -> bool:
    stated = _plain(declared)
    if _key(stated) == _key(_plain(component.version)):
        return True
    low, high = component.version_low, component.version_high
    if not low and not high:
        return False
    return (not low or _key(low) <= _key(stated)) and (not high or _key(stated) <= _key(high))


def _plain(version: str) -> str:
    return upstream(version.strip().lower().removeprefix("v"))


def _key(version: str) -> tuple[tuple[int, int, str], ...]:
    parts = _SPLIT.findall(version.lower()[:64])
    return tuple((1, int(one[:12]), "") if one.isdigit() else (0, 0, one) for one in parts)


def _names(name: str) -> set[str]:
    """Return *name* as it is compared, and as the catalogue's key for it."""
    plain = _NAME.sub("", name.lower())
    key = package_keys().get(name.lower(), "")
    found = {plain, _NAME.sub("", key)} - {""}
    return found | {one.removeprefix("lib") for one in found if len(one) > 5}


def _purl_name(purl: str) -> str:
    path = purl.partition("?")[0].partition("#")[0]
    return unquote(path.rpartition("/")[2].partition("@")[0])


def _cpe_product(cpe: str) -> str:
    parts = cpe.removeprefix("cpe:2.3:").removeprefix("cpe:/").split(":")
    return parts[2].replace("\\", "") if len(parts) > 2 else ""


def _declared_names(one: Declared) -> set[str]:
    texts = (one.name, one.name.rpartition("/")[2], _purl_name(one.purl), _cpe_product(one.cpe))
    return {name for text in texts if text for name in _names(text)}


def _seen_names(component: Component) -> set[str]:
    found = {component.name, _purl_name(component.purl), _cpe_product(component.cpe)} - {""}
    known = next((one for one in catalogue().values() if one.name == component.name), None)
    if known is not None:
        found.add(known.key)
    return {name for text in found for name in _names(text)}
