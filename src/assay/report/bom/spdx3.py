"""SPDX 3.0.1 as JSON-LD: profiles core, software and simple licensing.

Layout: SPDX specification 3.0.1 and its context, https://spdx.org/rdf/3.0.1/spdx-context.jsonld.
"""

import uuid
from typing import Any

from assay._kernel import canonical
from assay.model.result import Component
from assay.report.bom.bill import Bill, BillFile, digest_of, is_expression
from assay.report.bom.spdx2 import evidence_of
from assay.report.cyclonedx import NAMESPACE

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
PURPOSES = {"kernel": "operatingSystem", "module": "deviceDriver", "program": "application"}
CREATION = "_:creation"

Element = dict[str, Any]


def document(bill: Bill, created: str) -> bytes:
    """Return *bill* as SPDX 3.0.1; *created* is its time, as `YYYY-MM-DDThh:mm:ssZ`."""
    identity = uuid.uuid5(NAMESPACE, bill.subject.sha256 + bill.tool.digest)
    return canonical.encode(_Writer(bill, f"urn:uuid:{identity}#").graph(created))


class _Writer:
    """Writes the elements of one bill; *prefix* begins their identifiers."""

    def __init__(self, bill: Bill, prefix: str) -> None:
        self._bill = bill
        self._prefix = prefix

    def graph(self, created: str) -> dict[str, Any]:
        bill, tool = self._bill, self._bill.tool
        content = [self._image(), *self._components(), *self._files(), *self._relationships()]
        identities = [one["spdxId"] for one in content]
        creation = {
            "type": "CreationInfo",
            "@id": CREATION,
            "specVersion": "3.0.1",
            "created": created,
            "createdBy": [self._id("agent")],
            "createdUsing": [self._id("tool")],
        }
        agent = self._element("SoftwareAgent", "agent", name=tool.name)
        told = self._element("Tool", "tool", name=f"{tool.name} {tool.version}")
        head = self._element("SpdxDocument", "document", name=bill.name)
        head["rootElement"] = [self._id("sbom")]
        head["element"] = [self._id("sbom"), self._id("agent"), self._id("tool"), *identities]
        head["profileConformance"] = ["core", "simpleLicensing", "software"]
        sbom = self._element("software_Sbom", "sbom", name=bill.name)
        sbom |= {"rootElement": [self._id("image")], "element": identities}
        sbom["software_sbomType"] = ["analyzed"]
        return {"@context": CONTEXT, "@graph": [creation, agent, told, head, sbom, *content]}

    def _id(self, name: str) -> str:
        return self._prefix + name

    def _element(self, kind: str, local: str, /, **known: str) -> Element:
        return {"type": kind, "spdxId": self._id(local), "creationInfo": CREATION, **known}

    def _image(self) -> Element:
        image = self._element("software_Package", "image", name=self._bill.name)
        image["software_primaryPurpose"] = "firmware"
        image["verifiedUsing"] = [_hash(self._bill.subject.sha256)]
        return image

    def _components(self) -> list[Element]:
        told = []
        for number, component in enumerate(self._bill.components):
            told.append(self._component(number, component))
            if is_expression(component.licence):
                licence = self._element(
                    "simplelicensing_LicenseExpression", f"licence-{number}",
                    simplelicensing_licenseExpression=component.licence,
                )  # fmt: skip
                told.append(licence)
        return told

    def _component(self, number: int, component: Component) -> Element:
        told = self._element("software_Package", f"component-{number}", name=component.name)
        told["software_primaryPurpose"] = PURPOSES.get(component.kind, "library")
        told["comment"] = evidence_of(component)
        if component.version:
            told["software_packageVersion"] = component.version
        if component.purl:
            told["software_packageUrl"] = component.purl
        if component.cpe:
            told["externalIdentifier"] = [
                {
                    "type": "ExternalIdentifier",
                    "externalIdentifierType": "cpe23",
                    "identifier": component.cpe,
                }
            ]
        if digest := digest_of(component):
            told["verifiedUsing"] = [_hash(digest)]
        return told

    def _files(self) -> list[Element]:
        return [self._file(number, one) for number, one in enumerate(self._bill.files)]

    def _file(self, number: int, file: BillFile) -> Element:
        told = self._element("software_File", f"file-{number}", name=file.path)
        told["verifiedUsing"] = [_hash(file.sha256)]
        return told

    def _relationships(self) -> list[Element]:
        bill = self._bill
        places = {file.path: number for number, file in enumerate(bill.files)}
        told = [
            self._relation("contains", "image", [f"component-{n}" for n, _ in self._numbered()]),
            self._relation("contains", "image", [f"file-{n}" for n in range(len(bill.files))]),
        ]
        for number, component in self._numbered():
            needs = [f"component-{other}" for other in bill.needs(component)]
            told.append(self._relation("dependsOn", f"component-{number}", needs))
            licence = [f"licence-{number}"] if is_expression(component.licence) else []
            told.append(self._relation("hasDeclaredLicense", f"component-{number}", licence))
        for number, file in enumerate(bill.files):
            needs = [f"file-{places[path]}" for path in file.needs if path in places]
            told.append(self._relation("dependsOn", f"file-{number}", needs))
        return [one for one in told if one["to"]]

    def _numbered(self) -> list[tuple[int, Component]]:
        return list(enumerate(self._bill.components))

    def _relation(self, kind: str, one: str, others: list[str]) -> Element:
        name = f"{one}-{kind}-{others[0].partition('-')[0] if others else 'none'}"
        told = self._element("Relationship", name, relationshipType=kind)
        told |= {"from": self._id(one), "to": [self._id(other) for other in others]}
        return told


def _hash(sha256: str) -> Element:
    return {"type": "Hash", "algorithm": "sha256", "hashValue": sha256}
