"""Names of symbol tables: the kernel and its twin say the same, of damaged files too."""

import struct
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from assay import _native
from assay.inventory.elf import symbols
from assay.inventory.elf.layout import SHT_SYMTAB, Headers, Section, read_headers

SAMPLES = Path(__file__).parent.parent / "fixtures" / "elf"
NAMES = ("weak.mips", "hard.arm", "library.x86-64", "module.mips")


@pytest.fixture(autouse=True)
def compiled():
    if _native.library() is None:
        pytest.skip("no compiled kernels here")


def both(headers):
    found = []
    tables = [symbols.dynamic_table(headers)]
    tables.append(symbols.section_table(headers, SHT_SYMTAB))
    for table in tables:
        if table is not None:
            kernel = symbols._by_kernel(headers, table)
            found.append((kernel, symbols._by_arrays(headers, table)))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_kernel_and_twin_agree_on_programs(name):
    found = both(read_headers((SAMPLES / name).read_bytes()))
    assert any(imports.names for (imports, _), _ in found)
    assert all(kernel == twin for kernel, twin in found)


def test_kernel_and_twin_agree_on_programs_of_images(corpus):
    tried = 0
    with tarfile.open(corpus / "rootfs" / "tenda-AC10.tar.xz") as archive:
        for member in archive:
            content = archive.extractfile(member).read() if member.isfile() else b""
            headers = read_headers(content)
            for kernel, twin in both(headers) if headers is not None else ():
                assert kernel == twin
                tried += 1
    assert tried > 20


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(NAMES),
    st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), max_size=24),
    st.integers(0, 1 << 20),
)
def test_kernel_and_twin_agree_on_damaged_programs(name, changes, cut):
    content = bytearray((SAMPLES / name).read_bytes())
    for place, value in changes:
        content[place % len(content)] = value
    headers = read_headers(bytes(content[: len(content) - cut % 4096]))
    for kernel, twin in both(headers) if headers is not None else ():
        assert kernel is None or kernel == twin


def made(rows, names, bits=32, mark="<"):
    """Return headers of a file whose table of symbols has *rows* (name, info, other, section)."""
    if bits == 32:
        packed = [struct.pack(f"{mark}IIIBBH", name, 0, 0, *rest) for name, *rest in rows]
    else:
        packed = [struct.pack(f"{mark}IBBHQQ", name, *rest, 0, 0) for name, *rest in rows]
    body = b"".join(packed)
    content = bytes(64) + body + names
    found = Headers(content, bits, mark, 0, 2, 8, 0, 0, 0, 0)
    strings = Section("", 3, 0, 0, 64 + len(body), len(names), 0)
    found.sections = (strings, Section("", 2, 0, 0, 64, len(body), 0))
    return found


ROWS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 255), st.integers(0, 255), st.integers(0, 2)),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(ROWS, st.binary(max_size=40), st.sampled_from([32, 64]), st.sampled_from("<>"))
def test_kernel_and_twin_agree_on_made_up_tables(rows, names, bits, mark):
    for kernel, twin in both(made(rows, names, bits, mark)):
        assert kernel is None or kernel == twin


def test_the_first_of_equal_names_counts_and_names_are_in_order_of_bytes():
    names = b"\0beta\0alpha\0beta\0b\xe9ta\0"
    rows = [(12, 0x12, 0, 0), (1, 0x12, 0, 0), (6, 0x12, 0, 0), (17, 0x12, 0, 0), (2, 0x12, 0, 1)]
    ((kernel, twin),) = both(made(rows, names))
    assert kernel == twin
    assert kernel[0].names == ("alpha", "beta", "b\xe9ta")
    assert kernel[1].names == ("eta",)
    start = 64 + 16 * len(rows)
    assert kernel[0].offsets == (start + 6, start + 12, start + 17)


def test_too_many_names_are_left_to_the_twin_and_cut():
    count = symbols.MOST_IMPORTS + 5
    names = b"".join(b"n%04d\0" % one for one in range(count))
    rows = [(6 * one, 0x12, 0, 0) for one in range(count)]
    ((kernel, twin),) = both(made(rows, names))
    assert kernel is None
    assert twin[0].cut
    assert len(twin[0].names) == symbols.MOST_IMPORTS


def test_names_that_overlap_without_end_need_no_room():
    rows = [(one, 0x12, 0, 0) for one in range(3000)]
    headers = made(rows, b"x" * 4000 + b"\0")
    ((kernel, twin),) = both(headers)
    assert kernel is None or kernel == twin
    assert symbols.read_symbols(headers) == twin
