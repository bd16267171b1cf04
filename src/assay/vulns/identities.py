"""Product keys: one name for a product in all feeds, and the aliases of the products we know.

A key is `cpe:<vendor>:<product>`, `name:<vendor>:<product>` for records without a CPE name, or
`<system>:<package>` for package systems (`deb:openssl`). The table is `data/products.tsv`.
"""

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from assay._kernel import lazy_re
from assay._kernel.beside import keep, kept
from assay._kernel.packaged import files
from assay._kernel.tool import tool_digest
from assay._kernel.value import Value

LONGEST = 200
_PLAIN = lazy_re.compile(r"[^a-z0-9]+")
_ESCAPE = lazy_re.compile(r"\\(.)")
_FILLER = lazy_re.compile(r"(?:^the[ _-]+|[ _-]*(?:project|foundation|inc|llc|ltd|team|org)\.?$)")


class Product(Value):
    """A known product: its scheme of versions, its keys, and its package names.

    `keys` are all names under which feeds know it; `sources` are source packages.
    """

    name: str
    scheme: str
    keys: tuple[str, ...]
    sources: tuple[str, ...]


def cpe_key(vendor: str, product: str) -> str:
    """Return the key of a CPE vendor and product, without regard to case and escapes."""
    return f"cpe:{_cpe_part(vendor)}:{_cpe_part(product)}"


def name_key(vendor: str, product: str) -> str:
    """Return the key of a vendor's and product's names as people write them."""
    return f"name:{plain(vendor)}:{plain(product)}"


def package_key(system: str, package: str) -> str:
    """Return the key of a package of a package system."""
    return f"{system.lower()[:20]}:{package.strip().lower()[:LONGEST]}"


def plain(name: str) -> str:
    """Return *name* reduced to its letters and digits, without words such as Project."""
    lower = name.strip().lower()[:LONGEST]
    reduced = _FILLER.sub("", lower)
    return _PLAIN.sub("", reduced) or _PLAIN.sub("", lower)


def _cpe_part(text: str) -> str:
    return _ESCAPE.sub(r"\1", text.strip().lower()[:LONGEST])


@lru_cache(maxsize=1)
def products() -> dict[str, Product]:
    """Return the known products by name; what the table comes to is kept."""
    known = kept("products", tool_digest())
    if known is not None:
        return msgspec.msgpack.decode(known, type=dict[str, Product])
    found = _read()
    keep("products", tool_digest(), msgspec.msgpack.encode(found))
    return found


def _read() -> dict[str, Product]:
    text = files("assay.vulns.data").joinpath("products.tsv").read_text("utf-8")
    found = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        name, scheme, cpes, names, sources = line.split("\t")
        keys = dict.fromkeys(_keys(cpes, names))
        packages = tuple(one for one in sources.split(",") if one)
        found[name] = Product(name, scheme or "generic", tuple(keys), packages)
    return found


def _keys(cpes: str, names: str) -> Iterator[str]:
    for pair in cpes.split(","):
        vendor, product = pair.split(":", 1)
        yield cpe_key(vendor, product)
        yield name_key(vendor, product)
        yield name_key(product, product)
        if len(plain(product)) > 3:  # a short word alone names too many things
            yield name_key("", product)
    for pair in names.split(",") if names else ():
        yield name_key(*pair.split(":", 1))


@lru_cache(maxsize=1)
def by_key() -> dict[str, Product]:
    """Return the known products by each of their keys."""
    return {key: product for product in products().values() for key in product.keys}


@lru_cache(maxsize=1)
def by_source() -> dict[str, Product]:
    """Return the known products by the source packages that bring them."""
    return {source: product for product in products().values() for source in product.sources}


def scheme_of(key: str) -> str:
    """Return the scheme in which the product at *key* counts its versions."""
    known = by_key().get(key)
    return known.scheme if known else "generic"
