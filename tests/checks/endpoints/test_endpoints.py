"""The list of outside hosts: what counts as one and what does not."""

import pytest
from building import findings_of, image_of

from assay.checks.endpoints import inventory


def hosts(text: bytes, path: str = "/etc/app.conf") -> str:
    found = findings_of(inventory, image_of({path: text}))
    return found[0].says if found else ""


def test_lists_hosts_once_with_evidence() -> None:
    text = b"a=https://api.vendor.net/v1\nb=http://api.vendor.net\nc=tftp://203.0.113.9/x\n"
    (finding,) = findings_of(inventory, image_of({"/etc/app.conf": text}))
    assert "2 outside hosts" in finding.says
    assert "api.vendor.net (http/https)" in finding.says
    assert "203.0.113.9 (tftp)" in finding.says
    assert [one.offset for one in finding.evidence] == [54, 2]


@pytest.mark.parametrize(
    "text",
    [
        b"http://www.w3.org/2000/svg",
        b"http://192.168.1.1/",
        b"http://localhost/x",
        b"http://example.com/",
        b"http://router.lan/",
        b"http://ca.vendor.net/root.crl",
        b"http://%s/upgrade",
        b"http://999.1.1.1/",
    ],
)
def test_leaves_names_and_local_addresses(text: bytes) -> None:
    assert hosts(text) == ""


def test_leaves_documentation_and_pictures() -> None:
    assert hosts(b"see http://api.vendor.net/", "/usr/share/doc/x/README") == ""
    assert hosts(b"\0\x01\x02http://api.vendor.net/\0", "/www/a.gif") == ""


def test_long_lists_are_cut() -> None:
    text = b"\n".join(b"http://h%d.vendor.net/" % n for n in range(300))
    (finding,) = findings_of(inventory, image_of({"/etc/app.conf": text}))
    assert len(finding.evidence) <= 40
    assert len(finding.says) < 3000
