"""Under which conditions a command runs."""

import pytest

from assay.inventory.shell.conditions import conditions_at


def told(text):
    found = conditions_at(text, text.index("telnetd"))
    for one in found:
        body = text[one.span.offset : one.span.offset + one.span.length]
        assert body in one.span.text
    return [(one.span.text, one.holds) for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("if [ -f /tmp/x ]; then\n telnetd\nfi\n", [("[ -f /tmp/x ]", True)]),
        ("[ -x /a ] && [ -f /b ] && telnetd\n", [("[ -x /a ]", True), ("[ -f /b ]", True)]),
        ("[ -x /a ] || telnetd\n", [("[ -x /a ]", False)]),
        ("if a; then b; else telnetd; fi", [("a", False)]),
        ("if a; then b; elif c; then telnetd; fi", [("c", True)]),
        ("until a; do telnetd; done", [("a", False)]),
        ('case "$1" in\nstart)\n telnetd\n;;\nesac\n', [('case "$1" in start)', True)]),
        (
            "case $m in\n a|b) y ;;\n lab) if q; then telnetd; fi;;\nesac",
            [("case $m in lab)", True), ("q", True)],
        ),
        ("a && { echo hi; telnetd; }", [("a", True)]),
        ("a &&\n telnetd", [("a", True)]),
        ("if a; then b; fi; telnetd", []),
        ("a && b; telnetd", []),
        ("case $m in\n a) y ;;\nesac\ntelnetd", []),
    ],
)
def test_conditions(text, expected):
    assert told(text) == expected


@pytest.mark.parametrize(
    "piece", ["if a; then ", "case x in ", "a && ", "{ ", "fi ", "esac\n", ";;"]
)
def test_hostile_text_ends(piece):
    text = (piece * 60_000)[: 256 << 10]
    assert len(conditions_at(text, len(text))) <= 60_000
