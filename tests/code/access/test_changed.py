"""Changed numbers are told from published ones, whole, shortened or left out."""

from hypothesis import given, strategies

from assay.code.access import changed, standards
from assay.code.access.changed import changed_standards
from assay.code.access.standards import curves

FILL = b"\x90\x11" * 50


def numbers(name: str) -> dict[str, bytes]:
    size = (curves()[name]["p"].bit_length() + 7) // 8
    return {key: value.to_bytes(size, "big") for key, value in curves()[name].items()}


def held(*parts: bytes) -> bytes:
    return FILL + b"".join(parts) + FILL


def test_published_curves_raise_nothing():
    for name in curves():
        one = numbers(name)
        assert changed_standards(held(one["p"], one["b"], one["x"], one["y"], one["n"])) == ()
        assert changed_standards(held(one["b"], one["n"])) == ()


def test_a_changed_half_of_the_base_point():
    one = numbers("P-256")
    other = one["x"][:16] + bytes(range(16))
    (way,) = changed_standards(held(one["p"], one["b"], other, one["y"], one["n"]))
    assert way.compare_offset == len(FILL) + 64
    assert "base point (x) of P-256" in way.trigger


def test_a_replaced_half_of_the_base_point():
    one = numbers("P-384")
    other = bytes(range(7, 55))
    (way,) = changed_standards(held(one["b"], one["x"], other, one["n"]))
    assert way.compare_offset == len(FILL) + 96
    assert "base point (y)" in way.trigger


def test_another_point_of_the_curve():
    one = numbers("P-256")
    (way,) = changed_standards(held(one["b"], one["qx"], one["qy"], one["n"]))
    assert "another one" in way.trigger or "not the published" in way.trigger


def test_changed_tables_and_primes():
    data = standards._data()
    for one in (*data["modulus"][2:5], *data["table"]):
        right = bytes.fromhex(one["value"])
        wrong = right[:40] + b"\x01\x02\x03" + right[43:]
        assert changed_standards(held(right)) == ()
        (way,) = changed_standards(held(wrong))
        assert one["name"] in way.trigger
        assert way.compare_offset == len(FILL)


def test_half_a_table_is_no_change():
    right = bytes.fromhex(standards._data()["table"][2]["value"])
    assert changed_standards(held(right[:96])) == ()


def value_of(kind: str, name: str) -> bytes:
    (one,) = [each for each in standards._data()[kind] if each["name"] == name]
    return bytes.fromhex(one["value"])


def test_half_of_the_rows_of_a_table_are_others():
    box = value_of("table", "AES S-box")
    rows = bytes(byte ^ 0x5A for byte in box[96:224])
    (way,) = changed_standards(held(box[:96] + rows + box[224:]))
    assert "AES S-box" in way.trigger
    assert "128 of 256 bytes differ" in way.trigger


def test_lower_halves_of_words_are_others():
    words = bytearray(value_of("table", "SHA-256 round constants"))
    for at in range(160, 248, 4):
        words[at + 1 : at + 4] = bytes(byte ^ 0x31 for byte in words[at + 1 : at + 4])
    (way,) = changed_standards(held(bytes(words)))
    assert "SHA-256" in way.trigger


def test_single_words_of_a_prime_are_others():
    prime = bytearray(value_of("modulus", "RFC 2409 group 2"))
    for at in (16, 28, 52, 60, 88, 100):
        prime[at : at + 4] = bytes(byte ^ 0x6D for byte in prime[at : at + 4])
    (way,) = changed_standards(held(bytes(prime)))
    assert "24 of 128 bytes differ" in way.trigger


def test_the_words_of_a_literal_pool_are_no_change():
    words = value_of("table", "SHA-256 round constants")
    moved = [words[at : at + 4] for at in range(0, 256, 4)]
    pool = b"".join(moved[:20]) + b"\x01\x02\x03\x04" * 5 + b"".join(moved[25:])
    assert changed_standards(held(pool, *moved[20:25])) == ()


@given(
    strategies.binary(max_size=24).map(lambda one: one.translate(bytes(range(3)) * 85 + b"\0")),
    strategies.lists(
        strategies.lists(strategies.integers(0, 2), min_size=4, max_size=4).map(bytes),
        min_size=1,
        max_size=6,
    ),
)
def test_words_that_stand_nearby_are_counted(near, words):
    assert changed._standing(near, words) == sum(word in near for word in words)
