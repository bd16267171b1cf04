"""Changed numbers are told from published ones, whole, shortened or left out."""

from assay.code.access import standards
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
