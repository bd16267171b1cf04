"""The index file: look-up against a dictionary, and every way in which a file can be wrong."""

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

sys.path.insert(0, str(Path(__file__).parents[2] / "identify"))

from learning import flat, index_of, project, texts

from assay.errors import UnreadableInput
from assay.inventory.fingerprints import index as module
from assay.inventory.fingerprints.choice import choose_index, index_problems
from assay.inventory.fingerprints.features import STRING, hash_texts
from assay.inventory.fingerprints.index import BadIndex, encode, load, parse


@pytest.fixture(scope="module")
def data():
    made = index_of(project("alpha", ["1.0", "1.1"]), project("beta", ["2.0", "2.1", "3.0"]))
    return encode(made.columns, made.components, "m", "a")


def test_finds_what_is_there_and_nothing_else(data):
    index = parse(data)
    known = hash_texts(flat(texts("alpha", "1.1")), STRING)
    other = hash_texts([b"never learnt %d" % one for one in range(5000)], STRING)
    which, places = index.find(np.concatenate((other, known)))
    assert sorted(which.tolist()) == list(range(5000, 5000 + len(known)))
    owners = index.columns["owners"][index.columns["pattern"][places]]
    assert {index.components[one].key for one in owners.tolist()} == {"alpha"}


def test_patterns_are_sets_of_releases(data):
    index = parse(data)
    strings = hash_texts(texts("beta", "2.1")[1], STRING)
    _, places = index.find(strings)
    bits = index.columns["bitmaps"][index.columns["pattern"][places]]
    assert set(bits.tolist()) == {0b111, 0b010}


def test_an_empty_index_finds_nothing():
    empty = index_of(project("alpha", ["1.0"], units=1), budget=0)
    assert empty.find(hash_texts([b"whatever it is"], STRING))[0].tolist() == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda data: data[:20], "cut off"),
        (lambda data: b"GARBAGE!" + data[8:], "no fingerprint index"),
        (lambda data: data[:8] + b"\7" + data[9:], "version 7"),
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "damaged"),
        (lambda data: data[:-100], "damaged"),
    ],
)
def test_bad_files(data, tmp_path, change, says):
    path = tmp_path / "bad.index"
    path.write_bytes(change(data))
    with pytest.raises(BadIndex, match=says):
        load(path)


@pytest.mark.parametrize("column", ["pattern", "owners", "starts", "expected_pattern"])
def test_columns_that_contradict_each_other(data, column):
    index = parse(data)
    columns = {**index.columns, column: index.columns[column].copy()}
    columns[column][0] = 60_000
    with pytest.raises(BadIndex, match="contradict"):
        parse(encode(columns, index.components, "", ""))


def test_buckets_that_leave_the_first_features_out(data):
    index = parse(data)
    columns = {**index.columns, "starts": np.maximum(index.columns["starts"], 1)}
    with pytest.raises(BadIndex, match="contradict"):
        parse(encode(columns, index.components, "m", "a"))


def test_random_damage_is_never_more_than_a_bad_index(data):
    rng = np.random.default_rng(7)
    for _ in range(50):
        broken = bytearray(data)
        for place in rng.integers(0, len(data), 5).tolist():
            broken[place] ^= 0x55
        with pytest.raises(BadIndex):
            parse(bytes(broken))


def test_a_digest_that_is_known_saves_reading_the_file_whole(data):
    digest, damaged = data[16:48], data[:-1] + bytes([data[-1] ^ 1])
    assert parse(damaged, digest).digest == parse(data).digest
    with pytest.raises(BadIndex, match="damaged"):
        parse(damaged, bytes(32))


def columns_of(draw):
    held = draw(st.lists(st.integers(0, (1 << 40) - 1), max_size=60, unique=True).map(sorted))
    numbers = np.array(held, np.uint64)
    buckets = np.searchsorted(numbers >> np.uint64(24), np.arange(module.BUCKETS + 1))
    return {
        "starts": buckets.astype(draw(st.sampled_from([np.uint32, np.uint16]))),
        "low": (numbers & np.uint64(0xFFFF)).astype(np.uint16),
        "high": (numbers >> np.uint64(16)).astype(np.uint8),
    }, numbers


@settings(deadline=None)
@given(st.data())
def test_kernel_and_arrays_give_the_same(given_data):
    columns, numbers = columns_of(given_data.draw)
    found, blocks = module._searched(columns)
    assert found.tolist() == module._numbers(columns).tolist() == numbers.tolist()
    assert blocks.tolist() == module._blocks(numbers).tolist()


@pytest.mark.parametrize("changed", [0, 1, 7, module.BUCKETS])
@pytest.mark.parametrize("value", [0, 1, 2, 1 << 31, (1 << 32) - 1])
def test_the_kernel_refuses_buckets_that_contradict_each_other(changed, value):
    if module._kernel() is None:
        pytest.skip("there is no compiled form")
    starts = np.full(module.BUCKETS + 1, 1, np.uint32)
    starts[0] = 0
    sound = int(starts[changed]) == value
    starts[changed] = value
    low, high, numbers = np.zeros(1, np.uint16), np.zeros(1, np.uint8), np.zeros(1, np.uint64)
    blocks = np.zeros(1 << module.BLOCK_BITS - 3, np.uint8)
    places = [one.ctypes.data for one in (starts, low, high)]
    status = module._kernel()(*places, 1, numbers.ctypes.data, blocks.ctypes.data)
    assert (status == 0) is (sound or (changed == 1 and value == 0))


def test_the_shipped_index_is_within_its_size():
    index = module.current()
    path = Path(module.__file__).parents[1] / "data" / "components.index"
    assert path.stat().st_size <= 8 << 20
    assert len(index.components) >= 300
    assert index_problems() == ()


def test_an_index_that_was_asked_for_must_be_there(tmp_path):
    with pytest.raises(UnreadableInput, match="No such file"):
        choose_index(tmp_path / "missing.index")
    assert module.digest_of_chosen() == ""


def test_an_index_of_the_user(data, tmp_path):
    path = tmp_path / "own.index"
    path.write_bytes(data)
    choose_index(path)
    try:
        assert module.digest_of_chosen() == module.current().digest
        assert [one.key for one in module.current().components] == ["alpha", "beta"]
    finally:
        choose_index("")


def test_a_missing_index_is_a_problem(monkeypatch):
    def missing(_path):
        raise BadIndex("the file is empty")

    monkeypatch.setattr(module, "_loaded", missing)
    (problem,) = index_problems()
    assert "the file is empty" in problem.says
