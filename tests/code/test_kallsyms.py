"""The symbol table of a kernel, made as scripts/kallsyms.c lays it out, in all its variants."""

import struct
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from assay import _native
from assay.code import kallsyms_names
from assay.code.kallsyms import read_kallsyms
from assay.code.kernelnames import place

COUNT = 700
BASE = 0xC0008000
NAMES = [f"{'TtDd'[n % 4]}{'driver' if n % 3 else 'vfs'}_{n}" for n in range(COUNT)]
OFFSETS = [16 * n + n % 3 * 4 for n in range(COUNT)]
PAIRS = ["driver", "vfs_", "dr", "er_"]


def tokens():
    """Return 256 token texts: single characters at their codes, longer ones in free places."""
    texts = [chr(n) if 0x20 <= n < 0x7F else f"#{n}" for n in range(256)]
    for place_of, text in enumerate(PAIRS):
        texts[1 + place_of] = text
    return [text.encode() for text in texts]


def compressed(name):
    out, at = [], 0
    while at < len(name):
        pair = next((n for n, text in enumerate(PAIRS) if name.startswith(text, at)), None)
        out.append(ord(name[at]) if pair is None else pair + 1)
        at += 1 if pair is None else len(PAIRS[pair])
    return bytes([len(out), *out])


def padded(data, to):
    return data + bytes(-len(data) % to)


def image(order="<", size=4, *, relative=False, behind=False, marks=4, align=8):
    """Return bytes in front of it, and a symbol table."""
    word = {4: "I", 8: "Q"}
    high = BASE if size == 4 else 0xFFFFFFFF00000000 | BASE
    if relative:
        where = padded(struct.pack(f"{order}{COUNT}I", *OFFSETS), align)
        where += struct.pack(order + word[size], high)
    else:
        values = [high + offset for offset in OFFSETS]
        where = struct.pack(f"{order}{COUNT}{word[size]}", *values)
    where = padded(where, align)
    packed = [compressed(name) for name in NAMES]
    ends = np.cumsum([0, *map(len, packed)])[:COUNT:256].tolist()
    texts = tokens()
    starts = [0]
    for text in texts[:-1]:
        starts.append(starts[-1] + len(text) + 1)
    parts = [
        padded(struct.pack(order + "I", COUNT), align),
        padded(b"".join(packed), align),
        padded(struct.pack(f"{order}{len(ends)}{word[marks]}", *ends), align),
        padded(b"".join(text + b"\0" for text in texts), align),
        padded(struct.pack(f"{order}256H", *starts), align),
    ]
    parts = [*parts, where] if behind else [where, *parts]
    return b"some code and text \0 0123" * 40 + bytes(8) + b"".join(parts) + b"\xff" * 64


VARIANTS = [
    {},
    {"order": ">"},
    {"order": ">", "align": 16},
    {"relative": True},
    {"relative": True, "order": ">", "align": 16},
    {"relative": True, "behind": True},
    {"size": 8, "marks": 8},
    {"size": 8, "relative": True},
    {"size": 8, "relative": True, "behind": True},
]


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_every_variant_gives_all_names_and_addresses(variant):
    found = read_kallsyms(np.frombuffer(image(**variant), np.uint8), 8 * variant.get("size", 4))
    assert [kind + name for kind, name in zip(found.kinds, found.names, strict=True)] == NAMES
    steps = [second - first for first, second in pairwise(found.addresses.tolist())]
    assert steps == [second - first for first, second in pairwise(OFFSETS)]
    assert int(found.addresses[0]) & 0xFFFFFFFF == BASE


def told(data, bits):
    """Return what the compiled form and its twin read."""
    with pytest.MonkeyPatch.context() as patch:
        quick = read_kallsyms(np.frombuffer(data, np.uint8), bits)
        patch.setattr(kallsyms_names, "_kernel", lambda: None)
        plain = read_kallsyms(np.frombuffer(data, np.uint8), bits)
    return [one and (one.addresses.tolist(), one.kinds, one.names) for one in (quick, plain)]


@pytest.mark.skipif(_native.library() is None, reason="no compiled kernels here")
@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_kernel_and_twin_agree(variant):
    # What stands behind the markers decides: names are found, and not taken, further in front.
    torn = image(**variant).replace(b"device", b"") + image(**variant)
    for data in (image(**variant), torn, image(**variant)[64:-700]):
        quick, plain = told(data, 8 * variant.get("size", 4))
        assert quick == plain


@pytest.mark.parametrize("cut", [400, 433, 500])
def test_a_torn_index_gives_nothing(cut):
    assert read_kallsyms(np.frombuffer(image()[:-cut], np.uint8), 32) is None


def test_functions_are_put_where_they_begin():
    found = read_kallsyms(np.frombuffer(image(), np.uint8), 4 * 8)
    functions = [at for at, name in zip(OFFSETS, NAMES, strict=True) if name[0] in "Tt"]
    starts = np.array([at + 0x3000 for at in functions[::2]], dtype=np.int64)
    placed = place(found, starts, 1 << 20)
    assert placed.base == BASE - 0x3000
    assert placed.offsets.tolist() == [at + 0x3000 for at in functions]
    assert place(found, np.arange(1, 4000, 64), 1 << 20) is None


def test_what_is_no_table_gives_nothing():
    noise = np.random.default_rng(3).integers(0, 256, 1 << 16, dtype=np.uint8)
    assert read_kallsyms(noise, 32) is None
    digits = b"".join(b"%d\0" % n for n in range(10))
    assert read_kallsyms(np.frombuffer(digits * 4000, np.uint8), 32) is None


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1 << 15), st.integers(0, 255)), max_size=12))
def test_endures_anything(changes):
    data = bytearray(image(relative=True))
    for at, value in changes:
        data[at % len(data)] = value
    quick, plain = told(bytes(data), 32)
    assert quick == plain
    assert quick is None or len(quick[2]) == len(quick[0])


@pytest.mark.skipif(_native.library() is None, reason="no compiled kernels here")
def test_kernel_and_twin_agree_on_kernels_of_images(corpus):
    data = (corpus / "images" / "openwrt-ar71xx-tiny-vmlinux.bin").read_bytes()
    quick, plain = told(data, 32)
    assert quick == plain
    assert quick is None or len(quick[2]) > 5000
