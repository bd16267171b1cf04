"""Bare images: processor, load address and names are worked out from the bytes."""

import numpy as np

from assay.code import index_raw
from assay.code.raw import guess_processor


def test_finds_processor_and_base(fixtures, truth):
    data = (fixtures / "bare.bin").read_bytes()
    guess = guess_processor(data)
    assert (guess.machine, guess.order) == (8, ">")
    found = index_raw(data)
    assert found.program.memory.areas[0].start == 0x80004000
    starts = set(found.functions.starts.tolist())
    assert {at for at in truth["bare"].values() if at not in starts} == set()


def test_names_functions_by_a_symbol_table(fixtures, truth):
    found = index_raw((fixtures / "bare.bin").read_bytes())
    named = {found.name(at): at for at in truth["bare"].values()}
    expected = {name: at for name, at in truth["bare"].items() if name != "_start"}
    assert expected
    assert {name: at for name, at in named.items() if name in expected} == expected


def test_noise_is_no_code():
    noise = np.random.default_rng(7).integers(0, 256, 1 << 18, dtype=np.uint8)
    assert index_raw(noise.tobytes()) is None


def test_a_real_kernel(corpus):
    data = (corpus / "images" / "openwrt-ar71xx-tiny-vmlinux.bin").read_bytes()
    found = index_raw(data)
    assert found.program.memory.areas[0].start == 0x80060000
    assert len(found.functions) > 10_000
