"""Declared against seen: each relation, and the ways in which names and versions differ."""

import pytest

from assay.model.result import Component, Occurrence
from assay.report.bom.comparing import compare
from assay.report.bom.declared import Declared


def component(name: str, version: str, **more: object) -> Component:
    place = Occurrence(
        path=f"lib/{name}", blob="ab" * 32, offset=7, length=5, excerpt="x", method="m"
    )
    settings = {
        "purl": f"pkg:generic/{name.lower()}@{version}", "cpe": "", "kind": "full-copy",
        "method": "version banner", "confidence": 900, "occurrences": (place,),
    }  # fmt: skip
    return Component(name=name, version=version, **(settings | more))  # type: ignore[arg-type]


SEEN = (
    component("OpenSSL", "1.0.2k"),
    component("BusyBox", "1.19.4"),
    component("zlib", "1.2.8", version_low="1.2.6", version_high="1.2.8"),
    component("uClibc", ""),
)


def relation(declared: Declared) -> str:
    (match,) = [one for one in compare([declared], SEEN) if one.declared is declared]
    return match.relation


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (Declared("openssl", "1.0.2k"), "agrees"),
        (Declared("libssl1.1", "1:1.0.2k-1"), "agrees"),
        (Declared("x", "1.0.2k", cpe="cpe:2.3:a:openssl:openssl:1.0.2k:*:*:*:*:*:*:*"), "agrees"),
        (Declared("x", "v1.0.2k", purl="pkg:deb/debian/openssl@1.0.2k?arch=mips"), "agrees"),
        (Declared("openssl", "1.0.2l"), "contradicted"),
        (Declared("openssl", "3.0.1"), "contradicted"),
        (Declared("busybox", ""), "not comparable"),
        (Declared("uclibc", "0.9.33"), "not comparable"),
        (Declared("zlib", "1.2.7"), "agrees"),
        (Declared("zlib", "1.2.11"), "contradicted"),
        (Declared("dnsmasq", "2.80"), "not seen"),
    ],
)
def test_relations(declared: Declared, expected: str) -> None:
    assert relation(declared) == expected


def test_undeclared_counts_unless_it_is_a_fragment_or_unsure() -> None:
    weak = (component("curl", "7.1", kind="fragment"), component("Boa", "0.94", confidence=500))
    found = compare([Declared("openssl", "1.0.2k")], (*SEEN[:2], *weak))
    assert [(one.relation, one.seen[0].name) for one in found] == [
        ("undeclared", "BusyBox"),
        ("agrees", "OpenSSL"),
    ]


def test_a_second_version_beside_the_declared_one_contradicts() -> None:
    seen = (component("OpenSSL", "1.0.2k"), component("OpenSSL", "0.9.8a"))
    (match,) = compare([Declared("OpenSSL", "1.0.2k")], seen)
    assert match.relation == "contradicted"
    assert "also there is OpenSSL 0.9.8a (lib/OpenSSL)" in match.says
