"""The checks of certificates: positives, near misses, hostile files."""

from building import findings_of, image_of
from making import key_pem, make_certificate, make_key

from assay.checks.certificates import ca_with_key, expired, inventory, weak
from assay.checks.check import Scope

YEAR_2020 = 1577836800


def test_expired_before_the_image_was_made() -> None:
    key = make_key()
    files = {"/etc/s.crt": make_certificate(key, last=2019), "/etc/s.key": key_pem(key)}
    (finding,) = findings_of(expired, image_of(files, mtime=YEAR_2020))
    assert "expired on 2019-01-01" in finding.says
    assert "(2020-01-01)" in finding.says


def test_valid_when_made_is_not_expired() -> None:
    files = {"/etc/s.crt": make_certificate(make_key(), last=2021)}
    assert findings_of(expired, image_of(files, mtime=YEAR_2020)) == []


def test_expired_trust_anchors_are_one_finding() -> None:
    bundle = b"".join(make_certificate(make_key(), ca=True, last=2010) for _ in range(4))
    files = {"/etc/ca.pem": bundle + make_certificate(make_key(), ca=True)}
    (finding,) = findings_of(expired, image_of(files, mtime=YEAR_2020))
    assert finding.says.startswith("4 of 5 CA certificates")
    assert len(finding.evidence) == 4


def test_without_plausible_times_nothing_is_said_but_a_gap() -> None:
    files = {"/etc/s.crt": make_certificate(make_key(), last=2019)}
    for mtime in (0, 3_000_000_000):
        scope = Scope()
        assert list(expired.run(image_of(files, mtime=mtime), scope)) == []
        assert "2019-01-01" in scope.gaps[0]


def test_weak_key() -> None:
    key = make_key(1024)
    files = {"/etc/s.crt": make_certificate(key), "/etc/s.key": key_pem(key)}
    (finding,) = findings_of(weak, image_of(files))
    assert "RSA key of 1024 bits" in finding.says
    assert finding.severity == "medium"


def test_strong_key_is_not_weak() -> None:
    scope = Scope()
    image = image_of({"/etc/s.crt": make_certificate(make_key())})
    assert list(weak.run(image, scope)) == []
    assert scope.examined == 1


def test_ca_with_its_key() -> None:
    key = make_key()
    ca = make_certificate(key, ca=True)
    (finding,) = findings_of(ca_with_key, image_of({"/c.pem": ca, "/etc/k.pem": key_pem(key)}))
    assert "/etc/k.pem" in finding.says
    other = {"/c.pem": ca, "/etc/k.pem": key_pem(make_key())}
    assert findings_of(ca_with_key, image_of(other)) == []


def test_inventory_lists_own_before_others() -> None:
    key = make_key()
    files = {
        "/a.pem": make_certificate(make_key(), ca=True),
        "/etc/s.crt": make_certificate(key, name="own.example"),
        "/etc/s.key": key_pem(key),
    }
    (finding,) = findings_of(inventory, image_of(files))
    assert finding.subject.endswith("/etc/s.crt")
    assert "own.example" in finding.says
    assert "1 certificate to verify with" in finding.says
    assert findings_of(inventory, image_of({"/a.txt": b"nothing"})) == []


def test_broken_certificates_are_gaps() -> None:
    whole = make_certificate(make_key())
    torn = whole[:100] + b"AAAA" + whole[104:]
    image = image_of({"/etc/torn.pem": torn})
    for check in (expired, weak, inventory):
        scope = Scope()
        assert list(check.run(image, scope)) == []
        assert "could not be read" in scope.gaps[0]
