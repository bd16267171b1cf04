"""SPDX 3.0.1 holds to the model, as the bindings made from the SPDX project's shapes read it."""

import io
import json

import pytest

from assay.report.bom.bill import Bill
from assay.report.bom.spdx3 import CONTEXT, document

TIME = "2026-03-01T00:00:00Z"


def test_is_valid(bill: Bill) -> None:
    model = pytest.importorskip("spdx_python_model").v3_0_1
    objects = model.SHACLObjectSet()
    model.JSONLDDeserializer().read(io.BytesIO(document(bill, TIME)), objects)
    assert len(list(objects.foreach_type(model.software_Package))) == 6
    assert len(list(objects.foreach_type(model.software_File))) == 2
    unresolved = [one for one in objects.missing_ids if not one.startswith("https://spdx.org/")]
    assert unresolved == []


def test_relations_and_identities(bill: Bill) -> None:
    told = json.loads(document(bill, TIME))
    assert told["@context"] == CONTEXT
    identities = [one["spdxId"] for one in told["@graph"] if "spdxId" in one]
    assert len(identities) == len(set(identities))
    relations = {
        (one["relationshipType"], one["from"].rpartition("#")[2]): [
            other.rpartition("#")[2] for other in one["to"]
        ]
        for one in told["@graph"]
        if one["type"] == "Relationship" and "file" not in one["to"][0]
    }
    assert relations["dependsOn", "component-2"] == ["component-0"]
    assert relations["hasDeclaredLicense", "component-1"] == ["licence-1"]
    assert ("hasDeclaredLicense", "component-2") not in relations
    assert len(relations["contains", "image"]) == 5


def test_the_same_bill_gives_the_same_bytes(bill: Bill) -> None:
    assert document(bill, TIME) == document(bill, TIME)
