"""Service accounts that can log in. Reference: the Linux Standard Base's list of user names."""

from collections.abc import Iterator

from assay.checks.accounts.files import account_files, can_log_in, is_system_file, usable, where
from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="accounts.service-shell",
    version=1,
    title="Service account that can log in",
    severity="low",
    about="An account that only a program needs should have neither a password nor a shell.",
    looks_at="password and shell of the accounts with conventional service names",
    not_a_finding="Service accounts with a locked password or a shell that gives no session.",
    cwe=(1188,),
    advice="Lock the password (`*`) and set the shell to /sbin/nologin.",
    references=("https://refspecs.linuxfoundation.org/LSB_5.0.0/LSB-Core-generic/",),
    applies=False,
)

_NAMES = (
    "adm avahi bin daemon dbus dhcp dnsmasq ftp games gopher http httpd lighttpd lp mail man "
    "messagebus mosquitto named network news nginx nobody nscd ntp proxy rpc smmsp snmp sshd "
    "squid sync sys syslog telnetd tftp upnp uucp web webuser www www-data"
)
SERVICES = frozenset(_NAMES.split())


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for every passwd file with service accounts that a password opens."""
    for node, facts in account_files(image):
        if facts.form != "passwd" or not is_system_file(node, facts):
            continue
        services = [entry for entry in facts.accounts if entry.name in SERVICES]
        scope.saw(len(facts.accounts))
        open_ = [e for e in services if can_log_in(e.shell) and usable(image, node, e)]
        if open_:
            names = ", ".join(f"{entry.name} ({entry.shell or '/bin/sh'})" for entry in open_[:20])
            yield CHECK.finding(
                node,
                f"{where(node, facts)} these service accounts can log in (password not locked, "
                f"shell gives a session): {names}.",
                [at(node, entry.line) for entry in open_[:20]],
            )
