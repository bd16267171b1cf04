"""Evidence classes, and that asking for evidence is not citing it."""

import pytest

from assay.claims import lexicon
from assay.claims.evidence import cited
from assay.claims.scan import TextScan


def _class(
    text: str, source: str = "the firm", kind: str = "organisation", lemma: str = "say"
) -> str:
    scan = TextScan(text.lower(), lexicon.pattern_index())
    found = cited(
        scan, ((0, len(text)),), source=source, source_kind=kind, lemma=lemma, nested=False
    )
    return found[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the flaw is CVE-2024-10234", "technical-finding"),
        ("tests of the firmware showed an open port", "technical-finding"),
        ("documents obtained by the paper show it", "document"),
        ("it was written in its annual report", "document"),
        ("the products were verified by British experts", "institution"),
        ("officials familiar with the matter heard it", "unnamed-source"),
        ("it is a known fact that they spy", "bare-assertion"),
        ("they spy", "none"),
        ("they must publish their evidence", "none"),
    ],
)
def test_classes(text: str, expected: str) -> None:
    assert _class(text) == expected


def test_the_source_itself_can_be_the_evidence() -> None:
    assert _class("it was so", source="a report by the agency", kind="document") == "document"
    assert _class("it was so", source="the advisory", kind="document") == "technical-finding"
    assert _class("it was so", source="people familiar with the matter") == "unnamed-source"
    assert (
        _class("the modem has an open port", source="the lab", lemma="find") == "technical-finding"
    )
