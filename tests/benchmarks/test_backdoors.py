"""The test set for undocumented access is whole, and its truth is read rightly."""

import dataclasses
import shutil
import sys
from pathlib import Path

import pytest

from assay.checks.backdoors.command_after_constant import CHECK
from assay.model.result import Evidence
from assay.model.tree import Node, Origin

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import backdoor_builds  # noqa: E402
import backdoor_runs  # noqa: E402

SOURCE = """int a;
#ifdef PLANTED
const char *k = "alpha";
#ifdef REVISED
int r;
#endif
#else
const char *k = "clean";
#endif
#ifndef PLANTED
int twin;
#else
int b;
#endif
const char *both = "shared";
"""


def halves():
    return [
        half
        for half in backdoor_builds.HALVES
        if (backdoor_builds.HERE / half / "manifest.toml").exists()
    ]


@pytest.mark.parametrize("half", halves())
def test_manifest_fits_the_programs(half):
    programs = backdoor_builds.load(half)
    assert {one.shape for one in programs} == backdoor_builds.SHAPES
    assert len({one.name for one in programs}) == len(programs)
    for one in programs:
        source = "\n".join(file.read_text() for file in one.files)
        assert "PLANTED" in source, one.name
        assert "REVISED" in source, one.name
        assert one.functions or one.data, one.name
        for name in one.functions | one.data:
            assert name in source, (one.name, name)


def test_every_program_is_in_a_manifest():
    for half in halves():
        listed = {file for one in backdoor_builds.load(half) for file in one.files}
        assert set((backdoor_builds.HERE / half).rglob("*.c")) == listed


def test_planted_lines_follow_the_conditions():
    lines, texts = backdoor_builds.planted_lines(SOURCE)
    assert lines == {3, 5, 13}
    assert texts == {b"alpha"}


def test_ways_cover_all_levels_and_linkings():
    programs = backdoor_builds.load("development")
    ways = [
        way
        for number, one in enumerate(programs)
        for way in backdoor_builds.ways(one, number, full=False)
    ]
    seen = {(way.target.name, way.level, way.linking) for way in ways}
    assert len(seen) == len(backdoor_builds.TARGETS) * 6


def finding(offset, length, says="here"):
    digest = "0" * 64
    node = Node(path="x", kind="file", blob=digest, origin=Origin(digest, "directory", 0, 9))
    evidence = Evidence(
        kind="disassembly", blob=digest, path="x", offset=offset, length=length, excerpt=""
    )
    return CHECK.finding(node, says, [evidence])


def test_a_finding_must_point_into_the_access_path():
    ranges, addresses = ((0x100, 0x140),), ((0x400100, 0x400140),)
    assert backdoor_runs.points_at(finding(0x100, 4), ranges, addresses)
    assert backdoor_runs.points_at(finding(0x80, 0x90), ranges, addresses)
    assert not backdoor_runs.points_at(finding(0x80, 0x200), ranges, addresses)
    assert not backdoor_runs.points_at(finding(0x140, 4), ranges, addresses)
    assert backdoor_runs.points_at(finding(0, 1, "at 0x400104"), ranges, addresses)
    assert not backdoor_runs.points_at(finding(0, 1, "at 0x400140"), ranges, addresses)


@pytest.mark.skipif(not shutil.which("x86_64-linux-gnu-gcc"), reason="no compiler for x86-64")
def test_truth_lies_in_the_function_of_the_manifest(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    program = next(one for one in backdoor_builds.load("development") if one.name == "ntpctl")
    target = next(one for one in backdoor_builds.TARGETS if one.name == "x86-64")
    way = backdoor_builds.Way(target, "Os", "dynamic")
    built = backdoor_builds.build(program, way, "planted")
    assert any(built.content[first:last] == b"zk81-resync-all" for first, last in built.ranges)
    assert sum(last - first for first, last in built.ranges) < len(built.content) // 8
    assert not backdoor_builds.build(program, way, "clean").ranges


TABLE = """#include <stdint.h>
static const uint32_t table[16] = {
    0x11223344, 0x55667788, 0x99aabbcc, 0xddeeff00, 0x10213243, 0x54657687, 0x98a9bacb, 0xdcedfe0f,
#ifdef PLANTED
    0x1a2b3c4d, 0x5e6f7081, 0x92a3b4c5, 0xd6e7f809, 0x1b2c3d4e, 0x5f607182, 0x93a4b5c6, 0xd7e8f90a,
#else
    0x2a2b3c4d, 0x6e6f7081, 0xa2a3b4c5, 0xe6e7f809, 0x2b2c3d4e, 0x6f607182, 0xa3a4b5c6, 0xe7e8f90a,
#endif
};
void copy(uint32_t *to)
{
    for (int i = 0; i < 16; i++) to[i] = table[15 - i];
}
"""


@pytest.mark.skipif(not shutil.which("x86_64-linux-gnu-gcc"), reason="no compiler for x86-64")
def test_a_table_that_the_compiler_took_apart_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    source = tmp_path / "libtable.c"
    source.write_text(TABLE)
    model = next(one for one in backdoor_builds.load("development") if one.name == "libecparams")
    program = dataclasses.replace(
        model, name="libtable", files=(source,), data=frozenset({"table"})
    )
    target = next(one for one in backdoor_builds.TARGETS if one.name == "x86-64")
    built = backdoor_builds.build(program, backdoor_builds.Way(target, "O3", "dynamic"), "planted")
    words = [built.content[first:last] for first, last in built.ranges]
    assert any(b"\x4d\x3c\x2b\x1a" in piece for piece in words)
    assert all(len(piece) <= 256 for piece in words)
