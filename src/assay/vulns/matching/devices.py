"""The product itself as a subject of matching: `tp-link:tl-wr841n_firmware` for a TL-WR841N.

Records about devices name firmware of a model, often of one hardware revision. The model must be
the same; whether the revision is can rarely be told from a firmware, and then stays a doubt.
"""

from typing import NamedTuple

from assay._kernel import lazy_re
from assay.model.flaws import Device
from assay.vulns.device import component_of, shape
from assay.vulns.identities import cpe_key, name_key, plain
from assay.vulns.matching.deciding import NO_PLACE, Decision, Said
from assay.vulns.matching.spans import Versions, holding
from assay.vulns.matching.subjects import Subject
from assay.vulns.store.reading import Store

MOST_KEYS = 40
_FIRMWARE = lazy_re.compile(r"[_ -](?:firmware|fw)$")
_REVISION = lazy_re.compile(
    r"(?:[_ .-]?(?:v|ver|rev)\.?[_ ]?(\d{1,2}(?:\.\d{1,2})*)|[_ ]\((\d{1,2}(?:\.\d{1,2})*)\)"
    r"|[_ -]([a-z]\d))$"
)
NAMES = {"tplink": ("tplinktechnologies",), "dlink": ("dlinkcorporation",),
         "linksys": ("cisco", "ciscosystems"), "ubiquiti": ("ui", "ubnt"),
         "netis": ("netissystems", "netcore"), "huawei": ("huaweitechnologies",)}  # fmt: skip
"""Maker -> other names under which its devices are recorded, plain."""


class Model(NamedTuple):
    """A model without its revision, in plain letters, and the revision: `5` of `WNR2000v5`."""

    name: str
    revision: str


def model_of(text: str) -> Model:
    """Return the model that a product's name means: `tl-wr841n_v9_firmware`, `TL-WR841N`."""
    name = _FIRMWARE.sub("", text.lower())
    found = _REVISION.search(name)
    if found is None:
        return Model(shape(name), "")
    revision = next(one for one in found.groups() if one)
    return Model(shape(name[: found.start()]), revision.removesuffix(".0"))


def device_subjects(store: Store, devices: tuple[Device, ...]) -> list[Subject]:
    """Return the devices of which *store* has any record under one of their makers' names."""
    return [subject for device in devices if (subject := _subject(store, device)) is not None]


def _subject(store: Store, device: Device) -> Subject | None:
    wanted = model_of(device.model)
    makers = {one for name in device.makers for one in (plain(name), *NAMES.get(plain(name), ()))}
    keys: dict[str, None] = {}
    owners: set[str] = set()
    for key in store.keys_like(_spellings(device.model)):
        system, _, rest = key.partition(":")
        vendor, _, product = rest.partition(":")
        if system in {"cpe", "name"} and plain(vendor) in makers and _same(wanted, product):
            keys[key] = None
            owners.add(plain(vendor))
            if system == "cpe":  # as hardware that firmware runs on
                keys[cpe_key(vendor, _FIRMWARE.sub("", product))] = None
    if not keys:
        return None
    versions = Versions("generic", device.version, device.version)
    own = frozenset(owners)
    return Subject(
        component_of(device), tuple(sorted(keys)), versions, None, None, own, device=True
    )


def _same(wanted: Model, product: str) -> bool:
    other = model_of(product)
    if not other.revision or not wanted.revision or not other.revision[0].isdigit():
        return other.name == wanted.name
    return (
        other.name == wanted.name and other.revision.split(".")[0] == wanted.revision.split(".")[0]
    )


def _spellings(model: str) -> list[str]:
    """Return beginnings of product names that may mean *model*."""
    base = _REVISION.sub("", model.lower())
    forms = (base, base.replace(" ", "_"), base.replace("_", "-"), name_key("", base)[6:])
    return list(dict.fromkeys(one for one in forms if len(one) >= 4))


def weigh_device(subject: Subject, decision: Decision, said: list[Said]) -> None:
    """Doubt a match of a device unless the version of its firmware decides it."""
    affirming = [one for one in said if one.answer != "unaffected" and one.met != "unmet"]
    decision.doubts = [one for one in decision.doubts if one != NO_PLACE]
    bounded = any(
        span is not None and (span.low or span.high)
        for one in affirming
        if one.answer == "affected" and (span := holding(one.entry, one.versions))
    )
    if not subject.versions.stated:
        decision.doubts.insert(0, "the version of the firmware is not known")
    elif not bounded:
        decision.doubts.insert(0, "the record does not say which versions of the firmware it means")
    if not subject.versions.stated or not bounded:
        decision.status = "possibly-affected"
    models = {model_of(one.entry.product.rpartition(":")[2]).revision for one in affirming}
    own = model_of(subject.component.name.removesuffix(" firmware")).revision
    if models - {""} and not own:
        named = ", ".join(sorted(models - {""}))
        decision.doubts.append(f"it is recorded for hardware revision {named}")
