"""Which release templates tell: a look-up in the index, plain or beside features of a component.

`_by_kernel` looks all of them up in C; `_by_arrays` is its twin.
"""

import ctypes
from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from assay._native import kernel
from assay.inventory.fingerprints.features import ADDRESSES, TEMPLATE, hash_texts
from assay.inventory.fingerprints.index import DOUBTFUL_UNIT, TEMPLATE_UNIT, Index
from assay.inventory.fingerprints.templates import scoped


class Told(NamedTuple):
    """That template *number* tells the version of *owner*, looked up beside the component *key*."""

    key: str
    number: int
    owner: str


def told_by(
    texts: Sequence[bytes], versions: Sequence[str], keys: Sequence[str], index: Index
) -> Iterator[Told]:
    """Yield which of the templates *texts* tell the version of which component.

    *versions* stand in the templates. They are looked up beside each of the components *keys*;
    the empty key stands for no component. A template that has told wrong counts for releases that
    were learnt.
    """
    units, patterns = index.columns["unit"], index.columns["pattern"]
    found = places_of(texts, keys, index)
    for at, place in enumerate(found):
        if place < 0:
            continue
        key, number = divmod(at, len(texts))
        learnt = index.components[int(index.columns["owners"][patterns[place]])]
        known = versions[number] in learnt.versions
        clean = units[place] == TEMPLATE_UNIT and _is_alike(versions[number], learnt.versions)
        if (known and units[place] == DOUBTFUL_UNIT) or clean:
            yield Told(keys[key], number, learnt.key)


def _is_alike(version: str, learnt: tuple[str, ...]) -> bool:
    """Return whether *version* has the shape of those *learnt*: an address has not."""
    dots = {one.count(".") for one in learnt}
    return min(dots) - 1 <= version.count(".") <= max(dots) + 1 and not version.startswith("0.0.")


def places_of(texts: Sequence[bytes], keys: Sequence[str], index: Index) -> list[int]:
    """Return the place of each of *texts* in *index*, -1 for none: by key, then by text."""
    if not index.size or not texts:
        return [-1] * (len(texts) * len(keys))
    found = _by_kernel(texts, keys, index)
    return _by_arrays(texts, keys, index) if found is None else found


def _by_kernel(texts: Sequence[bytes], keys: Sequence[str], index: Index) -> list[int] | None:
    run = _kernel()
    if run is None:
        return None
    joined, lengths = b"".join(texts), array("q", map(len, texts))
    numbers = array("Q", map(_number_of, keys))
    places = array("q", bytes(8 * len(texts) * len(keys)))
    status = run(
        joined, len(joined), lengths.buffer_info()[0], len(texts), numbers.buffer_info()[0],
        len(keys), ADDRESSES[0], *index.addresses, places.buffer_info()[0],
    )  # fmt: skip
    return None if status else places.tolist()


@lru_cache(maxsize=1)
def _kernel() -> Any:  # noqa: ANN401 - a function of ctypes
    pointer, number = ctypes.c_void_p, ctypes.c_int64
    texts = (ctypes.c_char_p, number, pointer, number)
    return kernel("assay_templates", *texts, pointer, number, *(pointer,) * 5)


@lru_cache(maxsize=4096)
def _number_of(key: str) -> int:
    return int(hash_texts([key.encode()], TEMPLATE)[0]) if key else 0


def _by_arrays(texts: Sequence[bytes], keys: Sequence[str], index: Index) -> list[int]:
    numbers = hash_texts(texts, TEMPLATE)
    rows = [scoped(numbers, key) if key else numbers for key in keys]
    which, places = index.find(np.concatenate(rows))
    found = np.full(len(texts) * len(keys), -1, np.int64)
    found[which] = places
    result: list[int] = found.tolist()
    return result
