"""The checks of keys: positives, near misses, hostile files."""

from building import findings_of, image_of
from making import key_pem, make_certificate, make_key

from assay.checks.secrets import authorized_keys, known_key, private_key

# A public key that https://github.com/rapid7/ssh-badkeys publishes with its private half.
PUBLISHED = (
    b"ssh-rsa AAAAB3NzaC1yc2EAAAABIwAAAIEAvIhC5skTzxyHif/7iy3yhxuK6/OB13hjPqrskogkYFrcW8OK4VJT"
    b"+5+Fx7wd4sQCnVn8rNqahw/x6sfcOMDI/Xvn4yKU4t8TnYf2MpUVr4ndz39L5Ds1n7Si1m2suUNxWbKv58I8+NMh"
    b"lt2ITraSuTU0NGymWOc8+LNi+MHXdLk= someone\n"
)


def test_private_key_names_its_certificate() -> None:
    key = make_key()
    files = {"/etc/k.pem": key_pem(key), "/etc/c.pem": make_certificate(key)}
    (finding,) = findings_of(private_key, image_of(files))
    assert "EC private key of 256 bits" in finding.says
    assert "/etc/c.pem" in finding.says
    assert finding.severity == "high"


def test_encrypted_key_is_low() -> None:
    (finding,) = findings_of(private_key, image_of({"/k": key_pem(make_key(), b"word")}))
    assert finding.severity == "low"
    assert "passphrase" in finding.says


def test_markers_and_public_keys_are_no_private_keys() -> None:
    files = {
        "/lib/libtls.so": b"\x7fELF-----BEGIN RSA PRIVATE KEY-----\0-----END RSA PRIVATE KEY-----",
        "/doc.txt": b"-----BEGIN PRIVATE KEY-----\n(your key here)\n-----END PRIVATE KEY-----\n",
        "/root/id.pub": PUBLISHED,
    }
    assert findings_of(private_key, image_of(files)) == []


def test_published_key() -> None:
    (finding,) = findings_of(known_key, image_of({"/root/.ssh/authorized_keys": PUBLISHED}))
    assert "f5-bigip-cve-2012-1493" in finding.says
    assert finding.severity == "critical"
    assert findings_of(known_key, image_of({"/etc/k.pem": key_pem(make_key())})) == []


def test_authorized_keys_by_where_they_are_read() -> None:
    (finding,) = findings_of(
        authorized_keys, image_of({"/etc/dropbear/authorized_keys": PUBLISHED})
    )
    assert finding.severity == "high"
    assert "rsa 1024 (someone)" in finding.says
    (aside,) = findings_of(authorized_keys, image_of({"/etc/authorized_keys.off": PUBLISHED}))
    assert aside.confidence == "tentative"
    assert findings_of(authorized_keys, image_of({"/etc/update.pub": PUBLISHED})) == []


def test_every_published_key_has_a_fingerprint_and_a_reference() -> None:
    assert len(known_key.published()) >= 20
    assert all(
        len(digest) == 32 and "/" in entry for digest, entry in known_key.published().items()
    )
