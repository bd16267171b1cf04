"""Fixtures for known flaws: small stores, components, and searches in them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.model.flaws import KnownFlaw, Setting, Statement
from assay.model.result import Component, Occurrence
from assay.vulns.matching.search import Search
from assay.vulns.store.building import build
from assay.vulns.store.snapshots import open_store

BLOB = "ab" * 32


def component(name: str, version: str, cpe: str = "", **changes: Any) -> Component:
    """Return a component with one occurrence; *cpe* is `vendor:product`."""
    part = "o" if cpe == "linux:linux_kernel" else "a"
    given = {
        "purl": f"pkg:generic/{name.lower()}@{version}",
        "kind": "kernel" if part == "o" else "program",
        **changes,
    }
    place = Occurrence(
        path=f"root//usr/{name}", blob=BLOB, offset=16, length=4, excerpt=version, method="banner"
    )
    return Component(
        name=name,
        version=version,
        cpe=f"cpe:2.3:{part}:{cpe}:{version or '*'}:*:*:*:*:*:*:*" if cpe else "",
        method="banner",
        confidence=900,
        occurrences=(place,),
        **given,
    )


def nvd(identity: str, *matches: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return an NVD record with one configuration of *matches*, or those in *changes*."""
    node = {"operator": "OR", "negate": False, "cpeMatch": list(matches)}
    return {
        "id": identity,
        "sourceIdentifier": "nvd@nist.gov",
        "vulnStatus": "Analyzed",
        "published": "2020-01-02T00:00:00",
        "lastModified": "2021-03-04T00:00:00",
        "descriptions": [{"lang": "en", "value": f"{identity} in words."}],
        "configurations": [{"nodes": [node]}],
        **changes,
    }


def hit(name: str, **bounds: Any) -> dict[str, Any]:
    """Return a cpeMatch for `vendor:product[:version[:update]]`."""
    fields = name.split(":")
    part = fields.pop(0) if fields[0] in {"a", "o", "h"} else "a"
    fields += ["*"] * (11 - 1 - len(fields))
    return {"vulnerable": True, "criteria": f"cpe:2.3:{part}:{':'.join(fields)}", **bounds}


def cve(identity: str, affected: list[dict[str, Any]], by: str = "somebody") -> dict[str, Any]:
    """Return a CVE record whose authority *by* states *affected*."""
    return {
        "dataType": "CVE_RECORD",
        "cveMetadata": {"cveId": identity, "state": "PUBLISHED", "dateUpdated": "2022-01-01"},
        "containers": {
            "cna": {
                "providerMetadata": {"shortName": by},
                "descriptions": [{"lang": "en", "value": "text"}],
                "affected": affected,
            }
        },
    }


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes records as JSON lines, or a document as it is."""

    def written(*records: Any, name: str = "feed.jsonl") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(json.dumps(one) for one in records) + "\n", "utf-8")
        return path

    return written


@pytest.fixture
def search(tmp_path: Path) -> Callable[..., list[KnownFlaw]]:
    """Return a function that matches a component with feed files."""

    def found(
        files: list[Path],
        *components: Component,
        setting: Setting | None = None,
        statements: tuple[Statement, ...] = (),
    ) -> list[KnownFlaw]:
        _, place = build(files, tmp_path / "store", fresh=True)
        store = open_store(place)
        try:
            _, flaws = Search(store, setting or Setting(), statements).run(components)
        finally:
            store.close()
        return list(flaws)

    return found


@pytest.fixture
def status(
    write: Callable[..., Path], search: Callable[..., list[KnownFlaw]]
) -> Callable[..., str]:
    """Return a function that tells what records say of the first component: a status or `none`."""

    def told(records: list[Any], *components: Component, **given: Any) -> str:
        flaws = search([write(*records)], *components, **given)
        mine = [one for one in flaws if one.component == components[0].name]
        return mine[0].status if mine else "none"

    return told
