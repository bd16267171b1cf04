"""A bill with dependencies, several licences, an interval of versions, odd names, and files."""

import pytest

from assay.model.result import Component, Occurrence, Subject, Tool
from assay.report.bom.bill import Bill, BillFile

A, B = "ab" * 32, "cd" * 32


def component(name: str, version: str, **more: object) -> Component:
    """Return a component that was seen at one place."""
    settings = {
        "purl": f"pkg:generic/{name.lower()}@{version}", "cpe": "", "kind": "full-copy",
        "method": "version banner", "confidence": 900,
        "occurrences": (
            Occurrence(
                path=f"lib/{name}", blob=A, offset=7, length=5, excerpt=f"{name} <v>",
                method="version banner", confidence=900,
            ),
        ),
    }  # fmt: skip
    return Component(name=name, version=version, **(settings | more))  # type: ignore[arg-type]


@pytest.fixture
def bill() -> Bill:
    """Return the bill."""
    components = (
        component(
            "OpenSSL", "1.0.2k", cpe="cpe:2.3:a:openssl:openssl:1.0.2k:*:*:*:*:*:*:*",
            licence="OpenSSL AND (SSLeay-standalone OR MIT)",
        ),
        component("zlib", "1.2.8", version_low="1.2.7", version_high="1.2.8", licence="Zlib"),
        component("curl", "", licence="own terms", needs=("pkg:generic/openssl@1.0.2k",)),
        component("Linux kernel", "3.10.14", kind="kernel", licence="GPL-2.0-only"),
        component("wl\x01é", "6.37", kind="module"),
    )  # fmt: skip
    files = (BillFile("bin/x", A, 10, ("lib/libz.so",)), BillFile("lib/libz.so", B, 20))
    return Bill(
        name="image\x02.bin",
        subject=Subject(sha256=A, size=9, kind="image"),
        tool=Tool(name="assay", version="0.1.0", digest=B),
        components=components,
        files=files,
    )
