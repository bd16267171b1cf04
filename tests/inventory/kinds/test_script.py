"""The kind `script`: commands, functions, case arms, conditions; any text is accepted."""

from hypothesis import given, settings, strategies as st

from assay.inventory.kinds.script import ScriptFacts, examine
from assay.inventory.shell.commands import Command


def commands_of(text: str) -> list[Command]:
    facts = examine(b"#!/bin/sh\n" + text.encode("latin-1"))
    return [] if facts is None else list(facts.commands)


def test_reads_commands_with_quotes_and_positions() -> None:
    text = "ifconfig eth0 '10.0.0.1' up # not this\ntelnetd -l \"/bin/sh\" &\n"
    first, second = commands_of(text)
    assert first.words == ("ifconfig", "eth0", "10.0.0.1", "up")
    assert second.words == ("telnetd", "-l", "/bin/sh")
    assert second.background
    assert not first.background
    content = "#!/bin/sh\n" + text
    assert content[second.span.offset :].startswith('telnetd -l "/bin/sh"')


def test_puts_plain_variables_in() -> None:
    found = commands_of("PROG=/usr/sbin/telnetd\nPORT=$(cat /etc/port)\n$PROG -p ${PORT}\n")
    assert found[-1].words == ("/usr/sbin/telnetd", "-p", "${PORT}")


def test_leaves_here_documents_out() -> None:
    found = commands_of("cat > /etc/x <<EOF\ntelnetd\nEOF\nhttpd\n")
    assert [one.words[0] for one in found] == ["cat", "httpd"]


def test_knows_functions_arms_and_conditions() -> None:
    text = """
start() {
    if [ -f /etc/on ]; then
        httpd
    fi
    snmpd && echo fine
}
case "$1" in
    start|boot) start ;;
    stop) killall httpd ;;
esac
dnsmasq
"""
    found = {one.words[0]: one for one in commands_of(text)}
    assert found["httpd"].function == "start"
    assert found["httpd"].conditional
    assert not found["snmpd"].conditional
    assert found["echo"].conditional
    assert found["start"].arm == "start|boot"
    assert found["killall"].arm == "stop"
    assert found["dnsmasq"].function == ""
    assert found["dnsmasq"].arm == ""


def test_loops_hold_commands_but_their_lists_are_none() -> None:
    found = commands_of("for i in telnetd ftpd; do\n  start $i\ndone\nhttpd\n")
    assert [one.words[0] for one in found] == ["start", "httpd"]
    assert found[0].conditional
    assert not found[1].conditional


def test_is_none_for_other_interpreters_and_binaries() -> None:
    assert examine(b"#!/usr/bin/lua\nos.execute('x')\n") is None
    assert examine(b"\x7fELF" + bytes(40)) is None
    assert examine(b"") is None


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab \n;&|(){}$'\"`\\<>#=", max_size=300))
def test_accepts_any_text(text: str) -> None:
    facts = examine(b"#!/bin/sh\n" + text.encode("latin-1"))
    assert facts is None or isinstance(facts, ScriptFacts)


def test_hostile_nesting_ends_soon() -> None:
    for piece in ("$(", '"$(', "(((", "if ", "case x in ", "{ ", "`", "${", "<<E\n"):
        examine(b"#!/bin/sh\n" + piece.encode() * 20_000)
