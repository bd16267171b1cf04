"""The checks of the web interface: positives, near misses, hostile pages."""

import pytest
from building import File, findings_of, image_of

from assay.checks.check import Scope
from assay.checks.web import (
    command_injection,
    credentials_in_page,
    server_as_root,
    unlinked_handler,
    world_writable_cgi,
)

PAGE = b'<html><a href="/cgi-bin/a.cgi">a</a></html>'


def test_unlinked_handler() -> None:
    files: dict[str, File] = {
        "/www/index.html": PAGE,
        "/www/cgi-bin/a.cgi": (b"\x7fELFa", 0o755),
        "/www/cgi-bin/factory.cgi": (b"\x7fELFb", 0o755),
    }
    (finding,) = findings_of(unlinked_handler, image_of(files))
    assert finding.says.startswith("1 of 2 web handlers is named by no other text")
    assert "/www/cgi-bin/factory.cgi" in finding.says
    assert finding.confidence == "tentative"


def test_handlers_that_a_program_or_a_configuration_names_are_linked() -> None:
    files: dict[str, File] = {
        "/www/cgi-bin/a.cgi": b"\x7fELFa",
        "/www/cgi-bin/b.cgi": b"\x7fELFb",
        "/usr/sbin/httpd": b"\x7fELF\0/a.cgi\0",
        "/etc/httpd.conf": b"handler b\n",
    }
    scope = Scope()
    assert list(unlinked_handler.run(image_of(files), scope)) == []
    assert scope.examined == 2


@pytest.mark.parametrize("others", [0, 3 * unlinked_handler.MOST_SEARCHED])
def test_only_a_whole_word_links_however_many_handlers_there_are(others: int) -> None:
    files: dict[str, File] = {f"/www/cgi-bin/n{at}.cgi": b"\x7fELF" for at in range(others)}
    names = " ".join(f"n{at}" for at in range(others))
    files |= {f"/www/cgi-bin/{name}.cgi": b"\x7fELF" for name in ("wlan", "wps", "a+b", "\xe9t")}
    files["/etc/httpd.conf"] = f"handler wlan-setup, xwps /wps. a+b \xe9t {names}\n".encode()
    (finding,) = findings_of(unlinked_handler, image_of(files))
    assert finding.says.startswith(f"3 of {others + 4} web handlers are named by no other text")
    assert all(f"/{name}.cgi" in finding.says for name in ("wlan", "a+b"))


def test_world_writable_handler() -> None:
    image = image_of({"/www/cgi-bin/a.cgi": (b"#!/bin/sh\n", 0o777)})
    (finding,) = findings_of(world_writable_cgi, image)
    assert "/www/cgi-bin/a.cgi" in finding.says
    tidy = image_of({"/www/cgi-bin/a.cgi": (b"#!/bin/sh\n", 0o755), "/www/a.html": (b"<p>", 0o777)})
    assert findings_of(world_writable_cgi, tidy) == []
    scope = Scope()
    unknown = image_of({"/www/cgi-bin/a.cgi": (b"#!/bin/sh\n", -1)})
    assert list(world_writable_cgi.run(unknown, scope)) == []
    assert scope.gaps


def test_credentials_in_pages() -> None:
    files: dict[str, File] = {
        "/www/a.html": b'<form></form><input type="password" name="p" value="sekret9">',
        "/www/b.js": b"var password = 'Zk3lr9Aq';\n",
    }
    found = findings_of(credentials_in_page, image_of(files))
    assert [f.subject.rpartition("//")[2] for f in found] == ["www/a.html", "www/b.js"]


def test_templates_labels_and_variables_in_pages() -> None:
    files: dict[str, File] = {
        "/www/a.asp": b'<form></form><input type="password" value="<% getpw(); %>">',
        "/www/b.html": b'<form></form><input type="password" value="">',
        "/www/de.js": b"var pwd='Kennwort'; var wpaPsk='WPA2-PSK';\n",
    }
    assert findings_of(credentials_in_page, image_of(files)) == []


def _server(config: bytes | None, line: bytes) -> dict[str, File]:
    files: dict[str, File] = {
        "/etc/inittab": b"::sysinit:/etc/init.d/rcS\n",
        "/etc/init.d/rcS": (b"#!/bin/sh\n" + line + b"\n", 0o755),
        "/usr/sbin/lighttpd": (b"\x7fELFx", 0o755),
        "/usr/sbin/uhttpd": (b"\x7fELFy", 0o755),
    }
    if config is not None:
        files["/etc/l.conf"] = config
    return files


def test_server_as_root() -> None:
    files = _server(b"server.port = 80\n", b"/usr/sbin/lighttpd -f /etc/l.conf")
    (finding,) = findings_of(server_as_root, image_of(files))
    assert "/etc/l.conf names no user" in finding.says
    plain = _server(None, b"/usr/sbin/uhttpd -h /www")
    (finding,) = findings_of(server_as_root, image_of(plain))
    assert finding.confidence == "tentative"


def test_server_that_changes_its_user() -> None:
    named = _server(b'server.username = "http"\n', b"/usr/sbin/lighttpd -f /etc/l.conf")
    assert findings_of(server_as_root, image_of(named)) == []
    option = _server(None, b"/usr/sbin/uhttpd -u www -h /www")
    assert findings_of(server_as_root, image_of(option)) == []


def test_a_value_that_many_fields_share_is_a_mask() -> None:
    field = b'<input type="password" name="p%d" value="d6nw5v1x2pc7st9m">'
    page = b"<form>" + b"".join(field % number for number in range(4)) + b"</form>"
    assert findings_of(credentials_in_page, image_of({"/www/a.asp": page})) == []


def test_shell_handler_that_evaluates_the_request() -> None:
    script = b'#!/bin/sh\neval "ping -c1 $QUERY_STRING"\n'
    (finding,) = findings_of(
        command_injection, image_of({"/www/a.html": PAGE, "/www/p.sh": script})
    )
    assert finding.severity == "critical"
    assert finding.evidence[0].excerpt == 'eval "ping -c1 $QUERY_STRING"'


def test_shell_handlers_that_only_read_the_request() -> None:
    files: dict[str, File] = {
        "/www/cgi-bin/a.cgi": b'#!/bin/sh\n# eval $QUERY_STRING\n[ "$QUERY_STRING" = x ] && date\n',
        "/www/cgi-bin/b.cgi": b'#!/bin/sh\neval "$(cat /etc/conf)"\necho "$QUERY_STRING"\n',
        "/etc/init.d/x": b"#!/bin/sh\neval $1\n",
    }
    scope = Scope()
    assert list(command_injection.run(image_of(files), scope)) == []
    assert scope.examined == 2
