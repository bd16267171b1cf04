"""The published constants are what their standards say, and are found however they are written."""

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, strategies

from assay.code.access import standards
from assay.code.access.standards import curves, places, written

KNOWN = {
    "P-192": ec.SECP192R1, "P-224": ec.SECP224R1, "P-256": ec.SECP256R1, "P-384": ec.SECP384R1,
    "P-521": ec.SECP521R1, "secp256k1": ec.SECP256K1, "brainpoolP256r1": ec.BrainpoolP256R1,
    "brainpoolP384r1": ec.BrainpoolP384R1, "brainpoolP512r1": ec.BrainpoolP512R1,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(curves()))
def test_base_points_lie_on_their_curves(name):
    curve = curves()[name]
    for x, y in (("x", "y"), ("qx", "qy")):
        if x in curve:
            left = curve[y] ** 2 - curve[x] ** 3 - curve["a"] * curve[x] - curve["b"]
            assert left % curve["p"] == 0


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_base_points_are_those_of_the_library(name):
    try:
        point = ec.derive_private_key(1, KNOWN[name]()).public_key().public_numbers()
    except Exception:  # noqa: BLE001 - whatever the library says of a curve it leaves out
        pytest.skip("the library was built without this curve")
    assert (point.x, point.y) == (curves()[name]["x"], curves()[name]["y"])


def test_moduli_are_prime_as_far_as_fermat_tells():
    for one in standards._data()["modulus"]:
        number = int(one["value"], 16)
        assert number.bit_length() in (768, 1024, 1536, 2048, 3072, 4096, 6144, 8192)
        if number.bit_length() <= 2048:
            assert pow(3, number - 1, number) == 1


def test_tables_are_as_published():
    tables = {one["name"]: bytes.fromhex(one["value"]) for one in standards._data()["table"]}
    box, inverse = tables["AES S-box"], tables["AES inverse S-box"]
    assert all(inverse[box[at]] == at for at in range(256))
    assert box[:4] == bytes.fromhex("637c777b")
    assert tables["SHA-256 round constants"][:4] == bytes.fromhex("428a2f98")
    assert tables["SHA-512 round constants"][4:8] == bytes.fromhex("d728ae22")
    assert tables["MD5 round constants"][:4] == bytes.fromhex("d76aa478")


def test_finds_every_way_of_writing():
    number = curves()["P-256"]["x"].to_bytes(32, "big")
    for order, content in written(number):
        found = places(b"\x5a" * 77 + content + b"\x5a" * 40)
        assert [(one.form.order, one.offset, one.exact) for one in found if one.exact] == [
            (order, 77, True)
        ]


def test_finds_nothing_in_other_data():
    assert places(bytes(range(256)) * 64) == []
    assert places(b"abc") == []


@pytest.mark.parametrize("at", range(9))
def test_pieces_are_found_wherever_they_stand(at):
    number = curves()["P-256"]["x"].to_bytes(32)
    for before in (b"\0", b"\xa5"):
        found = places(before * at + number)
        assert [(one.form.member, one.offset) for one in found if one.exact] == [("x", at)]


def test_a_piece_with_a_word_of_zeros_is_found_at_every_place():
    value = np.array([0x44332211_00000000], dtype=np.uint64)
    parts, likely = np.zeros((2, 1 << standards.MIXED_BITS), dtype=np.bool_)
    for at in range(4):
        parts[standards._mixed((value >> np.uint64(8 * at)).astype(np.uint32))] = True
    likely[standards._mixed(value)] = True
    none = np.zeros(2, dtype=np.intp)
    known = standards.Pieces(value, parts, likely, none, none, none, ())
    piece = value.tobytes()
    for at in range(12):
        data = np.frombuffer(bytes(at) + piece + bytes(7), dtype=np.uint8)
        assert standards._hits(known, data).tolist() == [at]


@given(strategies.binary(max_size=60), strategies.integers(0, 20), strategies.data())
def test_kernel_and_columns_find_the_same(noise, at, draw):
    known = standards.pieces()
    form = draw.draw(strategies.sampled_from(known.forms))
    begin = draw.draw(strategies.integers(0, max(0, len(form.content) - 40)))
    content = noise[:at] + form.content[begin : begin + 40] + noise[at:]
    data = np.frombuffer(content, dtype=np.uint8)
    if data.size < standards.PIECE:
        return
    by_columns = standards._hits_by_columns(known, data)[: standards.MAX_HITS]
    assert standards._hits(known, data).tolist() == by_columns.tolist()


def test_no_more_places_than_the_bound_are_found(monkeypatch):
    monkeypatch.setattr(standards, "MAX_HITS", 5)
    known = standards.pieces()
    data = np.frombuffer(int(known.values[9]).to_bytes(8, "little") * 20, dtype=np.uint8)
    assert (
        standards._hits(known, data).tolist()
        == standards._hits_by_columns(known, data)[:5].tolist()
    )
