"""Texts: every line is equal or differs, wherever the lines around it went."""

from hypothesis import given, settings, strategies as st

from assay.compare.kinds import text

LINES = st.lists(st.sampled_from([b"a\n", b"bb\n", b"ccc\r\n", b"\n", b"end"]), max_size=12)


@settings(deadline=None)
@given(LINES, LINES)
def test_equal_bytes_are_those_of_equal_lines(first, second):
    a, b = b"".join(first), b"".join(second)
    outcome = text.compare("notes.txt", a, b)
    sums = {one.account: (one.bytes_a, one.bytes_b) for one in outcome.sums}
    assert sum(one[0] for one in sums.values()) == len(a)
    assert sum(one[1] for one in sums.values()) == len(b)
    pairs = text.align(a.splitlines(keepends=True), b.splitlines(keepends=True))
    equal = sum(len(a.splitlines(keepends=True)[i]) for i, _ in pairs)
    assert sums.get("equal", (0, 0)) == (equal, equal)
