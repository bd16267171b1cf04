"""Texts that came and went are a hint beside bytes that nobody takes apart."""

from assay.compare.files import compare_contents
from assay.compare.texts import changed_texts


def test_texts_of_one_side_only():
    a, b = b"\0same text\0\1old version 1\0", b"\0same text\0\2new version 2\0"
    assert changed_texts(a, b) == ("-old version 1", "+new version 2")


def test_random_bytes_are_no_texts():
    assert changed_texts(b"\0=[]{};'#~\0", b'\0"!$^&*()\0') == ()


def test_data_show_them():
    a = bytes(range(128, 255)) + b"Linux version 2.6.15\0" + bytes(40)
    b = bytes(range(128, 255)) + b"Linux version 2.6.36\0" + bytes(range(200, 240))
    lines = compare_contents("kernel", a, b).changes[0].lines
    assert "-Linux version 2.6.15" in lines
    assert "+Linux version 2.6.36" in lines
