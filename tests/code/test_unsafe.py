"""What the worst unsafe calls say of themselves."""

import pytest

from assay.code.unsafe import judge


def test_strncat_has_a_bound_of_its_own():
    rank, why = judge("strncat", "strcpy", (None, None), 16)
    assert 0 < rank < judge("strcpy", "strcpy", (None, None), None)[0]
    assert "without a bound" not in why


@pytest.mark.parametrize(
    ("name", "family", "texts", "size", "harmless"),
    [
        ("strcpy", "strcpy", (None, b"text"), None, True),
        ("strcpy", "strcpy", (None, None), None, False),
        ("sprintf", "sprintf", (None, b"%d"), None, True),
        ("sprintf", "sprintf", (None, b"%s"), None, False),
        ("sscanf", "scanf", (None, b"%15d"), None, True),
        ("sscanf", "scanf", (None, b"%s"), None, False),
        ("memcpy", "memcpy", (None, None), 16, True),
        ("memcpy", "memcpy", (None, None), None, False),
        ("system", "command", (b"reboot", None), None, True),
        ("system", "command", (None, None), None, False),
    ],
)
def test_constants_make_a_call_harmless(name, family, texts, size, harmless):
    assert (judge(name, family, texts, size)[0] == 0) is harmless
