"""SPDX 2.3 as JSON: a package for the image and for each component. Files have no place in it.

Layout: SPDX specification 2.3, clauses 6 to 11. A file of SPDX 2 must carry a SHA-1, which Assay
does not compute, so files are left to the other forms.
"""

import uuid
from typing import Any

from assay._kernel import canonical, lazy_re
from assay.model.result import Component
from assay.report.bom.bill import Bill, digest_of, is_expression
from assay.report.cyclonedx import NAMESPACE

NONE = "NOASSERTION"
PURPOSES = {"kernel": "OPERATING-SYSTEM", "module": "DEVICE", "program": "APPLICATION"}
MOST_PLACES = 5
_ODD = lazy_re.compile(r"[^\x20-\x7e]")


def document(bill: Bill, created: str) -> bytes:
    """Return *bill* as SPDX 2.3; *created* is its time, as `YYYY-MM-DDThh:mm:ssZ`."""
    identity = uuid.uuid5(NAMESPACE, bill.subject.sha256 + bill.tool.digest)
    return canonical.encode(
        {
            "spdxVersion": "SPDX-2.3",
            "dataLicense": "CC0-1.0",
            "SPDXID": "SPDXRef-DOCUMENT",
            "name": _plain(bill.name) or "image",
            "documentNamespace": f"urn:uuid:{identity}",
            "creationInfo": {
                "created": created,
                "creators": [f"Tool: {bill.tool.name}-{bill.tool.version}"],
                "comment": f"Digest of the tool and its data: {bill.tool.digest}.",
            },
            "packages": [
                _image(bill),
                *(_package(number, one) for number, one in enumerate(bill.components)),
            ],
            "relationships": _relationships(bill),
        }
    )


def _image(bill: Bill) -> dict[str, Any]:
    return {
        **_unstated("SPDXRef-Image", bill.name),
        "primaryPackagePurpose": "FIRMWARE",
        "checksums": [{"algorithm": "SHA256", "checksumValue": bill.subject.sha256}],
    }


def _unstated(identity: str, name: str) -> dict[str, Any]:
    return {
        "SPDXID": identity,
        "name": _plain(name) or "unnamed",
        "downloadLocation": NONE,
        "filesAnalyzed": False,
        "licenseConcluded": NONE,
        "licenseDeclared": NONE,
        "copyrightText": NONE,
        "supplier": NONE,
    }


def _package(number: int, component: Component) -> dict[str, Any]:
    told = _unstated(f"SPDXRef-Component-{number}", component.name)
    told["primaryPackagePurpose"] = PURPOSES.get(component.kind, "LIBRARY")
    told["sourceInfo"] = _plain(evidence_of(component))
    told["externalRefs"] = _references(component)
    if component.version:
        told["versionInfo"] = _plain(component.version)
    if is_expression(component.licence):
        told["licenseDeclared"] = component.licence
    if digest := digest_of(component):
        told["checksums"] = [{"algorithm": "SHA256", "checksumValue": digest}]
    return told


def _references(component: Component) -> list[dict[str, str]]:
    known = [("PACKAGE-MANAGER", "purl", component.purl), ("SECURITY", "cpe23Type", component.cpe)]
    return [
        {"referenceCategory": category, "referenceType": kind, "referenceLocator": text}
        for category, kind, text in known
        if text
    ]


def evidence_of(component: Component) -> str:
    """Return in a sentence how surely, and by what, *component* was identified."""
    places = "; ".join(
        f"{one.method} at {one.path} offset {one.offset} length {one.length} "
        f"of SHA-256 {one.blob} ({one.confidence} permille)"
        for one in component.occurrences[:MOST_PLACES]
    )
    low, high = component.version_low, component.version_high
    between = f" Version between {low or 'any'} and {high or 'any'}." if low or high else ""
    return f"{component.kind}, {component.confidence} permille.{between} Seen by {places}."


def _relationships(bill: Bill) -> list[dict[str, str]]:
    told = [_relation("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Image")]
    for number, component in enumerate(bill.components):
        own = f"SPDXRef-Component-{number}"
        told.append(_relation("SPDXRef-Image", "CONTAINS", own))
        told += [
            _relation(own, "DEPENDS_ON", f"SPDXRef-Component-{other}")
            for other in bill.needs(component)
        ]
    return told


def _relation(one: str, kind: str, other: str) -> dict[str, str]:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}


def _plain(text: str) -> str:
    return _ODD.sub("?", text)
