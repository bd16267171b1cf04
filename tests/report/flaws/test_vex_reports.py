"""The VEX reports: what is written can be read again, and says what the evaluation says."""

import json

import jsonschema
import msgspec
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from assay.report import csaf_vex, cyclonedx, openvex
from assay.vulns.vex.reading import statements_of

EXPECTED = {
    "CVE-2021-1001": "affected",
    "CVE-2021-1002": "under_investigation",
    "CVE-2021-1003": "not_affected",
    "CVE-2021-1004": "fixed",
}


TEXT = {"type": "string"}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
SUBCOMPONENT = {
    "type": "object",
    "properties": {
        "@id": TEXT,
        "identifiers": {
            "type": "object",
            "properties": {"purl": TEXT, "@cpe22": TEXT, "@cpe23": TEXT},
            "additionalProperties": False,
        },
        "hashes": {"type": "object", "additionalProperties": TEXT},
    },
    "additionalProperties": False,
}
PRODUCT = SUBCOMPONENT | {
    "properties": SUBCOMPONENT["properties"]
    | {"subcomponents": {"type": "array", "uniqueItems": True, "items": SUBCOMPONENT}}
}
ONE_OF = [
    {"required": ["justification"], "not": {"required": ["impact_statement"]}},
    {"required": ["impact_statement"], "not": {"required": ["justification"]}},
]
OPENVEX = {
    "type": "object",
    "properties": {
        "@context": TEXT, "@id": TEXT, "author": TEXT, "role": TEXT, "timestamp": MOMENT,
        "last_updated": MOMENT, "version": {"type": "integer", "minimum": 1}, "tooling": TEXT,
        "statements": {
            "type": "array", "uniqueItems": True, "minItems": 1,
            "items": {
                "properties": {
                    "vulnerability": {
                        "type": "object", "required": ["name"], "additionalProperties": False,
                        "properties": {"@id": TEXT, "name": TEXT, "description": TEXT},
                    },
                    "timestamp": MOMENT,
                    "products": {"type": "array", "uniqueItems": True, "items": PRODUCT},
                    "status": {
                        "enum": ["not_affected", "affected", "fixed", "under_investigation"]
                    },
                    "justification": {
                        "enum": [
                            "component_not_present", "vulnerable_code_not_present",
                            "vulnerable_code_not_in_execute_path",
                            "vulnerable_code_cannot_be_controlled_by_adversary",
                            "inline_mitigations_already_exist",
                        ]
                    },
                    "status_notes": TEXT, "impact_statement": TEXT, "action_statement": TEXT,
                },
                "required": ["vulnerability", "status"],
                "additionalProperties": False,
                "allOf": [
                    {"if": {"properties": {"status": {"const": "not_affected"}}},
                     "then": {"oneOf": ONE_OF}},
                    {"if": {"properties": {"status": {"const": "affected"}}},
                     "then": {"required": ["action_statement"]}},
                ],
            },
        },
    },
    "required": ["@context", "@id", "author", "timestamp", "version", "statements"],
    "additionalProperties": False,
}  # fmt: skip
"""What the JSON schema of OpenVEX 0.2.0 demands of the parts that are written."""


def test_openvex_is_valid(evaluation):
    document = json.loads(openvex.render(evaluation, "image.bin"))
    jsonschema.Draft202012Validator(OPENVEX).validate(document)
    statuses = {one["status"] for one in document["statements"]}
    assert statuses == set(EXPECTED.values())


@pytest.mark.parametrize("module", [openvex, csaf_vex])
def test_written_and_read_again(evaluation, module):
    said = statements_of(module.render(evaluation, "image.bin"), "x")
    assert {one.flaw: one.status for one in said} == EXPECTED
    assert {one.product for one in said} == {"pkg:generic/busybox@1.30.1"}
    reasons = {one.flaw: one.justification for one in said}
    assert reasons["CVE-2021-1003"] == "vulnerable_code_not_present"
    assert all(one.day == "2024-05-06" for one in said)


def test_cyclonedx_is_valid_and_read_again(evaluation):
    text = cyclonedx.render(evaluation, "image.bin")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text.decode()) is None
    bill = json.loads(text)
    flaws = {one["id"]: one for one in bill["vulnerabilities"]}
    assert set(flaws) == set(EXPECTED)
    first = flaws["CVE-2021-1001"]
    assert first["ratings"][0]["score"] == 9.8
    assert first["affects"][0]["versions"][0]["status"] == "affected"
    assert "analysis" not in first
    assert flaws["CVE-2021-1003"]["analysis"]["justification"] == "code_not_present"
    said = {one.flaw: one.status for one in statements_of(text, "x")}
    assert said == {"CVE-2021-1003": "not_affected", "CVE-2021-1004": "fixed"}


@pytest.mark.parametrize("module", [openvex, csaf_vex, cyclonedx])
def test_without_flaws(evaluation, module):
    bare = msgspec.structs.replace(evaluation, flaws=(), flaw_search=None)
    document = json.loads(module.render(bare, "image.bin"))
    assert not document.get("statements")
    assert not document.get("vulnerabilities")


def test_csaf_has_what_its_profile_asks_for(evaluation):
    document = json.loads(csaf_vex.render(evaluation, "image.bin"))
    head = document["document"]
    assert (head["category"], head["csaf_version"]) == ("csaf_vex", "2.0")
    assert set(head["tracking"]) >= {"id", "status", "version", "revision_history"}
    ids = {one["product_id"] for one in document["product_tree"]["full_product_names"]}
    for flaw in document["vulnerabilities"]:
        assert flaw["cve"]
        assert flaw["notes"]
        for products in flaw["product_status"].values():
            assert set(products) <= ids
    affected = next(
        f for f in document["vulnerabilities"] if "known_affected" in f["product_status"]
    )
    assert affected["remediations"]
