"""What the worst unsafe calls say of themselves."""

import pytest

from assay.code.semantics import Value
from assay.code.study import Called, Study
from assay.code.unsafe import fitting_copies, judge


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


def result(row: int, offset: int = 0) -> Value:
    return Value("result", row, offset)


def test_a_copy_into_memory_of_its_own_length_is_bounded():
    text, other = Value("argument", 0, 0), Value("argument", 1, 0)

    def fitting(*, room: int, copied: Value, target: Value, maker: str = "malloc") -> list[int]:
        one = Study(0)
        one.calls = [
            Called(1, 0, 0, "strlen", (text,)),
            Called(2, 0, 0, maker, (result(1, room),)),
            Called(3, 0, 0, "strcpy", (target, copied)),
        ]
        return list(fitting_copies(one))

    assert fitting(room=1, copied=text, target=result(2)) == [3]
    assert fitting(room=0, copied=text, target=result(2)) == []
    assert fitting(room=1, copied=other, target=result(2)) == []
    assert fitting(room=1, copied=text, target=result(2, 4)) == []
    assert fitting(room=1, copied=text, target=Value("stack", 0, 8)) == []
    assert fitting(room=1, copied=text, target=result(2), maker="atoi") == []


def test_a_copy_has_to_fit_on_every_way_there():
    text = Value("argument", 0, 0)
    one = Study(0)
    one.calls = [
        Called(1, 0, 0, "strlen", (text,)),
        Called(2, 0, 0, "malloc", (result(1, 1),)),
        Called(3, 0, 0, "strcpy", (Value("stack", 0, 8), text)),
        Called(3, 0, 0, "strcpy", (result(2), text)),
    ]
    assert list(fitting_copies(one)) == []
