"""Small indexes for tests: made-up projects with releases, learnt as real packages are."""

import random
from collections.abc import Iterable

import numpy as np

from assay.identify.training.assemble import Assembly
from assay.identify.training.collect import Holder
from assay.identify.training.extract import Piece
from assay.identify.training.recipe import Recipe
from assay.inventory.fingerprints.features import TEMPLATE, hash_texts
from assay.inventory.fingerprints.index import Index, encode, parse
from assay.inventory.fingerprints.regions import features_of

WORDS = (
    "packet", "route", "lease", "socket", "tunnel", "cipher", "neighbour", "channel", "beacon",
    "bridge", "queue", "filter", "table", "interface", "gateway", "prefix", "session", "handshake",
    "certificate", "buffer", "timer", "thread", "option", "daemon",
)  # fmt: skip


def sentences(seed: str, count: int) -> list[bytes]:
    """Return *count* different messages such as programs have."""
    rng = random.Random(seed)
    found = [
        f"{seed[:3]} {rng.choice(WORDS)} {rng.choice(WORDS)} {number}: no {rng.choice(WORDS)}"
        for number in range(count)
    ]
    return [one.encode() for one in found]


def flat(parts: Iterable[list[bytes]]) -> list[bytes]:
    """Return the strings of all *parts*."""
    return [one for part in parts for one in part]


def blob(strings: list[bytes]) -> bytes:
    """Return bytes in which *strings* stand, each ended by a zero."""
    return b"\0\1\2\0" + b"\0".join(strings) + b"\0"


def piece(unit: str, strings: list[bytes], *, archived: bool = False) -> Piece:
    """Return what is learnt from a file called *unit* with *strings*."""
    features, templates = features_of(blob(strings))
    return Piece(
        path=f"/usr/lib/{unit}",
        unit=unit,
        archived=archived,
        numbers=features.numbers.tobytes(),
        lengths=np.minimum(features.lengths, 255).astype(np.uint8).tobytes(),
        classes=features.classes.tobytes(),
        templates=hash_texts([one.text for one in templates], TEMPLATE).tobytes(),
        versions=tuple(one.version for one in templates),
    )


def holder(key: str, releases: dict[str, list[Piece]]) -> Holder:
    """Return a finished holder of *releases*."""
    found = Holder(key)
    for version, pieces in releases.items():
        found.add(version, pieces)
    found.finish()
    return found


def assembly(*holders: Holder) -> Assembly:
    """Return the assembly of *holders*; those whose key begins with `~` are background."""
    wanted = {
        one.key: Recipe(one.key, one.key, one.key.title(), f"maker:{one.key}", "MIT", "")
        for one in holders
        if not one.key.startswith("~")
    }
    return Assembly(holders, wanted)


def index_of(*holders: Holder, budget: int = 100_000) -> Index:
    """Return the index learnt from *holders*."""
    columns, components = assembly(*holders).columns(budget)
    return parse(encode(columns, components, "", "made for a test"))


def project(key: str, versions: list[str], *, units: int = 4, changed: int = 5) -> Holder:
    """Return a library of object files; every release changes some strings of each."""
    return holder(
        key,
        {
            version: [
                piece(f"lib{key}/{unit}.o", strings, archived=True)
                for unit, strings in enumerate(texts(key, version, units, changed))
            ]
            + [piece(f"lib{key}.so", flat(texts(key, version, units, changed)))]
            for version in versions
        },
    )


def texts(key: str, version: str, units: int = 4, changed: int = 5) -> list[list[bytes]]:
    """Return the strings of each unit of a release of *key*."""
    return [
        sentences(f"{key}-{unit}", 30)
        + sentences(f"{key}-{unit}-{version}", changed)
        + ([f"{key} library version {version} (release)".encode()] if unit == 0 else [])
        for unit in range(units)
    ]
