"""Keys and certificates of two versions: private keys, keys that may log in, certificates."""

from collections.abc import Iterator

from assay._kernel.value import Value
from assay.checks.certificates.store import day, held
from assay.checks.secrets.keys import is_program, named
from assay.compare.versions.records import Change, Entry, Section, Weight
from assay.compare.versions.sides import Side
from assay.inventory.image import Inventory
from assay.inventory.kinds.key import KeyFacts


class _Key(Value):
    """A key or certificate: what it is, where, and whether it gives its holder something."""

    what: str
    where: str
    opens: bool = False


def keys_section(old: Side, new: Side) -> Section:
    """Return the keys and certificates that only one version has."""
    mine, theirs = dict(_keys(old.image)), dict(_keys(new.image))
    came = [_entry(theirs[one], "new") for one in sorted(theirs.keys() - mine.keys())]
    went = [_entry(mine[one], "gone") for one in sorted(mine.keys() - theirs.keys())]
    anchors, others = _anchors(old.image), _anchors(new.image)
    return Section(
        name="keys",
        title="Keys and certificates",
        entries=tuple(came + went),
        same=len(mine.keys() & theirs.keys()),
        note=f"Certificates to verify with: {len(others - anchors)} new, "
        f"{len(anchors - others)} gone, {len(anchors & others)} in both.",
    )


def _keys(image: Inventory) -> Iterator[tuple[tuple[str, ...], _Key]]:
    """Yield keys and the device's own certificates under what identifies them."""
    for node, facts in image.of(KeyFacts):
        for place, key in enumerate(facts.private):
            locked = " protected by a passphrase" if key.encrypted else ""
            program = " (in a program, perhaps of a self-test)" if is_program(image, node) else ""
            opens = not key.encrypted and bool(key.algorithm) and not program
            identity = key.spki or f"{node.inner} {place} {key.form}"
            yield ("private", identity), _Key(f"{named(key)}{locked}{program}", node.inner, opens)
        if "authorized_keys" in node.name:
            for public in facts.public:
                what = f"{public.algorithm} key {public.comment}".rstrip() + " may log in"
                yield ("login", public.ssh, node.inner), _Key(what, node.inner, opens=True)
    for one in held(image):
        if not one.trust:
            found = one.certificate
            what = f"certificate for {one.name}, {found.algorithm} {found.bits}"
            until = f", to {day(found.not_after)}"
            yield ("certificate", found.spki, found.serial), _Key(what + until, one.node.inner)


def _anchors(image: Inventory) -> set[tuple[str, str]]:
    return {(one.certificate.spki, one.certificate.subject) for one in held(image) if one.trust}


def _entry(key: _Key, change: Change) -> Entry:
    weight: Weight = "neutral"
    if key.opens:
        weight = "worse" if change == "new" else "better"
    return Entry(change=change, weight=weight, what=key.what, where=key.where)
