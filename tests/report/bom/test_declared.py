"""Vendors' bills are read in each form; what is none is refused with advice."""

import json
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from assay.errors import UnreadableInput
from assay.report import cyclonedx
from assay.report.bom import spdx2, spdx3
from assay.report.bom.bill import Bill
from assay.report.bom.declared import declaration, read

TIME = "2026-03-01T00:00:00Z"
NESTED = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.4",
    "components": [
        {"type": "library", "group": "org.x", "name": "y", "version": "1",
         "components": [{"type": "library", "name": "inner", "version": 7}]},
        {"type": "file", "name": "/bin/x"}, {"type": "library"}, 5,
    ],
}  # fmt: skip


@pytest.mark.parametrize("form", ["cyclonedx", "spdx2", "spdx3"])
def test_reads_what_is_written(bill: Bill, form: str, tmp_path: Path) -> None:
    content = {
        "cyclonedx": lambda: cyclonedx.document(bill),
        "spdx2": lambda: spdx2.document(bill, TIME),
        "spdx3": lambda: spdx3.document(bill, TIME),
    }[form]()
    path = tmp_path / "bill.json"
    path.write_bytes(content)
    found = {one.name: one for one in read(path).components}
    names = {component.name for component in bill.components[:4]}
    assert names <= set(found)
    assert found["OpenSSL"].version == "1.0.2k"
    assert found["OpenSSL"].cpe.startswith("cpe:2.3:a:openssl")
    assert found["zlib"].purl == "pkg:generic/zlib@1.2.8"
    assert "bin/x" not in found
    if form != "spdx3":
        assert len(found) == len(bill.components)


def test_nested_and_odd_entries() -> None:
    found = declaration(NESTED, "x").components
    assert [(one.name, one.version) for one in found] == [("org.x/y", "1"), ("inner", "")]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"@graph": 5}', b"[" * 100_000, b"\xff"])
def test_what_is_no_bill_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bill.json"
    path.write_bytes(content)
    with pytest.raises(UnreadableInput) as caught:
        read(path)
    assert caught.value.advice


FORMS = [{"bomFormat": "CycloneDX"}, {"spdxVersion": "SPDX-2.3"}, {"@context": "spdx"}]
JSON = st.recursive(
    st.none() | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)


@given(
    st.sampled_from(["components", "packages", "@graph", "relationships"]),
    JSON,
    st.sampled_from(FORMS),
)
def test_hostile_bills_raise_nothing_else(key: str, value: object, form: dict[str, str]) -> None:
    told = json.loads(json.dumps({**form, "@graph": [], key: value}))
    for one in declaration(told, "x").components:
        assert one.name
