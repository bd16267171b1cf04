import json

import msgspec
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from assay.report.cyclonedx import render


def test_is_valid_against_the_schema(evaluation):
    text = render(evaluation, "image.bin").decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_an_empty_bill_is_valid(evaluation):
    empty = msgspec.structs.replace(evaluation, components=())
    text = render(empty, "image.bin").decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_components_carry_their_proofs(evaluation):
    bill = json.loads(render(evaluation, "image.bin"))
    (component,) = bill["components"]
    assert component["name"] == "busybox"
    assert component["cpe"].startswith("cpe:2.3:a:busybox")
    assert component["evidence"]["occurrences"][0]["offset"] == 1
    assert component["evidence"]["identity"][0]["methods"][0]["technique"] == "binary-analysis"
    assert bill["dependencies"][0]["dependsOn"] == ["component-0"]
    assert bill["metadata"]["component"]["hashes"][0]["content"] == evaluation.subject.sha256


def test_the_serial_number_depends_on_the_image(evaluation):
    other = msgspec.structs.replace(
        evaluation, subject=msgspec.structs.replace(evaluation.subject, sha256="00" * 32)
    )
    numbers = {json.loads(render(e, "i"))["serialNumber"] for e in (evaluation, evaluation, other)}
    assert len(numbers) == 2
