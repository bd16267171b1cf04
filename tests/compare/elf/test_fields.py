"""Address fields: what is kept beside the code is what would be found afresh."""

import numpy as np
import pytest
from tests.compare.elf.modules import TARGETS, program

from assay.compare.elf.fields import fields_of, loose_mask, masked, words_of
from assay.compare.elf.half import read_half


@pytest.mark.parametrize("target", TARGETS)
def test_the_loose_mask_does_not_depend_on_where_chunks_begin(target: str) -> None:
    half, other = (read_half(program("base", target)) for _ in range(2))
    before = loose_mask(half).copy()
    strict = fields_of(half).mask
    assert (before & strict == strict).all()
    assert (before != strict).any()
    other.code.cut(other.code.starts[:1])
    assert np.array_equal(loose_mask(other), before)
    half.code.cut(half.code.starts[:1])
    assert loose_mask(half) is loose_mask(half)
    assert np.array_equal(loose_mask(half), before)


@pytest.mark.parametrize("target", TARGETS)
def test_words_are_those_of_the_code_and_cannot_be_changed(target: str) -> None:
    half = read_half(program("base", target))
    words = words_of(half)
    code = half.code
    for row in range(0, code.pos.size, 37):
        at = min(int(code.pos[row]), code.bytes.size - 4)
        assert int(words[row]) == int.from_bytes(code.bytes[at : at + 4].tobytes(), "little")
    with pytest.raises(ValueError, match="read-only"):
        words[0] = 1


@pytest.mark.parametrize("target", TARGETS)
def test_masks_of_rows_become_masks_of_bytes(target: str) -> None:
    half = read_half(program("base", target))
    code = half.code
    size = half.index.listing.size[code.rows]
    rng = np.random.default_rng(3)
    masks = rng.integers(0, 1 << 32, code.rows.size)
    found = masked(half, masks)
    expected = np.full(code.bytes.size, 0xFF, dtype=np.uint8)
    for row in range(code.rows.size):
        for step in range(int(size[row])):
            at = min(int(code.pos[row]) + step, expected.size - 1)
            expected[at] = int(masks[row]) >> 8 * step & 0xFF if step < 4 else 0
    assert np.array_equal(found, expected)
