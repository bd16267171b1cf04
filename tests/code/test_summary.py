"""The summary counts what the sources contain, and is the same every time."""

from assay._kernel.canonical import encode
from assay.code import index, summarise

NAMES = {"thumb": "arm", "mipsel": "mips"}


def test_counts_unsafe_calls(indexed, target):
    summary = summarise(indexed("hidden"))
    counts = {family.family: family.calls for family in summary.families}
    assert counts["strcpy"] == 1
    assert counts["command"] == 1
    assert counts["gets"] == 0
    assert counts["random"] == 0
    assert summary.isa == NAMES.get(target, target)


def test_ranks_network_input_in_a_stack_buffer_first(indexed):
    worst = summarise(indexed("hidden")).worst
    by_callee = {site.callee: site for site in worst}
    assert "the bytes come from recvfrom" in by_callee["strcpy"].why
    assert "the bytes come from recvfrom" in by_callee["system"].why
    assert all(site.offset >= 0 for site in worst)


def test_measures_the_stack_protector(indexed):
    summary = summarise(indexed("hidden"))
    assert summary.stack_buffers >= 3
    assert summary.stack_protected == 0


def test_names_compiler_and_libraries(indexed):
    hints = summarise(indexed("hidden")).toolchain
    assert any(hint.startswith("GCC") for hint in hints)
    assert "needs libc.so.6" in hints


def test_is_reproducible(fixtures, target):
    data = (fixtures / f"{target}-hidden.elf").read_bytes()
    assert encode(summarise(index(data))) == encode(summarise(index(data)))
