"""Reading a vendor's bill of materials: CycloneDX, SPDX 2 and SPDX 3, each as JSON.

Only what names a component is taken: name, version, purl, CPE, digests. A file of another form, or
one that is too large, raises `UnreadableInput`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from assay._kernel.value import Value
from assay.errors import UnreadableInput

LARGEST = 256 << 20
MOST_COMPONENTS = 200_000
NOT_SOFTWARE = {"file", "device", "platform", "data", "machine-learning-model"}
ADVICE = "Give CycloneDX JSON, or SPDX 2.2, 2.3 or 3.0 as JSON."


class Declared(Value):
    """A component that a bill of materials declares; texts are empty where it says nothing."""

    name: str
    version: str = ""
    purl: str = ""
    cpe: str = ""


class Declaration(Value):
    """A bill of materials as read: its form, and its components in their order."""

    form: str
    components: tuple[Declared, ...]


def read(path: Path) -> Declaration:
    """Return the bill of materials at *path*; raises `UnreadableInput` for what is none."""
    try:
        if path.stat().st_size > LARGEST:
            raise UnreadableInput(f"{path} is larger than {LARGEST >> 20} MiB", advice=ADVICE)
        told = msgspec.json.decode(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror}", advice=ADVICE) from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise UnreadableInput(f"{path} is not JSON: {error}", advice=ADVICE) from None
    return declaration(told, str(path))


def declaration(told: object, name: str) -> Declaration:
    """Return what the decoded JSON *told* declares; *name* is for the error."""
    if isinstance(told, dict):
        if told.get("bomFormat") == "CycloneDX":
            form, found = f"CycloneDX {_text(told, 'specVersion')}", _cyclonedx(told)
        elif "spdxVersion" in told:
            form, found = _text(told, "spdxVersion"), _spdx2(told)
        elif "@graph" in told and "spdx" in _text(told, "@context"):
            form, found = "SPDX 3", _spdx3(told)
        else:
            raise UnreadableInput(f"{name} is no bill of materials", advice=ADVICE)
        return Declaration(form, tuple(found))
    raise UnreadableInput(f"{name} is no bill of materials", advice=ADVICE)


def _text(told: dict[str, Any], key: str) -> str:
    value = told.get(key, "")
    return value if isinstance(value, str) else ""


def _records(told: object) -> list[dict[str, Any]]:
    return [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []


def _cyclonedx(told: dict[str, Any]) -> Iterator[Declared]:
    pending = _records(told.get("components"))[::-1]
    for _ in range(MOST_COMPONENTS):
        if not pending:
            return
        one = pending.pop()
        pending += _records(one.get("components"))[::-1]
        if _text(one, "type") in NOT_SOFTWARE or not _text(one, "name"):
            continue
        name = "/".join(part for part in (_text(one, "group"), _text(one, "name")) if part)
        yield Declared(name, _text(one, "version"), _text(one, "purl"), _text(one, "cpe"))


def _spdx2(told: dict[str, Any]) -> Iterator[Declared]:
    described = {
        _text(one, "relatedSpdxElement")
        for one in _records(told.get("relationships"))
        if _text(one, "relationshipType") == "DESCRIBES"
    }
    packages = _records(told.get("packages"))[:MOST_COMPONENTS]
    for one in packages:
        if not _text(one, "name") or (_text(one, "SPDXID") in described and len(packages) > 1):
            continue
        references = {
            _text(reference, "referenceType"): _text(reference, "referenceLocator")
            for reference in _records(one.get("externalRefs"))
        }
        cpe = references.get("cpe23Type", references.get("cpe22Type", ""))
        version = _text(one, "versionInfo")
        yield Declared(_text(one, "name"), version, references.get("purl", ""), cpe)


def _spdx3(told: dict[str, Any]) -> Iterator[Declared]:
    graph = _records(told.get("@graph"))
    roots = {
        root
        for one in graph
        if _text(one, "type") == "software_Sbom" and isinstance(one.get("rootElement"), list)
        for root in one["rootElement"]
        if isinstance(root, str)
    }
    packages = [one for one in graph if _text(one, "type") == "software_Package"]
    for one in packages[:MOST_COMPONENTS]:
        if not _text(one, "name") or (_text(one, "spdxId") in roots and len(packages) > 1):
            continue
        cpe = next(
            (
                _text(other, "identifier")
                for other in _records(one.get("externalIdentifier"))
                if _text(other, "externalIdentifierType").startswith("cpe")
            ),
            "",
        )
        version, purl = _text(one, "software_packageVersion"), _text(one, "software_packageUrl")
        yield Declared(_text(one, "name"), version, purl, cpe)
