"""Readable secrets in every way of writing settings, and text that only speaks of them."""

import pytest
from hypothesis import given, strategies

from assay.inventory.kinds.credential import MOST_SETTINGS, examine


@pytest.mark.parametrize(
    ("content", "form", "name", "value"),
    [
        (b"admin_password=hunter22\n", "assignment", "admin_password", "hunter22"),
        (b"  option ui_password 'admin'\n", "uci", "ui_password", "admin"),
        (b"nvram set http_passwd=sekret9\n", "assignment", "http_passwd", "sekret9"),
        (b"uci set a.b.password='sekret9'\n", "assignment", "a.b.password", "sekret9"),
        (b'{"wlan": {"wpaPsk": "sekret99"}}\n', "json", "wpaPsk", "sekret99"),
        (b'<user name="AdminPwd" value="sekret9">\n', "attribute", "AdminPwd", "sekret9"),
        (b'<X_User Userpassword="sekret9"/>', "attribute", "Userpassword", "sekret9"),
        (b"<password>sekret9</password>\n", "element", "password", "sekret9"),
        (b"enable password sekret9\n", "word", "password", "sekret9"),
        (b'echo "root:sekret9" | chpasswd\n', "command", "root", "sekret9"),
        (b"sshpass -p sekret9 ssh a\n", "command", "sshpass", "sekret9"),
        (b"wget --http-password=sekret9 a\n", "command", "password", "sekret9"),
    ],
)  # fmt: skip
def test_forms(content: bytes, form: str, name: str, value: str) -> None:
    facts = examine(content)
    assert facts
    (found,) = facts.settings
    assert (found.form, found.name, found.value) == (form, name, value)
    assert content[found.field.offset :][: found.field.length] == value.encode()


@pytest.mark.parametrize(
    "content",
    [
        b"# admin_password=hunter22\n",
        b"password=\n",
        b"password=$1\n",
        b"password_file=/etc/pw\n",
        b'<input type="password" name="pw">\n',
        b"local pwd = profile.http\nreturn pwd\n",
        b"Please enter your password now\n",
        b"",
    ],
)
def test_no_secrets(content: bytes) -> None:
    assert examine(content) is None


def test_source_code_counts_only_quoted_values() -> None:
    facts = examine(b'local a = 1\npassword = other\npassword = "sekret9"\nreturn a\n')
    assert facts
    assert facts.source
    assert [one.value for one in facts.settings] == ["sekret9"]


def test_many_settings_are_bounded() -> None:
    facts = examine(b"".join(b"pwd%d=sekret%d\n" % (n, n) for n in range(500)))
    assert facts
    assert len(facts.settings) == MOST_SETTINGS


def test_a_long_line_is_shown_around_the_value() -> None:
    facts = examine(b"{" + b'"a":1,' * 400 + b'"password":"sekret9"}')
    assert facts
    assert facts.settings[0].line.length <= 300
    assert "sekret9" in facts.settings[0].line.text


@given(strategies.text("pasword=:<>\"' \n{}secret|echo", max_size=200))
def test_any_text_is_taken(text: str) -> None:
    examine(text.encode())


def test_a_long_line_is_read_in_windows() -> None:
    content = b'{"password":"sekret9",' + b'"a":1,' * 2000 + b'"secret":"sekret10"}'
    facts = examine(content)
    assert facts
    assert [one.value for one in facts.settings] == ["sekret9", "sekret10"]


def test_long_runs_of_blanks_end_soon() -> None:
    assert examine(b"".join(b"password=a" + b" " * 7000 + b"b\n" for _ in range(100))) is None
