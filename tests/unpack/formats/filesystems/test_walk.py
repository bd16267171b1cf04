"""The walk from a root directory over tables of names."""

from assay.unpack.formats.filesystems._walk import MOST_DEPTH, joined, walk
from assay.unpack.limits import Limits
from assay.unpack.sink import Sink

Table = dict[int, list[tuple[bytes, int]]]


def walked(table: Table) -> tuple[list[bytes], list[str]]:
    """Return the paths in the order of visits, and the problems."""
    sink, paths = Sink(Limits(), "test"), list[bytes]()

    def visit(path: bytes, number: int) -> int | None:
        paths.append(path)
        return number if number in table else None

    walk(sink, 1, lambda number: table[number], visit)
    return paths, [problem.says for problem in sink.problems]


def test_parents_come_first_and_the_order_is_kept() -> None:
    table: Table = {1: [(b"b", 2), (b"a", 9), (b"c", 3)], 2: [(b"x", 9)], 3: [(b"y", 9)]}
    assert walked(table) == ([b"b", b"a", b"c", b"b/x", b"c/y"], [])


def test_a_directory_is_walked_once() -> None:
    paths, problems = walked({1: [(b"a", 2)], 2: [(b"up", 1), (b"self", 2), (b"f", 9)]})
    assert paths == [b"a", b"a/up", b"a/self", b"a/f"]
    assert problems == ["a directory contains itself"] * 2


def test_names_of_no_use_are_left_out() -> None:
    assert walked({1: [(b"", 9), (b".", 1), (b"..", 1), (b"a", 9)]}) == ([b"a"], [])


def test_depth_is_a_limit() -> None:
    table: Table = {number: [(b"d", number + 1)] for number in range(1, MOST_DEPTH + 10)}
    paths, problems = walked(table)
    assert len(paths) == MOST_DEPTH + 1
    assert problems == ["directories are nested too deep"]


def test_a_slash_in_a_name_makes_no_directory() -> None:
    assert joined(b"a", b"../b") == rb"a/..\b"
