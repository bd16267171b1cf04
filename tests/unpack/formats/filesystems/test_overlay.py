"""Overlay against a plain list of flags."""

from hypothesis import given, strategies as st

from assay.unpack.formats.filesystems._overlay import Overlay

RANGES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=30)


@given(RANGES)
def test_claims_equal_a_table_of_flags(ranges: list[tuple[int, int]]) -> None:
    overlay, flags = Overlay(), [False] * 40
    for start, end in ranges:
        free = {at for low, high in overlay.claim(start, end) for at in range(low, high)}
        assert free == {at for at in range(start, end) if not flags[at]}
        for at in free:
            flags[at] = True
