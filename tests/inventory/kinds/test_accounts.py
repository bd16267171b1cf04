"""Account files by form, account lines in other files, and hostile ones."""

import re

import pytest
from hypothesis import given, strategies

from assay.inventory.kinds import accounts
from assay.inventory.kinds.accounts import MOST_ACCOUNTS, AccountsFacts, examine

PASSWD = b"root:x:0:0:root:/root:/bin/ash\ndaemon:*:1:1:daemon:/var:/bin/false\n"
SHADOW = b"root:$1$4ce6a0$8327Pr9kC9SH9S4b/oH4M1:16541:0:99999:7:::\nhttp:x:0:0:99999:7:::\n"


def facts(content: bytes) -> AccountsFacts:
    found = examine(content)
    assert found is not None
    return found


def test_passwd() -> None:
    found = facts(PASSWD)
    assert found.form == "passwd"
    root, daemon = found.accounts
    assert (root.name, root.scheme, root.uid, root.shell) == ("root", "shadowed", 0, "/bin/ash")
    assert (daemon.scheme, daemon.field.offset) == ("locked", PASSWD.index(b"*"))


def test_shadow_with_a_default_password() -> None:
    found = facts(SHADOW)
    assert found.form == "shadow"
    root = found.accounts[0]
    assert root.attempt is not None
    assert root.attempt.password == "admin"
    assert SHADOW[root.field.offset :][: root.field.length] == b"$1$4ce6a0$8327Pr9kC9SH9S4b/oH4M1"


def test_group_htpasswd_and_httpd() -> None:
    group = facts(b"root:x:0:\nadm:x:4:a,b\n")
    assert (group.form, group.accounts[1].members) == ("group", ("a", "b"))
    assert facts(b"admin:{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=\n").form == "htpasswd"
    httpd = facts(b"A:*\n#/www:x:y  example\n/:admin:secret\n*.html:/usr/bin/php\n")
    assert (httpd.form, [(a.name, a.scheme) for a in httpd.accounts]) == (
        "httpd",
        [("admin", "plain")],
    )


def test_lines_in_scripts_and_programs() -> None:
    script = facts(b'#!/bin/sh\necho "root::0:0:root:/:/bin/sh" > /var/passwd\n')
    assert script.form == "embedded"
    assert [(a.name, a.scheme, a.shell) for a in script.accounts] == [("root", "empty", "/bin/sh")]
    program = facts(b"\x7fELF\0\0admin:abOV.DfJmdnYw:0:0:Admin:/:/bin/sh\0%s:x:0:0\0")
    assert program.accounts[0].attempt is not None
    assert program.accounts[0].attempt.password == "admin"


def test_formats_and_other_text_are_not_accounts() -> None:
    assert examine(b"\x7fELF\0%s:%s:0:0:%s:/:/bin/sh\0") is None
    assert examine(b"key: value\nother: 12:30:00\n") is None
    assert examine(b"http://host:80:0:0\n") is None
    assert examine(b"") is None


def test_a_huge_file_is_bounded() -> None:
    found = facts(b"".join(b"u%d::0:0:u:/:/bin/sh\n" % number for number in range(1900)))
    assert len(found.accounts) == MOST_ACCOUNTS
    assert not found.complete


@given(strategies.binary(max_size=300) | strategies.text("root:x0$1/.\n\0", max_size=200))
def test_any_bytes_are_taken(content: bytes | str) -> None:
    examine(content.encode() if isinstance(content, str) else content)


_SETTLED = re.compile(  # the lone hashes as they read when what may not stand in front comes first
    rb"(?<![./0-9A-Za-z$])(?P<field>\$1\$[./0-9A-Za-z]{1,8}\$[./0-9A-Za-z]{22}"
    rb"|\$5\$(?:rounds=\d{1,9}\$)?[./0-9A-Za-z]{1,16}\$[./0-9A-Za-z]{43}"
    rb"|\$6\$(?:rounds=\d{1,9}\$)?[./0-9A-Za-z]{1,16}\$[./0-9A-Za-z]{86}"
    rb"|\$2[abxy]\$\d\d\$[./0-9A-Za-z]{53})(?![./0-9A-Za-z$])"
)
_PARTS = strategies.sampled_from(
    [b"$", b"$1$", b"$5$", b"$6$", b"$2b$", b"a", b" ", b"rounds=500$", b"\0", b"12$", b"ab$"]
    + [b"a" * size for size in (8, 16, 22, 43, 53, 86)]
)


@given(strategies.lists(_PARTS, max_size=10).map(b"".join))
def test_lone_hashes_are_those_that_nothing_stands_in_front_of(content: bytes) -> None:
    found = [(match.span(), match.span("field")) for match in accounts._LONE.finditer(content)]
    wanted = [(match.span(), match.span("field")) for match in _SETTLED.finditer(content)]
    assert found == wanted


_PIECES = strategies.sampled_from([
    b"root", b"a.b", b":", b":", b":", b"0", b"0:0:", b"$1$abcdefgh", b"/bin/sh", b"/", b"x", b" ",
    b"%", b"a" * 13, b"Linux User", b"y" * 60, b":0:0:r:/root:/bin/sh", b"root:", b"/" + b"h" * 79,
])  # fmt: skip


@given(strategies.lists(_PIECES, max_size=60).map(b"".join), strategies.sampled_from([3, 2000]))
def test_written_lines_are_those_of_the_expression(content: bytes, most: int) -> None:
    plain = [match.span() for match in accounts._EMBEDDED.finditer(content)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "MOST_NUMBERS", most)
        assert [match.span() for match in accounts._written_lines(content)] == plain
