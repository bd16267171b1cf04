"""Commands of management shells that the help leaves out."""

import pytest
from building import findings_of, image_of

from assay.checks.backdoors import hidden_command
from assay.checks.backdoors.consoles.given_shell import given_shell
from assay.checks.backdoors.consoles.klish import entries_of
from assay.checks.check import Scope

PASSWD = b"admin:x:0:0::/:/bin/menu\nroot:x:0:0::/:/bin/sh\n"


def table(body, more=""):
    text = f'<CLISH_MODULE xmlns="http://clish.sourceforge.net/XMLSchema">\n{body}\n</CLISH_MODULE>'
    return findings_of(hidden_command, image_of({"/etc/clish/main.xml": (text + more).encode()}))


def menu(text, path="/bin/menu"):
    files = {path: b"#!/bin/sh\n" + text.encode(), "/etc/passwd": PASSWD}
    return findings_of(hidden_command, image_of(files))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ('<COMMAND name="eng" help=""><ACTION>/bin/sh -i</ACTION></COMMAND>', "without a help"),
        ("<COMMAND name='eng'>\n<ACTION>exec bash</ACTION></COMMAND>", "without a help"),
        (
            '<COMMAND name="eng" help="" hidden="true"><ACTION>su</ACTION></COMMAND>',
            "marked as hidden",
        ),
        (
            (
                '<VIEW name="top"><NAMESPACE ref="lab" help="false" completion="false"/></VIEW>'
                '<VIEW name="lab"><COMMAND name="eng" help="x"><ACTION>sh</ACTION></COMMAND></VIEW>'
            ),
            "in the view lab",
        ),
        (
            (
                '<COMMAND name="eng"><PARAM name="line" help="c" ptype="STRING"/>'
                "<ACTION><![CDATA[eval ${line}]]></ACTION></COMMAND>"
            ),
            "without a help",
        ),
    ],
)
def test_hidden_commands_of_tables(body, why):
    (finding,) = table(body)
    assert "`eng`" in finding.says
    assert why in finding.says
    assert (finding.severity, finding.confidence) == ("medium", "firm")
    assert finding.evidence[0].excerpt.startswith("<COMMAND name=")


@pytest.mark.parametrize(
    "body",
    [
        '<COMMAND name="shell" help="Start a shell"><ACTION>/bin/sh</ACTION></COMMAND>',
        '<COMMAND name="show" help=""><ACTION>sh /usr/lib/show.sh; ifconfig</ACTION></COMMAND>',
        (
            '<COMMAND name="ping"><PARAM name="host" help="h" ptype="IP_ADDR"/>'
            "<ACTION>ping ${host}</ACTION></COMMAND>"
        ),
        '<!-- <COMMAND name="eng"><ACTION>/bin/sh</ACTION></COMMAND> -->',
        '<COMMAND name="a"/><ACTION>/bin/sh</ACTION>',
    ],
)
def test_commands_of_tables_that_are_told_or_harmless(body):
    assert table(body) == []


MENU = 'echo "1) status"; echo "2) reboot"\nread c\ncase "$c" in\n1) ifconfig;;\n2) reboot;;\n'


def test_a_hidden_word_of_a_menu():
    (finding,) = menu(MENU + "zq7) /bin/sh;;\nesac\n")
    assert "`zq7` nowhere" in finding.says
    assert "the login shell of admin" in finding.says
    assert (finding.severity, finding.confidence) == ("medium", "firm")
    assert [one.excerpt for one in finding.evidence] == ["zq7", "/bin/sh"]


def test_a_word_that_calls_a_function():
    (finding,) = menu(
        'echo "status, reboot"\nwhile read c; do\nif [ "$c" = status ]; then ifconfig\n'
        'elif [ "$c" = reboot ]; then reboot\nelif [ "$c" = "!sh" ]; then dbg; fi\ndone\n'
        "dbg() {\n exec /bin/ash\n}\n",
        path="/usr/bin/console",
    )
    assert "`!sh`" in finding.says
    assert finding.confidence == "tentative"


