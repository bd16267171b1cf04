"""Two programs read the same ARM text in one mode, however each was guessed."""

from pathlib import Path

import pytest

from assay.code.elf import read_elf
from assay.code.index import build
from assay.code.listing import NOP
from assay.code.loader import load
from assay.compare.elf import judgement
from assay.compare.elf.half import read_half
from assay.compare.elf.judgement import compare_programs
from assay.compare.elf.modes import agree_on_modes

HERE = Path(__file__).resolve().parent / "programs"
PIECE = (0x640, 0x700)
"""A part of the Thumb code of the programs."""


def data(kind):
    return (HERE / f"{kind}-arm-linux-gnueabihf").read_bytes()


def misread(content):
    """Return a program in which a piece of Thumb code was taken for A32."""
    half = read_half(content)
    spans = []
    for start, end, thumb in half.index.program.spans:
        if start <= PIECE[0] and PIECE[1] <= end:
            spans += [(start, PIECE[0], thumb), (*PIECE, False), (PIECE[1], end, thumb)]
        else:
            spans.append((start, end, thumb))
    program = load(read_elf(content))
    program.spans = spans
    half.__dict__["index"] = build(program)
    return half


def thumb(half):
    return {
        at for start, end, mode in half.index.program.spans if mode for at in range(start, end, 2)
    }


def test_what_one_side_guessed_wrongly_is_read_again():
    a, b = read_half(data("base")), misread(data("moved"))
    right = thumb(a)
    assert thumb(b) != right
    assert agree_on_modes(a, b)
    assert thumb(a) == thumb(b) == right


def test_programs_that_agree_are_not_read_again():
    a, b = read_half(data("base")), read_half(data("moved"))
    before = a.index, b.index
    assert not agree_on_modes(a, b)
    assert (a.index, b.index) == before


def test_mapping_symbols_of_one_side_count_for_both():
    a, b = misread(data("base")), read_half(data("moved"))
    a.index.program.modes = [(PIECE[0], "a")]
    assert agree_on_modes(a, b)
    assert not thumb(b) & set(range(*PIECE))


def test_other_processors_are_left_alone():
    content = (HERE / "base-mipsel-linux-gnu").read_bytes()
    assert not agree_on_modes(read_half(content), read_half(content))


@pytest.fixture
def second_is_misread(monkeypatch):
    halves = []

    def read(content):
        halves.append(read_half(content) if len(halves) % 2 == 0 else misread(content))
        return halves[-1]

    monkeypatch.setattr(judgement, "read_half", read)


@pytest.mark.usefixtures("second_is_misread")
def test_a_misread_program_is_proven():
    assert compare_programs("x", data("base"), data("moved")).level == "E3"


@pytest.mark.usefixtures("second_is_misread")
def test_no_instruction_of_a_misread_piece_can_be_changed():
    a, b = data("base"), data("moved")
    listing = read_half(b).index.listing
    inside = (listing.address >= PIECE[0]) & (listing.address < PIECE[1]) & (listing.op != NOP)
    for at in listing.address[inside].tolist()[::2]:
        changed = bytearray(b)
        changed[at] ^= 0x04
        assert compare_programs("x", a, bytes(changed)).level in {"D", "I"}, hex(at)
