"""Names of components that the index knows and the catalogue does not."""

from assay.identify.catalogue import Known
from assay.inventory.fingerprints.index import BadIndex, current


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
