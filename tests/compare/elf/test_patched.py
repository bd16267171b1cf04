"""Programs of which only code was patched: the short way says what the whole proof says."""

from pathlib import Path

import numpy as np
import pytest

from assay.code.listing import NOP
from assay.compare.elf import judgement
from assay.compare.elf.half import part_of, read_half
from assay.compare.elf.judgement import compare_programs
from assay.compare.elf.modes import agree_on_modes
from assay.compare.elf.patched import closed_bytes, patched
from assay.compare.elf.paths import walker_of

HERE = Path(__file__).resolve().parent / "programs"
TARGETS = ("x86_64-linux-gnu", "aarch64-linux-gnu", "arm-linux-gnueabihf", "mipsel-linux-gnu")
STEP = 23


def program(target):
    return (HERE / f"base-{target}").read_bytes()


def changed(data, at, content):
    return data[:at] + content + data[at + len(content) :]


def text_of(data):
    return read_half(data).zone(".text")


def short_way(a, b):
    halves = read_half(a), read_half(b)
    agree_on_modes(*halves)
    return patched(*halves)


@pytest.mark.parametrize("bit", [1, 4, 64])
@pytest.mark.parametrize("target", TARGETS)
def test_a_patch_is_told_as_by_the_whole_proof(target, bit, monkeypatch):
    a = program(target)
    zone = text_of(a)
    places = range(zone.offset, zone.offset + zone.size, 4 * STEP)
    others = [changed(a, at + 3, bytes([a[at + 3] ^ bit])) for at in places]
    short = [compare_programs("x", a, b) for b in others]
    assert sum(short_way(a, b) is not None for b in others) > len(others) // 4
    monkeypatch.setattr(judgement, "patched", lambda *_: None)
    for b, one in zip(others, short, strict=True):
        assert compare_programs("x", a, b) == one


@pytest.mark.parametrize("target", TARGETS)
def test_two_functions_that_changed_are_both_named(target, monkeypatch):
    a = program(target)
    zone = text_of(a)
    first, second = zone.offset + zone.size // 4 & -4, zone.offset + zone.size * 3 // 4 & -4
    b = changed(changed(a, first, bytes([a[first] ^ 1])), second, bytes([a[second] ^ 1]))
    one = compare_programs("x", a, b)
    assert one.level == "D"
    monkeypatch.setattr(judgement, "patched", lambda *_: None)
    assert compare_programs("x", a, b) == one


@pytest.mark.parametrize("target", TARGETS)
def test_no_equivalence_is_told_the_short_way(target):
    a = program(target)
    assert short_way(a, a) is None
    half = read_half(a)
    zone = half.zone(".text")
    # Padding may do nothing in another way.
    solid = half.index.listing.op[half.code.rows] != NOP
    inside = (half.code.address >= zone.address) & (half.code.address < zone.end)
    for address in half.code.address[solid & inside].tolist()[::5]:
        at = zone.offset + address - zone.address
        b = changed(a, at, bytes([a[at] ^ 1]))
        assert compare_programs("x", a, b).level in {"D", "I"}, hex(address)


def test_a_call_with_a_bit_that_no_call_may_have_is_not_the_call():
    a = program("arm-linux-gnueabihf")
    zone = text_of(a)
    # BLX of Thumb: the lowest bit of the second half-word has to be zero.
    text = range(zone.offset, zone.offset + zone.size, 2)
    words = [at for at in text if a[at + 1] & 0xF8 == 0xF0 and a[at + 3] & 0xD0 == 0xC0]
    assert words
    for at in words:
        b = changed(a, at + 2, bytes([a[at + 2] ^ 1]))
        assert compare_programs("x", a, b).level == "D", hex(at)


def test_a_slot_that_the_loader_fills_is_not_another_one():
    a = program("arm-linux-gnueabihf")
    slot, word = (0x30).to_bytes(4, "little"), (0x31).to_bytes(4, "little")
    at = a.index(slot, text_of(a).offset)
    outcome = compare_programs("x", a, changed(a, at, word))
    assert outcome.level == "I"
    assert "the section .rel.dyn does not follow" in outcome.reason


@pytest.mark.parametrize(
    "name", [".rodata", ".data", ".dynsym", ".comment", ".symtab", ".shstrtab"]
)
@pytest.mark.parametrize("target", TARGETS)
def test_other_bytes_that_changed_are_left_to_the_whole_proof(target, name):
    a = program(target)
    half = read_half(a)
    zone = half.zone(".text")
    section = next((one for one in half.elf.sections if one.name == name and one.size), None)
    if section is None:
        pytest.skip(f"the program has no {name}")
    at = zone.offset + zone.size // 2 & -4
    b = changed(a, at, bytes([a[at] ^ 1]))
    last = section.offset + section.size - 1
    assert short_way(a, changed(b, last, bytes([a[last] ^ 1]))) is None


def test_functions_that_changed_places_are_left_to_the_whole_proof():
    a = program("aarch64-linux-gnu")
    half = read_half(a)
    starts, ends = half.code.starts, half.code.ends
    sizes = (ends - starts).tolist()
    twins = [(i, j) for i in range(len(sizes)) for j in range(i) if sizes[i] == sizes[j] > 16]
    place = half.code.place(starts).tolist()
    zone = half.zone(".text")
    base = int(half.code.place(np.array([zone.address]))[0])
    for i, j in twins:
        one, two = (zone.offset + place[n] - base for n in (i, j))
        left, right = a[one : one + sizes[i]], a[two : two + sizes[i]]
        if left != right:
            b = changed(changed(a, one, right), two, left)
            assert short_way(a, b) is None


@pytest.mark.parametrize("target", TARGETS)
def test_what_a_change_leaves_alone_is_marked(target):
    a = program(target)
    zone = text_of(a)
    at = zone.offset + zone.size // 2 & -4
    b = changed(a, at + 3, bytes([a[at + 3] ^ 1]))
    state = short_way(a, b)
    if state is None:
        pytest.skip("the change leads elsewhere")
    stayed = closed_bytes(state)
    left, right = state.a.code.bytes, state.b.code.bytes
    assert stayed.any()
    assert not stayed.all()
    assert np.array_equal(left[stayed], right[stayed])
    # Bytes of both sides that nobody looked at are in no chunk with a change.
    assert not (stayed & (left != right)).any()


@pytest.mark.parametrize("target", TARGETS)
def test_the_paths_of_a_part_are_those_of_the_whole(target):
    half = read_half(program(target))
    chosen = np.zeros(len(half.code), dtype=np.bool_)
    chosen[1::2] = True
    part = part_of(half, chosen)
    assert np.array_equal(part.code.bytes, half.code.bytes)
    rows = np.searchsorted(half.code.rows, part.code.rows)
    read = half.index.listing.ra[part.code.rows]
    asked = 0
    for user in range(0, rows.size, 3):
        register = int(read[user])
        if register >= 32:
            continue
        wanted = walker_of(half).definitions(int(rows[user]), register)
        found = walker_of(part).definitions(user, register)
        assert (None if found is None else set(rows[sorted(found)].tolist())) == wanted
        asked += bool(found)
    assert asked
