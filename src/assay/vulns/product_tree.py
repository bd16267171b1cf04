"""The product tree of a CSAF document, flat: product id -> names under which feeds know it.

Read by the feed of vendors' advisories and by VEX statements. Reference: CSAF 2.0, 3.2.2.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from assay._kernel.value import Value
from assay.vulns.feeds import cpe
from assay.vulns.identities import cpe_key, name_key, package_key

MOST_PRODUCTS = 20_000
DEEPEST = 30


class CsafProduct(Value):
    """A product of the tree: its keys, its version or range as written, its package URL."""

    keys: tuple[str, ...]
    version: str
    purl: str = ""


def products_of(tree: dict[str, Any]) -> dict[str, CsafProduct]:
    """Return the products of *tree* by id; a relationship has the keys of the part it installs."""
    found: dict[str, CsafProduct] = {}
    for entry in _list(tree.get("full_product_names")):
        _add(found, entry, {})
    for entry, branch in _leaves(_list(tree.get("branches")), {}, 0):
        _add(found, entry, branch)
    for relation in _list(tree.get("relationships"))[:MOST_PRODUCTS]:
        part = found.get(_text(relation.get("product_reference")))
        whole = relation.get("full_product_name")
        if part is not None and isinstance(whole, dict):
            found[_text(whole.get("product_id"))] = part
    return found


def _leaves(
    branches: list[dict[str, Any]], above: dict[str, str], depth: int
) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    if depth > DEEPEST:
        return
    for branch in branches:
        here = {**above, _text(branch.get("category")): _text(branch.get("name"))}
        product = branch.get("product")
        if isinstance(product, dict):
            yield product, here
        yield from _leaves(_list(branch.get("branches")), here, depth + 1)


def _add(found: dict[str, CsafProduct], entry: dict[str, Any], branch: dict[str, str]) -> None:
    identity = _text(entry.get("product_id"))
    if not identity or len(found) >= MOST_PRODUCTS:
        return
    helper = entry.get("product_identification_helper")
    helper = helper if isinstance(helper, dict) else {}
    keys: dict[str, None] = {}
    version = branch.get("product_version") or branch.get("product_version_range") or ""
    name = cpe.parse(_text(helper.get("cpe")))
    if name is not None:
        keys[cpe_key(name.vendor, name.product)] = None
        version = version or ("" if name.version in {"*", "-"} else name.full_version)
    purl = _text(helper.get("purl"))
    if purl.startswith("pkg:"):
        key, stated = purl_key(purl)
        keys[key] = None
        version = version or stated
    if branch.get("product_name"):
        keys[name_key(branch.get("vendor", ""), branch["product_name"])] = None
    found[identity] = CsafProduct(tuple(keys), version, purl)


def purl_key(purl: str) -> tuple[str, str]:
    """Return the key and the version of a package URL; its namespace is left out."""
    body = purl.removeprefix("pkg:").partition("#")[0].partition("?")[0]
    path, _, version = body.rpartition("@") if "@" in body else (body, "", "")
    system, _, rest = path.partition("/")
    name = unquote(rest.rpartition("/")[2])
    if system == "generic":
        return name_key("", name), unquote(version)
    return package_key(system, name), unquote(version)


def _list(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        return []
    return [one for one in value[:MOST_PRODUCTS] if isinstance(one, dict)]


def _text(value: object) -> str:
    return value[:400] if isinstance(value, str) else ""
