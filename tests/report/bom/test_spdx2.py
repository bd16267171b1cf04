"""SPDX 2.3 holds to the specification, as the SPDX project's own library reads it."""

import json

import pytest

from assay.report.bom.bill import Bill
from assay.report.bom.spdx2 import document

TIME = "2026-03-01T00:00:00Z"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_is_valid(bill: Bill) -> None:
    parser = pytest.importorskip("spdx_tools.spdx.parser.jsonlikedict.json_like_dict_parser")
    validator = pytest.importorskip("spdx_tools.spdx.validation.document_validator")
    parsed = parser.JsonLikeDictParser().parse(json.loads(document(bill, TIME)))
    assert validator.validate_full_spdx_document(parsed) == []
    assert len(parsed.packages) == 6


def test_says_what_was_found_and_where(bill: Bill) -> None:
    told = json.loads(document(bill, TIME))
    ssl, zlib, curl = told["packages"][1:4]
    assert ssl["versionInfo"] == "1.0.2k"
    assert ssl["licenseDeclared"] == "OpenSSL AND (SSLeay-standalone OR MIT)"
    assert curl["licenseDeclared"] == "NOASSERTION"
    assert zlib["licenseDeclared"] == "Zlib"
    assert "Version between 1.2.7 and 1.2.8" in zlib["sourceInfo"]
    assert "version banner at lib/OpenSSL offset 7 length 5" in ssl["sourceInfo"]
    assert {one["referenceType"] for one in ssl["externalRefs"]} == {"purl", "cpe23Type"}
    assert ("versionInfo" in curl) is False
    needs = [one for one in told["relationships"] if one["relationshipType"] == "DEPENDS_ON"]
    assert [(one["spdxElementId"], one["relatedSpdxElement"]) for one in needs] == [
        ("SPDXRef-Component-2", "SPDXRef-Component-0")
    ]


def test_the_same_bill_gives_the_same_bytes(bill: Bill) -> None:
    assert document(bill, TIME) == document(bill, TIME)
    assert document(bill, TIME) != document(bill, "2027-01-01T00:00:00Z")
