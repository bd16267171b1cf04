"""The checks of readable passwords: positives, near misses, hostile files."""

import pytest
from building import findings_of, image_of

from assay.checks.check import Scope
from assay.checks.secrets import password_in_binary, password_in_configuration, url_credentials

ELF = b"\x7fELF\x01\x01\x01" + b"\0" * 60


def test_configuration() -> None:
    image = image_of({"/etc/config/system": b"option ui_password 'admin'\noption name 'x'\n"})
    (finding,) = findings_of(password_in_configuration, image)
    assert (finding.severity, finding.confidence) == ("high", "firm")
    assert "published default" in finding.says
    assert finding.evidence[0].excerpt == "option ui_password 'admin'"


def test_samples_and_documents_are_tentative() -> None:
    image = image_of({"/etc/ddns.sample": b"password=hunter22\n"})
    (finding,) = findings_of(password_in_configuration, image)
    assert (finding.severity, finding.confidence) == ("low", "tentative")


def test_pages_and_placeholders_are_left_alone() -> None:
    files = {"/www/a.js": b"var password = 'hunter22';\n", "/etc/a.conf": b"password=<yours>\n"}
    scope = Scope()
    assert list(password_in_configuration.run(image_of(files), scope)) == []
    assert scope.examined == 1


@pytest.mark.parametrize(
    ("string", "says"),
    [
        (b"\0http_passwd=sekret9\0", "http_passwd=sekret9"),
        (b"\0Authorization: Basic cm9vdDpzZWtyZXQ5\r\n\0", "root with the password sekret9"),
        (b"\0echo root:sekret9 | chpasswd\0", "the password of root is set to sekret9"),
        (b"\0AKIA" + b"Q" * 16 + b"\0", "AKIAQQQQ"),
    ],
)
def test_binary(string: bytes, says: str) -> None:
    (finding,) = findings_of(password_in_binary, image_of({"/bin/d": ELF + string}))
    assert says in finding.says


@pytest.mark.parametrize(
    "string",
    [b"\0http_passwd=%s\0", b"\0password=\0", b"\0Authorization: Basic %s\0", b"\0passwd=$PW\0",
     b"\0echo root:%s | chpasswd\0", b"\0Authorization: Basic QQ==QQQQQQ\0"],
)  # fmt: skip
def test_format_strings_in_binaries(string: bytes) -> None:
    assert findings_of(password_in_binary, image_of({"/bin/d": ELF + string})) == []


def test_url_credentials() -> None:
    text = b"url='https://fota:Zk3lr9Aq@fota.vendor.net/get'\n"
    (finding,) = findings_of(url_credentials, image_of({"/etc/fota": text}))
    assert "user fota at fota.vendor.net (https)" in finding.says
    assert text[finding.evidence[0].offset :].startswith(b"https://fota")


@pytest.mark.parametrize(
    "line",
    [b"http://user:password@host/", b"# http://a1:Zk3lr9Aq@b.net/", b"ftp://%s:%s@%s",
     b"http://$u:$p@b.net", b"http://a1:Zk3lr9Aq@example.com/"],
)  # fmt: skip
def test_url_templates(line: bytes) -> None:
    assert findings_of(url_credentials, image_of({"/etc/f": line + b"\n"})) == []


def test_readable_password_of_a_web_account() -> None:
    image = image_of({"/etc/httpd.conf": b"A:*\n/:admin:Zk3lr9Aq\n"})
    (finding,) = findings_of(password_in_configuration, image)
    assert "web accounts: admin" in finding.says
