"""The checks of accounts: positives, near misses, hostile files."""

from building import findings_of, image_of

from assay.checks.accounts import (
    default_password,
    duplicate_root,
    empty_password,
    service_shell,
    weak_hash,
)
from assay.checks.check import Scope
from assay.inventory.passwords.scheme import WEAK

PASSWD = b"root:x:0:0:root:/root:/bin/ash\nftp:*:55:55:ftp:/home/ftp:/bin/false\n"
ADMIN = b"$1$4ce6a0$8327Pr9kC9SH9S4b/oH4M1"


def test_empty_password() -> None:
    image = image_of({"/etc/passwd": b"root::0:0:root:/:/bin/sh\n"})
    (finding,) = findings_of(empty_password, image)
    assert finding.severity == "critical"
    assert finding.evidence[0].excerpt == "root::0:0:root:/:/bin/sh"
    assert "root" in finding.says


def test_locked_and_shell_less_accounts_have_no_empty_password() -> None:
    image = image_of(
        {
            "/etc/passwd": PASSWD + b"lp::7:7:lp:/:/sbin/nologin\n",
            "/etc/shadow": b"root:*:1:0:99999:7:::\nftp:!:1:0:99999:7:::\ngone::1:0:99999:7:::\n",
        }
    )
    scope = Scope()
    assert list(empty_password.run(image, scope)) == []
    assert scope.examined == 6


def test_empty_password_in_a_template_is_tentative() -> None:
    image = image_of({"/usr/share/passwd.orig": b"root::0:0:root:/:/bin/sh\n"})
    (finding,) = findings_of(empty_password, image)
    assert (finding.severity, finding.confidence) == ("medium", "tentative")


def test_default_password_of_root() -> None:
    image = image_of(
        {"/etc/passwd": PASSWD, "/etc/shadow": b"root:" + ADMIN + b":1:0:99999:7:::\n"}
    )
    (finding,) = findings_of(default_password, image)
    assert (finding.severity, finding.confidence) == ("critical", "certain")
    assert "'admin'" in finding.says


def test_another_password_is_no_default_and_says_how_many_were_tried() -> None:
    image = image_of({"/etc/shadow": b"root:$6$salt$" + b"a" * 86 + b":1:0:99999:7:::\n"})
    scope = Scope()
    assert list(default_password.run(image, scope)) == []
    assert "passwords were tried" in scope.gaps[0]
    clear = image_of({"/etc/shadow": b"root:$1$salt$" + b"a" * 22 + b":1:0:99999:7:::\n"})
    assert list(default_password.run(clear, scope := Scope())) == []
    assert (scope.examined, scope.gaps) == (1, [])


def test_an_account_without_passwd_line_is_low() -> None:
    image = image_of(
        {"/etc/passwd": PASSWD, "/etc/shadow": b"gone:" + ADMIN + b":1:0:99999:7:::\n"}
    )
    (finding,) = findings_of(default_password, image)
    assert finding.severity == "low"


def test_default_password_of_a_web_account() -> None:
    image = image_of({"/etc/httpd.conf": b"A:*\n/:admin:password\n"})
    (finding,) = findings_of(default_password, image)
    assert "web account admin" in finding.says


def test_weak_hashes_are_one_finding_a_scheme() -> None:
    image = image_of(
        {
            "/etc/shadow": b"a:"
            + ADMIN
            + b":1::::::\nb:"
            + ADMIN
            + b":1::::::\nc:abOV.DfJmdnYw:1::::::\n"
        }
    )
    assert [f.says for f in findings_of(weak_hash, image)] == [
        f"In /etc/shadow the password hash of c is {WEAK['des']}.",
        "In /etc/shadow the password hash of a, b is MD5-crypt.",
    ]
    assert findings_of(weak_hash, image_of({"/etc/shadow": b"root:*:1::::::\n"})) == []


def test_duplicate_root() -> None:
    image = image_of({"/etc/passwd": PASSWD + b"toor:abOV.DfJmdnYw:0:0::/:/bin/sh\n"})
    (finding,) = findings_of(duplicate_root, image)
    assert "toor can log in" in finding.says
    assert finding.severity == "medium"
    assert findings_of(duplicate_root, image_of({"/etc/passwd": PASSWD})) == []


def test_service_account_with_shell_and_password() -> None:
    image = image_of({"/etc/passwd": PASSWD + b"nobody:abOV.DfJmdnYw:99:99::/:/bin/sh\n"})
    (finding,) = findings_of(service_shell, image)
    assert "nobody (/bin/sh)" in finding.says
    assert findings_of(service_shell, image_of({"/etc/passwd": PASSWD})) == []


def test_hostile_names_stay_in_their_line() -> None:
    image = image_of({"/etc/passwd": b"\xff\x1b[2J::0:0:::\nroot\0::0:0:root:/:/bin/sh\n"})
    for check in (empty_password, default_password, weak_hash, duplicate_root, service_shell):
        assert all("\x1b" not in finding.says for finding in findings_of(check, image))


def test_a_login_setting_with_a_published_default() -> None:
    image = image_of({"/etc/config/ui": b"option ui_password 'admin'\noption wpa_psk 'admin'\n"})
    (finding,) = findings_of(default_password, image)
    assert finding.says.endswith("default passwords: ui_password = 'admin'.")
    other = image_of({"/etc/config/ui": b"option ui_password 'Zk3lr9Aq'\n"})
    assert findings_of(default_password, other) == []
    sample = image_of({"/etc/ui.sample": b"option ui_password 'admin'\n"})
    assert findings_of(default_password, sample) == []
