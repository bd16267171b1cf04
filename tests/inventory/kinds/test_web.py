"""Links, forms and password fields of pages; page names in programs."""

import re

from hypothesis import given, strategies

from assay.inventory.kinds import web
from assay.inventory.kinds.web import examine, value_of

PAGE = b"""<html><a href="/status.html">s</a><script src='js/a.js'></script>
<form action="/cgi-bin/ping.cgi" method="POST"><input name=host>
<input type="password" name="pw" value="sekret9" onchange="x.value = this.value"></form>
<form action=b.asp><select name="s"></select></form></html>"""


def test_page() -> None:
    facts = examine(PAGE)
    assert facts
    assert [link.text for link in facts.links] == ["/status.html", "js/a.js", "/cgi-bin/ping.cgi"]
    first, second = facts.forms
    assert (first.action, first.method, first.fields) == (
        "/cgi-bin/ping.cgi",
        "post",
        ("host", "pw"),
    )
    assert (second.action, second.method, second.fields) == ("b.asp", "get", ("s",))
    (field,) = facts.passwords
    assert value_of(field) == "sekret9"
    assert PAGE[field.offset :].startswith(b'<input type="password"')


def test_a_handler_of_events_is_no_value() -> None:
    facts = examine(b'<form></form><input type="password" onchange="a.value = this.value">')
    assert facts
    assert facts.passwords == ()


def test_names_in_programs() -> None:
    facts = examine(b"\x7fELF\0\0/setup.cgi\0goform/x.asp\0.html\0")
    assert facts
    assert facts.names == ("setup.cgi", "x.asp")
    assert examine(b"\x7fELF\0\0nothing") is None


def test_many_links_are_bounded() -> None:
    facts = examine(b"".join(b'<a href="p%d">' % n for n in range(1000)))
    assert facts
    assert (len(facts.links), facts.complete) == (300, False)


@given(strategies.text("<form input=\"'> type=password value name", max_size=200))
def test_any_page_is_taken(text: str) -> None:
    examine(text.encode())
    examine(b"\0" + text.encode())


_LINK = re.compile(
    rb"(?i)(?:href|src|action|location(?:\.href)?|url)\s*[=:(]\s*(?P<quote>['\"])"
    rb"(?P<target>[^'\"\s<>]{1,200})(?P=quote)"
)
_PIECES = strategies.sampled_from([
    b"href", b"HREF", b"src", b"location", b".href", b"url", b"(", b"=", b":", b" ", b"\n", b'"',
    b"'", b"a", b"bb/c", b"x" * 199, b"<", b"action",
])  # fmt: skip


@given(strategies.lists(_PIECES, max_size=30).map(b"".join))
def test_links_are_those_of_the_expression(content: bytes) -> None:
    plain = [match.span("target") for match in _LINK.finditer(content)]
    assert [match.span("target") for match in web._linked(content)] == plain
