import json
from pathlib import Path

import jsonschema

from assay.report.sarif import render

SCHEMA = Path(__file__).parent / "data" / "sarif-2.1.0.schema.json"


def test_is_valid_against_the_schema(evaluation):
    schema = json.loads(SCHEMA.read_text("utf-8-sig"))
    log = json.loads(render(evaluation, "my image.bin"))
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    assert [error.message for error in validator(schema).iter_errors(log)] == []


def test_findings_and_verdicts_have_their_kinds(evaluation):
    run = json.loads(render(evaluation, "image.bin"))["runs"][0]
    kinds = {result["ruleId"]: (result["kind"], result["level"]) for result in run["results"]}
    assert kinds["accounts.empty-password"] == ("fail", "error")
    assert kinds["etsi-en-303-645/5.1-1"] == ("fail", "error")
    assert kinds["etsi-en-303-645/5.2-1"] == ("open", "none")
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert set(kinds) <= rules


def test_evidence_becomes_a_byte_range(evaluation):
    run = json.loads(render(evaluation, "image.bin"))["runs"][0]
    places = [location["physicalLocation"] for location in run["results"][0]["locations"]]
    assert places[0]["region"]["byteOffset"] == 16
    assert places[0]["region"]["byteLength"] == 8
    assert "region" not in places[2]
    assert "<" not in places[0]["artifactLocation"]["uri"]
