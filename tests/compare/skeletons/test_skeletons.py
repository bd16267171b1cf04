"""What skeletons say of two containers: which volatile bytes are the same after all."""

import pytest

from assay.compare.skeletons import BEGINNING, Skeleton

LONG = bytes(range(BEGINNING)) * 3


def spans(*ranges):
    found = Skeleton()
    for start, end in ranges:
        found.mark(start, end, "N6")
    return found


@pytest.mark.parametrize("kind", [bytes, memoryview])
def test_the_same_values_in_another_order_are_unchanged(kind):
    first, second = spans((0, 2), (2, 5)), spans((0, 3), (4, 6))
    assert first.unchanged(second, kind(b"abcde"), kind(b"cde-ab")) == {"N6"}
    assert first.unchanged(second, kind(b"abcde"), kind(b"cdx-ab")) == set()


def test_a_value_that_only_begins_the_same_is_another():
    one = spans((0, len(LONG)))
    assert one.unchanged(one, LONG, LONG) == {"N6"}
    assert one.unchanged(one, LONG, LONG[:-1] + b"!") == set()
    assert one.unchanged(spans((0, len(LONG) - 1)), LONG, LONG) == set()
    assert one.unchanged(Skeleton(), LONG, LONG) == set()
