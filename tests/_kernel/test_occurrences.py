"""Places of texts, across the windows in which they are looked for."""

import re
from itertools import islice

from hypothesis import given, strategies as st

from assay._kernel.occurrences import NEAR, occurrences


@given(st.lists(st.sampled_from([b"a", b"b", b"c", b"-" * 50]), max_size=40).map(b"".join))
def test_all_places_in_order(piece: bytes) -> None:
    content = b"-" * (NEAR - 2) + piece + b"-" * NEAR + piece
    wanted = sorted(
        one.start() for text in (rb"(?=abc)", rb"(?=cb)") for one in re.finditer(text, content)
    )
    assert list(occurrences(content, (b"abc", b"cb"), 0)) == wanted
    assert list(occurrences(content, (b"abc", b"cb"), NEAR)) == [
        one for one in wanted if one >= NEAR
    ]


def test_nothing_is_looked_for_beyond_what_is_asked_for() -> None:
    assert list(islice(occurrences(b"ab" * 10_000_000, (b"ab",), 0), 2)) == [0, 2]
    assert list(occurrences(b"", (b"a",), 0)) == []
