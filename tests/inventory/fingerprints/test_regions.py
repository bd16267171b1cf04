"""Where features come from: data and own names count, imported names do not."""

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from assay.inventory.fingerprints.features import NAME, STRING, hash_texts
from assay.inventory.fingerprints.regions import features_of
from assay.inventory.kinds import elf

SAMPLES = Path(__file__).parent.parent / "fixtures" / "elf"
NAMES = ("weak.mips", "hard.arm", "library.x86-64", "module.mips")


@pytest.mark.parametrize("name", NAMES)
def test_own_names_count_and_imported_ones_do_not(name):
    content = (SAMPLES / name).read_bytes()
    facts = elf.examine(content)
    numbers = set(features_of(content)[0].numbers.tolist())
    imported = [one.encode() for one in facts.imports if one not in facts.exports]
    assert not numbers & set(hash_texts([one for one in imported if len(one) > 4], NAME).tolist())
    assert not numbers & set(hash_texts([one for one in imported if len(one) > 5], STRING).tolist())


def test_exports_of_a_library_are_features():
    content = (SAMPLES / "library.x86-64").read_bytes()
    facts = elf.examine(content)
    wanted = [one.encode() for one in facts.exports if len(one) > 4]
    assert wanted
    numbers = set(features_of(content)[0].numbers.tolist())
    assert set(hash_texts(wanted, NAME).tolist()) <= numbers


@pytest.mark.parametrize("name", NAMES)
def test_without_section_headers_the_strings_remain(name):
    content = (SAMPLES / name).read_bytes()
    if content[16:18] in {b"\1\0", b"\0\1"}:
        pytest.skip("object files have nothing but sections")
    bits, mark = content[4], "<" if content[5] == 1 else ">"
    at, size = (32, 4) if bits == 1 else (40, 8)
    stripped = bytearray(content)
    stripped[at : at + size] = bytes(size)
    counts = 48 if bits == 1 else 60
    struct.pack_into(mark + "H", stripped, counts, 0)
    kept = features_of(bytes(stripped))[0]
    strings = features_of(content)[0]
    expected = set(strings.numbers[strings.classes == STRING].tolist())
    assert len(expected & set(kept.numbers.tolist())) >= len(expected) * 9 // 10
    facts = elf.examine(content)
    imported = [one.encode() for one in facts.imports if len(one) > 5]
    assert not set(kept.numbers.tolist()) & set(hash_texts(imported, STRING).tolist())


def test_tables_that_claim_to_lie_far_outside_the_file_hold_nothing():
    content = bytearray((SAMPLES / "library.x86-64").read_bytes())
    struct.pack_into("<H", content, 56, 0)
    assert len(features_of(bytes(content))[0])
    headers = struct.unpack_from("<Q", content, 40)[0]
    for place in range(struct.unpack_from("<H", content, 60)[0]):
        struct.pack_into("<Q", content, headers + 64 * place + 24, (1 << 64) - 1)
    assert not len(features_of(bytes(content))[0])


def test_other_bytes_are_one_region():
    content = b"\xff\0Some message of a bootloader\0\x80"
    found = features_of(content)[0]
    assert found.numbers.tolist() == hash_texts([b"Some message of a bootloader"], STRING).tolist()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_files_raise_nothing(data):
    content = bytearray((SAMPLES / data.draw(st.sampled_from(NAMES))).read_bytes())
    for _ in range(data.draw(st.integers(1, 12))):
        content[data.draw(st.integers(4, min(len(content), 400) - 1))] = data.draw(
            st.integers(0, 255)
        )
    features_of(bytes(content[: data.draw(st.integers(0, len(content)))]))
