"""VEX documents of three forms, read as the same statements; odd ones raise nothing else."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies
from tests.vulns.conftest import component, hit, nvd

from assay.errors import UnreadableInput
from assay.model.flaws import Statement
from assay.vulns.vex.applying import concerns
from assay.vulns.vex.reading import read_statements, statements_of

ID = "CVE-2021-1000"
PURL = "pkg:generic/busybox@1.19.4"
CYCLONEDX = {
    "bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": "urn:uuid:1",
    "metadata": {"authors": [{"name": "Maker"}], "component": {"bom-ref": "box", "name": "Box"}},
    "components": [{"bom-ref": "c1", "name": "BusyBox", "version": "1.19.4", "purl": PURL}],
    "vulnerabilities": [{
        "id": ID, "updated": "2024-05-06T00:00:00Z",
        "analysis": {"state": "not_affected", "justification": "code_not_present",
                     "detail": "awk is not built"},
        "affects": [{"ref": "c1"}]}],
}  # fmt: skip
OPENVEX = {
    "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://maker/vex/1", "author": "Maker",
    "timestamp": "2024-05-06T00:00:00Z",
    "statements": [{
        "vulnerability": {"name": ID},
        "products": [{"@id": "pkg:generic/box@2", "subcomponents": [{"@id": PURL}]}],
        "status": "not_affected", "justification": "vulnerable_code_not_present",
        "impact_statement": "awk is not built"}],
}  # fmt: skip
CSAF = {
    "document": {"category": "csaf_vex", "csaf_version": "2.0", "publisher": {"name": "Maker"},
                 "tracking": {"id": "M-2024-1", "current_release_date": "2024-05-06T00:00:00Z"}},
    "product_tree": {"full_product_names": [{
        "product_id": "P1", "name": "BusyBox",
        "product_identification_helper": {"purl": PURL}}],
        "relationships": [{"product_reference": "P1", "relates_to_product_reference": "BOX",
                           "full_product_name": {"product_id": "P1:BOX", "name": "x"}}]},
    "vulnerabilities": [{
        "cve": ID, "product_status": {"known_not_affected": ["P1:BOX"]},
        "flags": [{"label": "vulnerable_code_not_present", "product_ids": ["P1:BOX"]}],
        "threats": [{"category": "impact", "details": "awk is not built",
                     "product_ids": ["P1:BOX"]}]}],
}  # fmt: skip


@pytest.mark.parametrize("document", [CYCLONEDX, OPENVEX, CSAF])
def test_the_same_statement_in_three_forms(tmp_path: Path, document: dict[str, Any]) -> None:
    path = tmp_path / "vex.json"
    path.write_text(json.dumps(document))
    (said,) = read_statements(path)
    assert (said.flaw, said.product, said.status) == (ID, PURL, "not_affected")
    assert (said.author, said.day, said.says) == ("Maker", "2024-05-06", "awk is not built")
    assert said.justification.endswith("code_not_present")
    assert said.document


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("exploitable", "affected"), ("resolved", "fixed"), ("false_positive", "not_affected"),
        ("in_triage", "under_investigation"),
    ],
)  # fmt: skip
def test_states_of_cyclonedx(state: str, status: str) -> None:
    document = json.loads(json.dumps(CYCLONEDX))
    document["vulnerabilities"][0]["analysis"]["state"] = state
    (said,) = statements_of(json.dumps(document).encode(), "x")
    assert said.status == status


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b"not json", b'{"bomFormat": 3}', b"[" * 10_000, b"\xff\xfe"]
)
def test_what_is_no_vex(data: bytes) -> None:
    with pytest.raises(UnreadableInput):
        statements_of(data, "x")


@pytest.mark.parametrize("document", [CYCLONEDX, OPENVEX, CSAF])
@given(data=strategies.data())
def test_odd_parts_are_passed_over(document: dict[str, Any], data: strategies.DataObject) -> None:
    changed = json.loads(json.dumps(document))
    here: Any = changed
    for _ in range(data.draw(strategies.integers(1, 6))):
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        keys = [key for key in keys if key not in {"bomFormat", "@context", "csaf_version"}]
        if not keys:
            break
        key = data.draw(strategies.sampled_from(keys))
        if not isinstance(here[key], dict | list) or data.draw(strategies.booleans()):
            here[key] = data.draw(
                strategies.sampled_from([None, 3, "x", [], {}, [None], [[1]], {"a": {"b": 1}}])
            )
            break
        here = here[key]
    with contextlib.suppress(UnreadableInput):
        statements_of(json.dumps(changed).encode(), "x")


@pytest.mark.parametrize(
    ("product", "expected"),
    [
        ("", True),
        (PURL, True),
        ("pkg:generic/busybox", True),
        ("pkg:generic/busybox@1.19.5", False),
        ("pkg:generic/other@1.19.4", False),
        ("pkg:generic/busybox@1.19.4?arch=mips", True),
        ("cpe:2.3:a:busybox:busybox:1.19.4:*:*:*:*:*:*:*", True),
        ("cpe:2.3:a:busybox:busybox:*:*:*:*:*:*:*:*", True),
        ("cpe:2.3:a:busybox:busybox:1.2:*:*:*:*:*:*:*", False),
        ("BusyBox", True),
        ("busybox@1.19.4", True),
        ("busybox@1.2", False),
        ("openssl", False),
    ],
)
def test_whom_a_statement_concerns(product: str, expected: bool) -> None:  # noqa: FBT001 - a table
    said = Statement(flaw=ID, product=product, status="fixed")
    assert concerns(said, component("BusyBox", "1.19.4", "busybox:busybox")) == expected


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput):
        read_statements(tmp_path / "absent.json")


def test_the_last_statement_that_settles_it_counts(
    write: Callable[..., Path], search: Callable[..., list]
) -> None:
    files = [write(nvd(ID, hit("busybox:busybox")))]
    one = Statement(flaw=ID, product="", status="not_affected", author="A")
    two = Statement(flaw=ID, product="", status="affected", author="B")
    three = Statement(flaw=ID, product="", status="under_investigation", author="C")
    box = component("BusyBox", "1.19.4", "busybox:busybox")
    assert search(files, box, statements=(one, two, three))[0].status == "affected"
    assert search(files, box, statements=(two, one, three))[0].status == "not-affected"
