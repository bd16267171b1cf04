"""Licence expressions are told from free text; a digest is stated only for a single file."""

import pytest
from msgspec.structs import replace

from assay.report.bom.bill import Bill, digest_of, is_expression


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("MIT", True),
        ("MIT OR Apache-2.0", True),
        ("(MIT OR GPL-2.0-only WITH Classpath-exception-2.0) AND Zlib", True),
        ("GPL-2.0+", True),
        ("own terms", False),
        ("MIT Apache-2.0", False),
        ("MIT OR", False),
        ("(MIT", False),
        ("MIT)", False),
        ("() MIT", False),
        ("", False),
    ],
)
def test_expressions(licence: str, *, expected: bool) -> None:
    assert is_expression(licence) is expected


def test_digests(bill: Bill) -> None:
    one = bill.components[0]
    assert digest_of(one) == "ab" * 32
    other = replace(one.occurrences[0], blob="ef" * 32)
    assert digest_of(replace(one, occurrences=(one.occurrences[0], other))) == ""
    assert digest_of(replace(one, kind="package")) == ""
