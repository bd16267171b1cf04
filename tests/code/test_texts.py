"""Strings of a program by their addresses: whole, cut, and none where nothing is mapped."""

import numpy as np
import pytest

from assay.code.elf import read_elf
from assay.code.loader import load
from assay.code.texts import Texts

from .conftest import FOLDER


@pytest.fixture
def texts():
    return Texts(load(read_elf((FOLDER / "x86-64-hidden.elf").read_bytes())))


def address_of(texts, wanted):
    for area in texts.program.memory.areas:
        place = area.data.tobytes().find(wanted)
        if place >= 0:
            return area.start + place
    raise AssertionError(wanted)


def test_a_string_ends_at_its_nul(texts):
    at = address_of(texts, b"recvfrom\0")
    assert texts.text(at) == b"recvfrom"
    assert texts.text(at + 4) == b"from"
    assert texts.text(at + 8) == b""


def test_no_more_than_the_limit_is_read(texts):
    assert texts.text(address_of(texts, b"recvfrom\0"), 4) == b"recv"


def test_the_end_of_an_area_ends_a_string(texts):
    area = texts.program.memory.areas[-1]
    assert texts.text(area.end - 1, 64) == bytes(area.data[-1:]).rstrip(b"\0")


def test_nothing_stands_outside_the_program(texts):
    assert texts.text(1 << 40) == b""
    assert texts.length(1 << 40) == 0


def test_lengths_of_many_addresses_at_once(texts):
    at = address_of(texts, b"recvfrom\0")
    found = texts.lengths(np.array([at, at + 4, at + 8, 1 << 40], dtype=np.int64))
    assert found.tolist() == [8, 4, 0, 0]
