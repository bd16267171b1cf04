"""Lengths of x86 instructions, against a decoder of another make."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from assay._native import library
from assay.code.elf import read_elf
from assay.code.isa import x86_length
from assay.code.isa.x86_length import follow, followed, shapes, shapes_at


@pytest.mark.parametrize(("target", "bits"), [("x86", 32), ("x86-64", 64)])
def test_equals_iced_on_real_code(fixtures, target, bits):
    iced_x86 = pytest.importorskip("iced_x86", reason="iced-x86 has wheels for x86-64 only")
    elf = read_elf((fixtures / f"{target}-hidden.elf").read_bytes())
    code = np.array(elf.body(elf.section(".text")))
    found = shapes(code, bits)
    for instruction in iced_x86.Decoder(bits, code.tobytes()):
        assert found.length[instruction.ip] == instruction.len, str(instruction)
    rows = follow(found.length, [0], code.size)
    assert len(rows) == sum(1 for _ in iced_x86.Decoder(bits, code.tobytes()))


@pytest.mark.parametrize(
    ("code", "length"),
    [
        ("c3", 1),
        ("0f1f840000000000", 8),
        ("48b88877665544332211", 10),
        ("66c7450012 34".replace(" ", ""), 6),
        ("f6c101", 3),
        ("f7c101000000", 6),
        ("f7d9", 2),
        ("c5f877", 3),
        ("c4e2f1f7c0", 5),
        ("62f17c48100424", 7),
        ("660f3a0fc108", 6),
        ("f30f1efa", 4),
        ("664881c3feffffff", 8),
    ],
)
def test_known_instructions(code, length):
    data = np.frombuffer(bytes.fromhex(code), dtype=np.uint8)
    assert shapes(data, 64).length[0] == length


@settings(max_examples=50, deadline=None)
@given(st.binary(min_size=1, max_size=300), st.sampled_from((32, 64)))
def test_never_reads_beyond_the_code(data, bits):
    code = np.frombuffer(data, dtype=np.uint8)
    found = shapes(code, bits)
    assert int(found.length.max()) <= 15
    assert bool(np.all(np.arange(code.size) + found.length <= code.size))
    assert bool(np.all(found.length >= 0))


COLUMNS = ("length", "opcode", "at", "rex", "small", "immediate")


def in_numpy(monkeypatch):
    monkeypatch.setattr(x86_length, "kernel", lambda *_: None)


def agree(one, other):
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in COLUMNS)


@pytest.mark.skipif(library() is None, reason="no compiled kernels")
@settings(max_examples=300, deadline=None)
@given(st.binary(min_size=1, max_size=300), st.sampled_from((32, 64)), st.data())
def test_kernel_and_numpy_read_the_same(data, bits, drawn):
    code = np.frombuffer(data, dtype=np.uint8)
    every = shapes(code, bits)
    assert agree(shapes_at(code, bits, np.arange(code.size)), every)
    heads = sorted({0, *drawn.draw(st.lists(st.integers(0, code.size), max_size=4))})
    places, found = followed(code, bits, heads)
    assert np.array_equal(places, follow(every.length, heads, code.size))
    assert agree(found, every.taken(places))


@pytest.mark.skipif(library() is None, reason="no compiled kernels")
@pytest.mark.parametrize("bits", [32, 64])
def test_kernel_and_numpy_read_every_opcode_the_same(bits):
    # Each two bytes, behind each kind of prefix, before each kind of operand.
    first, second = np.meshgrid(np.arange(256), np.arange(256), indexing="ij")
    for head in ([], [0x66], [0x48], [0x66, 0x48], [0x0F], [0xF3] * 5, [0x2E] * 6, [0xC4, 0xE1]):
        for tail in ([0x04, 0x25], [0x84, 0x24], [0x45, 0x05], [0xC0, 0x0D]):
            around = [np.full(first.size, byte) for byte in (*head,)]
            behind = [np.full(first.size, byte) for byte in (*tail, *[0] * 16)]
            rows = np.stack([*around, first.ravel(), second.ravel(), *behind], axis=1)
            code = rows.astype(np.uint8).ravel()
            places = np.arange(first.size) * rows.shape[1]
            assert agree(shapes_at(code, bits, places), shapes(code, bits).taken(places))


@pytest.mark.skipif(library() is None, reason="no compiled kernels")
def test_numpy_is_used_without_a_kernel(monkeypatch, fixtures):
    elf = read_elf((fixtures / "x86-64-hidden.elf").read_bytes())
    code = np.array(elf.body(elf.section(".text")))
    places, found = followed(code, 64, [0, 16])
    in_numpy(monkeypatch)
    again, plain = followed(code, 64, [0, 16])
    assert np.array_equal(places, again)
    assert agree(found, plain)


@pytest.mark.skipif(library() is None, reason="no compiled kernels")
def test_kernel_refuses_what_lies_outside():
    code = np.zeros(8, dtype=np.uint8)
    with pytest.raises(IndexError):
        shapes_at(code, 64, np.array([8]))
