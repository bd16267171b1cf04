from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import linksys_footer
from assay.unpack.view import NotThisFormat, View

# The checksum of b"123456789" is 930766865, as the POSIX tool prints it.
BODY = b"123456789"
FOOTER = b".LINKSYS.01000409EA6350".ljust(32) + b"377A6011" + b"0".ljust(8) + b"K0000000F0246434"
DATA = BODY + FOOTER.ljust(256, b"\0")


def test_the_checksum_is_that_of_posix(
    opened: Callable[..., Any], announces: Callable[..., bool]
) -> None:
    result = opened(linksys_footer, DATA, len(BODY))
    assert announces(linksys_footer, DATA[len(BODY) :])
    assert result.extent.end == len(DATA)
    assert not result.sink.problems


def test_a_changed_image_is_damage(opened: Callable[..., Any]) -> None:
    result = opened(linksys_footer, b"9" + DATA[1:], len(BODY))
    assert [problem.kind for problem in result.sink.problems] == ["damage"]


def test_binary_data_are_refused() -> None:
    with pytest.raises(NotThisFormat):
        linksys_footer.measure(View(FOOTER[:50].ljust(256, b"\xff")), 0)
    with pytest.raises(NotThisFormat):
        linksys_footer.measure(View(FOOTER.replace(b"377A", b"377G")), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 64), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 64),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(linksys_footer, FOOTER.ljust(256, b"\0"), changes, cut)