@pytest.mark.parametrize(("help_text", "count"), [(b"qa qb\n", 1), (b"qa qb qc\n", 0), (b"", 0)])
def test_help_that_stands_in_a_file(help_text, count):
    text = (
        b"#!/bin/sh\ncat /etc/menu.txt\nread c\ncase $c in\nqa) a;;\nqb) b;;\nqc) /bin/sh;;\nesac\n"
    )
    image = image_of({"/bin/menu": text, "/etc/menu.txt": help_text})
    assert len(findings_of(hidden_command, image)) == count


def test_a_hidden_argument_is_low():
    (finding,) = menu(
        'echo "usage: start|stop"\ncase "$1" in\nstart) a;;\nstop) b;;\nlab) telnetd -l /bin/sh;;\n'
        "esac\n",
        path="/usr/bin/tool",
    )
    assert (finding.severity, finding.confidence) == ("low", "tentative")


def test_one_that_asks_for_a_secret_is_low():
    (finding,) = menu(MENU + 'zq7) read -s p; check_password "$p" && /bin/sh;;\nesac\n')
    assert finding.severity == "low"


@pytest.mark.parametrize(
    "text",
    [
        MENU + "shell) /bin/sh;;\nesac\necho 'or shell'\n",
        MENU + "zq7) sh /etc/show.sh;;\nesac\n",
        "read c\ncase $c in\nxa) a;;\nxb) b;;\nxc) /bin/sh;;\nesac\n",
        MENU + "*) /bin/sh;;\nesac\n",
        'case "$1" in\nstart) a;;\nstop) b;;\n*) echo "{start|stop}";;\nesac\nexec /bin/sh\n',
    ],
)
def test_menus_that_tell_or_give_nothing(text):
    assert menu(text) == []


@pytest.mark.parametrize(
    ("line", "gives"),
    [
        ("/bin/sh", True),
        ("exec bash -l", True),
        ("busybox ash", True),
        ("su", True),
        ("login -f root", True),
        ("telnetd -p 99 -l /bin/sh", True),
        ("nc -l -p 9 -e /bin/sh", True),
        ("chroot /x /bin/sh", True),
        ("sh -c ${cmd}", True),
        ("${cmd}", True),
        ("sh /x.sh", False),
        ("sh -c reboot", False),
        ("telnetd -l /bin/login", False),
        ("su -c id nobody", False),
        ("ping ${cmd}", False),
        ("${other}", False),
        ("", False),
    ],
)
def test_what_gives_a_shell(line, gives):
    assert bool(given_shell(line.split(), frozenset({"cmd"}))) == gives


def test_the_place_of_an_action():
    text = '<COMMAND name="a" help="b">\n<ACTION>echo &lt;x&gt;</ACTION></COMMAND>'
    (entry,) = entries_of(text)
    assert entry.action == "echo <x>"
    assert text[entry.action_start : entry.action_end] == "echo &lt;x&gt;"


@pytest.mark.parametrize(
    "piece",
    [
        '<COMMAND name="a">',
        "<!--",
        "<ACTION>",
        '[ "$c" = a ] && sh\n',
        'case "$c" in q) sh;; esac\n',
    ],
)
def test_hostile_text_ends(piece):
    for head, path in (("<CLISH_MODULE>", "/etc/clish/x.xml"), ("#!/bin/sh\nread c\n", "/bin/x")):
        scope = Scope()
        image = image_of({path: (head + piece * 20_000)[: 128 << 10].encode()})
        assert len(list(hidden_command.run(image, scope))) < 10


@pytest.mark.parametrize(("first", "read"), [("#!/bin/sh\n", False), ("sh\n", True), ("", False)])
def test_the_line_that_names_the_interpreter_gives_no_shell(first, read):
    text = first + 'case "$1" in a) echo 1;; b) echo 2;; c) echo 3;; esac\n'
    assert hidden_command._may_give_shell(text) is read
