"""CycloneDX 1.6: the bill of materials of what was identified, with the evidence for it."""

import uuid
from typing import Any

from assay._kernel import canonical
from assay.model.result import Component, Evaluation, Occurrence
from assay.report import Report
from assay.report.bom.bill import (
    Bill,
    BillFile,
    bill_of,
    digest_of,
    is_expression,
    spdx_licences,
)
from assay.report.flaws.cyclonedx import vulnerabilities

REPORT = Report(
    file="sbom.cdx.json",
    about="for supply-chain systems: CycloneDX 1.6 bill of materials",
    references=("https://cyclonedx.org/docs/1.6/json/",),
)

TECHNIQUES = {
    "build information": "manifest-analysis",
    "language package": "manifest-analysis",
    "library name": "filename",
    "package database": "manifest-analysis",
}
TYPES = {"kernel": "operating-system", "module": "device-driver", "program": "application"}
NAMESPACE = uuid.UUID("6e0f6a3c-3b0b-5c53-9a7e-54a1f5a0c1d2")


def render(evaluation: Evaluation, name: str) -> bytes:
    """Return the bill of materials as canonical JSON; without a time, so it is reproducible."""
    return document(bill_of(evaluation, name), vulnerabilities(evaluation))


def document(bill: Bill, flaws: list[dict[str, Any]] | None = None) -> bytes:
    """Return *bill* as canonical JSON, with the vulnerabilities *flaws* where there are any."""
    subject, tool = bill.subject, bill.tool
    extra = {"vulnerabilities": flaws} if flaws else {}
    return canonical.encode(
        extra
        | {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, subject.sha256 + tool.digest)}",
            "version": 1,
            "metadata": {
                "tools": {
                    "components": [
                        {"type": "application", "name": tool.name, "version": tool.version}
                    ]
                },
                "component": {
                    "type": "firmware",
                    "bom-ref": "image",
                    "name": bill.name,
                    "hashes": [_hash(subject.sha256)],
                },
            },
            "components": [
                *(_component(number, one) for number, one in enumerate(bill.components)),
                *(_file(number, one) for number, one in enumerate(bill.files)),
            ],
            "dependencies": _dependencies(bill),
            "compositions": [{"aggregate": "incomplete", "assemblies": ["image"]}],
        }
    )


def _hash(sha256: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": sha256}


def _component(number: int, component: Component) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": TYPES.get(component.kind, "library"),
        "bom-ref": f"component-{number}",
        "name": component.name,
        "evidence": _evidence(component),
        "properties": _properties(component),
    }
    known = {"version": component.version, "purl": component.purl, "cpe": component.cpe}
    told |= {key: value for key, value in known.items() if value}
    if component.licence:
        told["licenses"] = _licences(component.licence)
    if digest := digest_of(component):
        told["hashes"] = [_hash(digest)]
    return told


def _properties(component: Component) -> list[dict[str, str]]:
    known = {
        "assay:kind": component.kind,
        "assay:method": component.method,
        "assay:version-low": component.version_low,
        "assay:version-high": component.version_high,
    }
    return [{"name": name, "value": value} for name, value in known.items() if value]


def _licences(licence: str) -> list[dict[str, Any]]:
    if licence in spdx_licences():
        return [{"license": {"id": licence}}]
    return [{"expression": licence} if is_expression(licence) else {"license": {"name": licence}}]


def _evidence(component: Component) -> dict[str, Any]:
    methods: dict[str, int] = {component.method: component.confidence}
    for one in component.occurrences:
        methods[one.method] = max(methods.get(one.method, 0), one.confidence)
    told = [
        {
            "technique": TECHNIQUES.get(method, "binary-analysis"),
            "confidence": confidence / 1000,
            "value": method,
        }
        for method, confidence in sorted(methods.items())
    ]
    fields = ["name", "version"] if component.version else ["name"]
    confidence = component.confidence / 1000
    return {
        "identity": [
            {"field": field, "confidence": confidence, "methods": told} for field in fields
        ],
        "occurrences": [_occurrence(one) for one in component.occurrences],
    }


def _occurrence(one: Occurrence) -> dict[str, Any]:
    context = f"{one.method}: {one.length} bytes of blob {one.blob}: {one.excerpt[:200]}"
    return {"location": one.path, "offset": one.offset, "additionalContext": context}


def _file(number: int, file: BillFile) -> dict[str, Any]:
    return {
        "type": "file",
        "bom-ref": f"file-{number}",
        "name": file.path,
        "hashes": [_hash(file.sha256)],
        "properties": [{"name": "assay:size", "value": str(file.size)}],
    }


def _dependencies(bill: Bill) -> list[dict[str, Any]]:
    """Return who needs whom; an entry without `dependsOn` needs nothing that was found."""
    count = len(bill.components)
    told: list[dict[str, Any]] = [
        {"ref": "image", "dependsOn": [f"component-{number}" for number in range(count)]}
    ]
    for number, component in enumerate(bill.components):
        needs = [f"component-{other}" for other in bill.needs(component)]
        if needs:
            told.append({"ref": f"component-{number}", "dependsOn": needs})
    places = {file.path: number for number, file in enumerate(bill.files)}
    for number, file in enumerate(bill.files):
        needs = [f"file-{places[path]}" for path in file.needs if path in places]
        if needs:
            told.append({"ref": f"file-{number}", "dependsOn": needs})
    return told
