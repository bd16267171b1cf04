"""Accounts against what the documents are said to name."""

import pytest
from building import image_of

from assay.checks.accounts import undeclared
from assay.checks.check import Scope
from assay.inventory.declared import Declared, DeclaredAccount

HASH = b"$1$abcdefgh$0123456789abcdefghijk."
ADMIN = Declared(accounts=(DeclaredAccount(name="admin"),))


def found(declared, passwd, **files):
    image = image_of({"/etc/passwd": passwd, **files})
    image.declared = declared
    scope = Scope()
    return list(undeclared.run(image, scope)), scope


def test_without_a_declaration_nothing_is_said():
    findings, scope = found(None, b"root:" + HASH + b":0:0::/:/bin/sh\n")
    assert not findings
    assert scope.gaps == [undeclared.NOTHING_DECLARED]


def test_only_undeclared_accounts_are_found():
    text = b"admin:%b:0:0::/:/bin/sh\nservice:%b:0:0::/:/bin/sh\n" % (HASH, HASH)
    (finding,), _ = found(ADMIN, text)
    assert "service can log in" in finding.says
    assert "admin" not in finding.says
    assert finding.severity == "high"


@pytest.mark.parametrize(
    "line",
    [b"nobody:*:99:99::/:/bin/sh\n", b"ftp:%b:5:5::/:/bin/false\n" % HASH, b"x:x:1:1::/:/bin/sh\n"],
)
def test_accounts_that_cannot_log_in(line):
    findings, _ = found(ADMIN, line)
    assert not findings
