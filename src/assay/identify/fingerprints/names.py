"""What the index says of a component by its key: its names, and whether a file has any of it."""

from assay.identify.catalogue import Known
from assay.inventory.fingerprints.index import BadIndex, current
from assay.inventory.kinds.fingerprints import FingerprintFacts

ENOUGH_FEATURES = 60


def learnt(key: str) -> Known | None:
    """Return what the index says of the component *key*, or None."""
    try:
        index = current()
    except (BadIndex, OSError):
        return None
    number = index.by_key.get(key)
    if number is None:
        return None
    one = index.components[number]
    return Known(key, one.name, one.cpe, one.licence, (), ())


def is_hollow(key: str, facts: FingerprintFacts | None) -> bool:
    """Return whether a file with *facts* has much of its own and nothing of the component *key*."""
    if facts is None or facts.features < ENOUGH_FEATURES or learnt(key) is None:
        return False
    return all(one.component != key for one in facts.matches)
