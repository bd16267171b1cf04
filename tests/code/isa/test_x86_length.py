"""Lengths of x86 instructions, against a decoder of another make."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from assay.code.elf import read_elf
from assay.code.isa.x86_length import follow, shapes


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
