"""The kind `elf` against readelf's reading of the same files, and against damaged files."""

import re
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from assay.inventory.kinds.elf import ElfFacts, examine

SAMPLES = Path(__file__).parent.parent / "fixtures" / "elf"
NAMES = ("weak.mips", "hard.arm", "library.x86-64", "module.mips")


def facts_of(name: str) -> ElfFacts:
    facts = examine((SAMPLES / name).read_bytes())
    assert facts is not None
    return facts


def readelf_symbols(text: str) -> tuple[set[str], set[str]]:
    imports, exports = set(), set()
    rows = re.findall(
        r"^ *\d+: [0-9a-f]+ +\S+ (\w+) +(\w+) +(\w+) +(?:\[.*?\] +)?(\w+) (\S+)", text, re.MULTILINE
    )
    for kind, bind, visibility, section, name in rows:
        if bind == "LOCAL":
            continue
        if section == "UND":
            imports.add(name.partition("@")[0])
        elif visibility == "DEFAULT" and kind in {"FUNC", "OBJECT", "NOTYPE"}:
            exports.add(name.partition("@")[0])
    return imports, exports


@pytest.mark.parametrize("name", NAMES)
def test_agrees_with_readelf(name: str) -> None:
    facts = facts_of(name)
    text = (SAMPLES / f"{name}.readelf").read_text()
    imports, exports = readelf_symbols(text)
    assert set(facts.imports) == imports
    assert set(facts.exports) == exports
    assert [one.text for one in facts.needed] == re.findall(r"\(NEEDED\).*\[(.*)\]", text)
    soname = re.findall(r"\(SONAME\).*\[(.*)\]", text)
    assert ([facts.soname.text] if facts.soname else []) == soname
    identity = re.findall(r"Build ID: (\w+)", text)
    assert ([facts.build_id.text] if facts.build_id else []) == identity
    entry = re.search(r"Entry point address: +0x([0-9a-f]+)", text)
    assert entry is not None
    assert facts.entry == int(entry[1], 16)


@pytest.mark.parametrize("name", NAMES)
def test_names_stand_where_it_says(name: str) -> None:
    facts, content = facts_of(name), (SAMPLES / name).read_bytes()
    spans = [facts.import_span(one) for one in facts.imports]
    spans += [facts.export_span(one) for one in facts.exports]
    spans += [*facts.needed, *facts.comment, *facts.module, facts.interpreter, facts.rpath]
    for span in spans:
        if span is not None:
            stated = content[span.offset : span.offset + span.length]
            assert stated == span.text.encode("ascii")


def test_reads_a_weak_program() -> None:
    facts = facts_of("weak.mips")
    assert (facts.machine, facts.bits, facts.order, facts.role) == ("MIPS", 32, "big", "program")
    assert facts.abi == "o32, MIPS32r2"
    assert facts.stack == "executable"
    assert not facts.pie
    assert (facts.relro, facts.canary, facts.fortified) == ("none", "no", ())
    assert facts.rpath is not None
    assert facts.rpath.text == "/opt/lib"
    assert facts.stripped


def test_reads_a_hardened_program() -> None:
    facts = facts_of("hard.arm")
    assert (facts.machine, facts.abi, facts.role) == ("ARM", "EABI5, hard float", "program")
    assert facts.stack == "not-executable"
    assert facts.pie
    assert (facts.relro, facts.canary, facts.fortified) == ("full", "yes", ("__strcpy_chk",))
    assert facts.interpreter is not None
    assert facts.interpreter.text == "/lib/ld-linux-armhf.so.3"
    assert facts.imports_name("puts")
    assert not facts.imports_name("strcpy")


def test_reads_a_library() -> None:
    facts = facts_of("library.x86-64")
    assert (facts.machine, facts.bits, facts.role, facts.pie) == ("x86-64", 64, "library", False)
    assert facts.relro == "partial"
    assert {"exported_copy", "exported_counter"} <= set(facts.exports)


def test_reads_a_kernel_module() -> None:
    facts = facts_of("module.mips")
    assert facts.is_kernel_module
    assert {one.text for one in facts.module} == {
        "license=GPL",
        "vermagic=3.10.14 mod_unload MIPS32_R2 32BIT ",
    }
    assert facts.imports == ("printk",)
    assert "init_module" in facts.exports


def test_needs_no_section_table() -> None:
    bare, whole = facts_of("bare.arm"), facts_of("hard.arm")
    assert bare.sections == ()
    assert bare.imports == whole.imports
    assert bare.exports == whole.exports
    assert bare.needed == whole.needed
    assert bare.build_id == whole.build_id


def test_is_not_misled_by_a_lying_header() -> None:
    content = bytearray((SAMPLES / "weak.mips").read_bytes())
    struct.pack_into(">I", content, 32, 0xFFFFFFF0)
    struct.pack_into(">H", content, 48, 0xFFFF)
    facts = examine(bytes(content))
    assert facts is not None
    assert facts.sections == ()
    assert any("section table" in one for one in facts.problems)
    assert facts.imports_name("strcpy")


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"\x7fELF" + bytes(60), b"MZ" * 40])
def test_is_none_for_what_is_no_elf_file(content: bytes) -> None:
    assert examine(content) is None


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_accepts_any_damage(data: st.DataObject) -> None:
    content = bytearray((SAMPLES / data.draw(st.sampled_from(NAMES))).read_bytes())
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(4, len(content) - 5))
        content[place : place + 4] = data.draw(st.binary(min_size=4, max_size=4))
    cut = data.draw(st.integers(0, len(content)))
    for version in (bytes(content), bytes(content[:cut])):
        facts = examine(version)
        if facts is not None:
            assert len(facts.imports) == len(facts.import_offsets)
            assert all(offset < len(version) for offset in facts.import_offsets)
