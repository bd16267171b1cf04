"""Applying statements to flaws: whose they are stays visible, and what the bytes said too.

Several statements on one flaw are applied in the order given: the last one that settles it counts.
"""

from collections.abc import Iterable, Sequence

import msgspec

from assay.model.flaws import KnownFlaw, Statement
from assay.model.result import Component
from assay.vulns.feeds import cpe
from assay.vulns.identities import plain

SETTLED = {"not_affected", "fixed"}


def by_flaw(statements: Iterable[Statement]) -> dict[str, list[Statement]]:
    """Return the statements by the id of the flaw."""
    found: dict[str, list[Statement]] = {}
    for one in statements:
        found.setdefault(one.flaw.upper(), []).append(one)
    return found


def applied(flaw: KnownFlaw, statements: Sequence[Statement], component: Component) -> KnownFlaw:
    """Return *flaw* with those of *statements* that are about its component."""
    fitting = [one for one in statements if concerns(one, component)]
    if not fitting:
        return flaw
    last = next((one for one in reversed(fitting) if one.status != "under_investigation"), None)
    changed = msgspec.structs.replace(flaw, statements=tuple(fitting))
    if last is None:
        return changed
    if last.status in SETTLED:
        reason = last.justification or ("already_fixed" if last.status == "fixed" else "")
        told = f"{last.author} states: {last.status.replace('_', ' ')}{_why(last)}"
        return msgspec.structs.replace(
            changed, status="not-affected", priority=0, justification=reason,
            says=f"{flaw.says} {told}.",
        )  # fmt: skip
    if flaw.status == "possibly-affected":
        return msgspec.structs.replace(
            changed, status="affected", says=f"{flaw.says} {last.author} confirms it."
        )
    return changed


def concerns(statement: Statement, component: Component) -> bool:
    """Return whether *statement* is about *component*: by package URL, CPE name or name."""
    product = statement.product
    if not product:
        return True
    if product.startswith("pkg:"):
        path, version = _purl(product)
        own, own_version = _purl(component.purl)
        return path == own and version in {"", own_version, component.version}
    if product.startswith("cpe:"):
        return _same_cpe(product, component)
    name, _, version = product.partition("@")
    return plain(name) == plain(component.name) and version in {"", component.version}


def _same_cpe(name: str, component: Component) -> bool:
    stated, own = cpe.parse(name), cpe.parse(component.cpe)
    if stated is None or own is None:
        return False
    same = (stated.vendor, stated.product) == (own.vendor, own.product)
    return same and stated.full_version in {"*", component.version}


def _purl(purl: str) -> tuple[str, str]:
    body = purl.partition("#")[0].partition("?")[0]
    path, _, version = body.partition("@")
    return path.lower(), version.replace("%3A", ":").replace("%2B", "+").replace("%7E", "~")


def _why(statement: Statement) -> str:
    reason = statement.justification.replace("_", " ")
    texts = [text for text in (reason, statement.says) if text]
    return f" ({': '.join(texts)})" if texts else ""
