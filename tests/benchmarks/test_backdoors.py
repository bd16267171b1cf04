"""The test set for undocumented access is whole, and its truth is read rightly."""

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
