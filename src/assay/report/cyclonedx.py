"""CycloneDX 1.6: the bill of materials of what was identified, with the evidence for it."""

import uuid
from typing import Any

from assay._kernel import canonical
from assay.model.result import Component, Evaluation
from assay.report import Report

REPORT = Report(
    file="sbom.cdx.json",
    about="for supply-chain systems: CycloneDX 1.6 bill of materials",
    references=("https://cyclonedx.org/docs/1.6/json/",),
)

TECHNIQUES = {
    "package-database": "manifest-analysis",
    "banner": "binary-analysis",
    "kernel-banner": "binary-analysis",
    "soname": "binary-analysis",
}
TYPES = {"kernel": "operating-system", "program": "application"}
NAMESPACE = uuid.UUID("6e0f6a3c-3b0b-5c53-9a7e-54a1f5a0c1d2")


def render(evaluation: Evaluation, name: str) -> bytes:
    """Return the bill of materials as canonical JSON; without a time, so it is reproducible."""
    subject, tool = evaluation.subject, evaluation.tool
    components = [_component(number, c) for number, c in enumerate(evaluation.components)]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, subject.sha256 + tool.digest)}",
        "version": 1,
        "metadata": {
            "tools": {
                "components": [{"type": "application", "name": tool.name, "version": tool.version}]
            },
            "component": {
                "type": "firmware",
                "bom-ref": "image",
                "name": name,
                "hashes": [{"alg": "SHA-256", "content": subject.sha256}],
            },
        },
        "components": components,
        "dependencies": [{"ref": "image", "dependsOn": [c["bom-ref"] for c in components]}],
        "compositions": [{"aggregate": "incomplete", "assemblies": ["image"]}],
    }
    return canonical.encode(document)


def _component(number: int, component: Component) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": TYPES.get(component.kind, "library"),
        "bom-ref": f"component-{number}",
        "name": component.name,
        "evidence": _evidence(component),
        "properties": [
            {"name": "assay:kind", "value": component.kind},
            {"name": "assay:method", "value": component.method},
        ],
    }
    known = {"version": component.version, "purl": component.purl, "cpe": component.cpe}
    told |= {key: value for key, value in known.items() if value}
    if component.licence:
        told["licenses"] = [{"license": {"name": component.licence}}]
    return told


def _evidence(component: Component) -> dict[str, Any]:
    confidence = component.confidence / 1000
    occurrences = [
        {
            "location": occurrence.path,
            "offset": occurrence.offset,
            "additionalContext": f"blob {occurrence.blob}, {occurrence.length} bytes: "
            f"{occurrence.excerpt[:200]}",
        }
        for occurrence in component.occurrences
    ]
    technique = TECHNIQUES.get(component.method, "other")
    return {
        "identity": [
            {
                "field": "name",
                "confidence": confidence,
                "methods": [
                    {"technique": technique, "confidence": confidence, "value": component.method}
                ],
            }
        ],
        "occurrences": occurrences,
    }
