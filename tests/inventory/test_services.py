"""The services of an image: what is started, by which file, at boot or not."""

from building import image_of

from assay.inventory.services import Service, boot_services, services_of

SERVER = b"\x7fELF" + bytes(60)
TABLE = b"::sysinit:/etc/init.d/rcS\nttyS0::respawn:/bin/login\n"


def by_name(files: dict[str, object]) -> dict[str, Service]:
    return {one.name: one for one in services_of(image_of(files))}  # type: ignore[arg-type]


def test_follows_the_table_through_scripts() -> None:
    found = by_name(
        {
            "/etc/inittab": TABLE,
            "/etc/init.d/rcS": b"#!/bin/sh\nmount -a\n/etc/start.sh\n",
            "/etc/start.sh": b"#!/bin/sh\n[ -f /etc/on ] && telnetd -l /bin/sh\nhttpd &\n",
            "/usr/sbin/httpd": SERVER,
        }
    )
    assert set(found) == {"login", "telnetd", "httpd"}
    telnet, web = found["telnetd"], found["httpd"]
    assert telnet.boot
    assert telnet.conditional
    assert telnet.arguments == ("-l", "/bin/sh")
    assert telnet.node.inner == "/etc/start.sh"
    assert telnet.via == ("/etc/init.d/rcS", "/etc/start.sh")
    assert web.daemon
    assert not web.conditional
    assert web.binary is not None
    assert web.role == "web"
    assert found["login"].terminal == "ttyS0"


def test_start_links_run_and_unlinked_scripts_do_not() -> None:
    script = (
        b"#!/bin/sh\ncase $1 in\nstart) start-stop-daemon -S -x %b -- -f ;;\n"
        b"stop) start-stop-daemon -K -x %b ;;\nesac\n"
    )
    found = by_name(
        {
            "/etc/init.d/snmpd": script.replace(b"%b", b"/usr/sbin/snmpd"),
            "/etc/init.d/vsftpd": script.replace(b"%b", b"/usr/sbin/vsftpd"),
            "/etc/rc.d/S50snmpd": "../init.d/snmpd",
            "/etc/rc.d/K50vsftpd": "../init.d/vsftpd",
        }
    )
    assert found["snmpd"].boot
    assert found["snmpd"].words == ("/usr/sbin/snmpd", "-f")
    assert not found["vsftpd"].boot


def test_reads_procd_scripts() -> None:
    found = by_name(
        {
            "/etc/init.d/d": b"#!/bin/sh /etc/rc.common\nPROG=/usr/sbin/dropbear\n"
            b"one() {\n procd_open_instance\n procd_set_param command $PROG -F\n"
            b" [ $x = 0 ] && procd_append_param command -w\n}\n"
            b"start_service() {\n config_foreach one dropbear\n}\n"
            b"stop_service() {\n /usr/sbin/other\n}\n",
            "/etc/rc.d/S50d": "../init.d/d",
        }
    )
    assert set(found) == {"dropbear"}
    assert found["dropbear"].words == ("/usr/sbin/dropbear", "-F", "-w")
    assert found["dropbear"].manager == "procd"


def test_units_start_when_wanted() -> None:
    unit = b"[Service]\nExecStart=/usr/sbin/%n --x\nUser=daemon\n"
    files = {
        "/lib/systemd/system/a.service": unit.replace(b"%n", b"aserver"),
        "/lib/systemd/system/b.service": unit.replace(b"%n", b"bserver"),
        "/etc/systemd/system/multi-user.target.wants/a.service": "/lib/systemd/system/a.service",
    }
    found = by_name(files)
    assert found["aserver"].boot
    assert found["aserver"].user == "daemon"
    assert not found["bserver"].boot


def test_super_server_entries_need_the_super_server() -> None:
    line = b"telnet stream tcp nowait root /usr/sbin/telnetd telnetd\n"
    alone = image_of({"/etc/inetd.conf": line})
    assert not list(boot_services(alone, "telnetd"))
    run = image_of({"/etc/inetd.conf": line, "/etc/init.d/rcS": b"#!/bin/sh\n/sbin/inetd\n"})
    assert [one.user for one in boot_services(run, "telnetd")] == ["root"]


def test_scripts_that_call_each_other_end() -> None:
    found = by_name(
        {
            "/etc/init.d/rcS": b"#!/bin/sh\n/etc/a.sh\n",
            "/etc/a.sh": b"#!/bin/sh\n/etc/b.sh\nf() { g; }\ng() { f; }\nf\n",
            "/etc/b.sh": b"#!/bin/sh\n/etc/a.sh\nhttpd\n",
        }
    )
    assert set(found) == {"httpd"}


def test_unlinked_units_and_odd_tables_do_not_start() -> None:
    found = by_name(
        {
            "/etc/inittab": b"::off:/usr/sbin/telnetd\n::shutdown:/bin/halt.sh\n",
            "/lib/systemd/system/x.service": b"[Service]\nExecStart=/usr/sbin/ftpd\n",
        }
    )
    assert not any(one.boot for one in found.values())
