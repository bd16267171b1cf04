"""Names by fingerprints: only what is surely one known function gets its name."""

import zlib
from pathlib import Path

import msgspec
import numpy as np
import pytest

import assay.code
from assay.code.fingerprints import Fingerprints, fingerprints
from assay.code.isa import all_isas
from assay.code.libraries import ALIKE, FEWEST_EXACT, Learned, Library, library, short

DATA = Path(assay.code.__file__).parent / "data"


def learned(prints, names):
    """Return what would be learned of functions *names* with these fingerprints."""
    unique = tuple(sorted(set(names)))
    return Learned(
        unique,
        np.array([unique.index(name) for name in names], "<u2").tobytes(),
        prints.exact.astype("<u8").tobytes(),
        short(prints.sketch).tobytes(),
        np.minimum(prints.rows, 65535).astype("<u2").tobytes(),
    )


def made(exact, rows, changed=0):
    """Return fingerprints with sketches of their own, *changed* minima of which differ."""
    numbers = np.array(exact, dtype=np.uint64)
    sketch = (numbers[:, None] * np.uint64(2654435761) + np.arange(16, dtype=np.uint64)) << 8
    sketch = sketch.astype(np.uint32) * np.uint32(2654435761)
    sketch[:, :changed] ^= np.uint32(0x5A5A0000)
    return Fingerprints(numbers, sketch, np.array(rows, dtype=np.int64))


def test_a_program_finds_its_own_functions_again(indexed):
    index = indexed("ordinary")
    prints = fingerprints(index)
    names = [f"name_{number}" for number in range(len(index.functions))]
    found = Library(learned(prints, names)).named(prints)
    long = [at for at in range(len(names)) if prints.rows[at] >= FEWEST_EXACT]
    assert len(found) * 10 >= 8 * len(long)
    assert all(name == names[at] for at, name in found.items())


def test_short_and_ambiguous_functions_get_no_name():
    known = Library(learned(made([1, 2, 3, 3], [40, 5, 40, 40]), ["one", "two", "three", "drei"]))
    assert known.named(made([1, 2, 3], [40, 5, 40])) == {0: "one"}


def test_what_two_functions_claim_is_the_name_of_none():
    known = Library(learned(made([1, 2], [40, 40]), ["one", "two"]))
    assert known.named(made([1, 1, 2], [40, 40, 40])) == {2: "two"}


@pytest.mark.parametrize(("changed", "named"), [(16 - ALIKE, True), (16 - ALIKE + 1, False)])
def test_a_sketch_has_to_be_close(changed, named):
    known = Library(learned(made([1, 2], [60, 60]), ["one", "two"]))
    told = made([1], [60], changed)
    told.exact[0] = 99
    assert known.named(told) == ({0: "one"} if named else {})


def test_a_sketch_close_to_two_names_tells_nothing():
    prints = made([1, 1], [60, 60])
    prints.exact[1] = 7
    known = Library(learned(prints, ["one", "also"]))
    told = made([1], [60], 1)
    told.exact[0] = 99
    assert known.named(told) == {}


@pytest.mark.parametrize("isa", sorted(isa.name for isa in all_isas()))
def test_the_data_are_consistent(isa):
    file = DATA / f"{isa}.bin"
    if not file.is_file():
        pytest.skip(f"nothing was learned for {isa}")
    assert file.stat().st_size < 1 << 20
    one = msgspec.msgpack.decode(zlib.decompress(file.read_bytes()), type=Learned)
    count = len(one.exact) // 8
    assert len(one.owner) == len(one.rows) == 2 * count
    assert len(one.sketch) == 32 * count
    assert list(one.names) == sorted(set(one.names))
    known = library(isa)
    assert int(known.owner.max()) == len(one.names) - 1
    assert {"strcpy", "system", "sprintf"} & set(one.names)


def test_programs_with_symbols_or_imports_are_left_alone(indexed):
    index = indexed("ordinary")
    before = dict(index.program.names)
    assert assay.code.libraries.name_library(index) == 0
    assert index.program.names == before
