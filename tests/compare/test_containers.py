"""Containers around files: each of their bytes is counted, and parts are counted elsewhere."""

import pytest

from assay.compare.containers import Run, compare_containers
from assay.compare.sides import Side
from assay.model.result import Subject
from assay.model.tree import Container, Node, Origin, Region

A, B = "a" * 64, "b" * 64


def side(tmp_path, name, content, regions, parts=()):
    path = tmp_path / name
    path.write_bytes(content)
    digest = name * 64
    nodes = [
        Node(
            path=f"part@{start:#x}", kind="part", size=length, blob="c" * 64,
            origin=Origin(container=digest, format="trx", offset=start, length=length),
        )
        for start, length in parts
    ]  # fmt: skip
    container = Container(blob=digest, path="", size=len(content), regions=tuple(regions))
    subject = Subject(sha256=digest, size=len(content), kind="image")
    return Side(
        subject=subject, nodes=nodes, containers=[container], problems=[], kept={},
        path=path, host=False,
    )  # fmt: skip


def region(offset, length, name="trx", account="parsed"):
    return Region(offset=offset, length=length, account=account, format=name)


def accounts(a, b):
    (pair,) = compare_containers(a, b)
    return {(one.account, one.cause): (one.bytes_a, one.bytes_b) for one in pair.sums}


def test_bytes_of_parts_are_left_to_their_files(tmp_path):
    regions = [region(0, 40), region(40, 8, "", "padding")]
    first = side(tmp_path, "a", b"H" * 10 + b"1" * 20 + b"T" * 10 + b"\0" * 8, regions, [(10, 20)])
    second = side(
        tmp_path, "b", b"H" * 10 + b"2" * 20 + b"T" * 10 + b"\xff" * 8, regions, [(10, 20)]
    )
    assert accounts(first, second) == {("equal", ""): (20, 20), ("explained", "N7"): (8, 8)}


@pytest.mark.parametrize("changed", [40, 47])
def test_padding_of_other_bytes_is_not_explained(tmp_path, changed):
    regions = [region(0, 40), region(40, 8, "", "padding")]
    content = b"H" * 40 + b"\0" * 8
    other = content[:changed] + b"x" + content[changed + 1 :]
    first = side(tmp_path, "a", content, regions)
    found = accounts(first, side(tmp_path, "b", other, regions))
    assert found[("unexplained", "")][1] == 8
    found = accounts(side(tmp_path, "a", other, regions), side(tmp_path, "b", content, regions))
    assert found[("unexplained", "")] == (8, 8)


def test_another_layout_leaves_all_but_parts_unexplained(tmp_path):
    first = side(tmp_path, "a", b"1" * 48, [region(0, 48)], [(8, 8), (12, 12)])
    second = side(tmp_path, "b", b"2" * 48, [region(0, 24), region(24, 24, "gzip")])
    assert accounts(first, second) == {("unexplained", ""): (32, 48)}


def test_a_run_without_its_parts():
    run = Run("trx", False, 2, 20, ((4, 8), (6, 12), (18, 20)))
    data = bytes(range(32))
    assert run.bytes_of(data) == bytes([2, 3, *range(12, 18)])
    assert run.held(len(data)) == 10
    assert run.held(7) == 3
