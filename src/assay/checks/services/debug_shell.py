"""Shells on a console without a login. Reference: inittab(5), CWE-306, CWE-1299."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, at
from assay.checks.services.started import SHELL_NAMES
from assay.inventory.image import Inventory
from assay.inventory.kinds.inittab import InittabFacts
from assay.inventory.services import Service, boot_services
from assay.model.result import Finding, Severity

CHECK = Check(
    id="services.debug-shell",
    version=1,
    title="Console shell without a login",
    severity="medium",
    about="Whoever reaches the serial port of the board gets a root shell without a password.",
    looks_at="terminals that init's table and units give a program",
    not_a_finding="login, sulogin and getty with a login, commented-out lines.",
    cwe=(306, 1299),
    advice="Run /bin/login on the console, or no program at all.",
    references=("https://man7.org/linux/man-pages/man5/inittab.5.html",),
)
GETTYS = frozenset({"getty", "agetty", "mgetty", "mingetty", "fgetty"})


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each terminal that gets a shell without a login."""
    for _, facts in image.of(InittabFacts):
        scope.saw(len(facts.entries))
    for service in boot_services(image):
        says = _open_terminal(service)
        if says:
            yield CHECK.finding(
                service.node,
                f"{service.node.inner} gives {says} (`{service.span.text.strip()}`).",
                [at(service.node, service.span)],
                severity=_severity(service),
            )


def _open_terminal(service: Service) -> str:
    terminal = f"the terminal {service.terminal}" if service.terminal else "the console"
    if service.name in SHELL_NAMES and service.manager in {"init", "systemd"}:
        words = service.arguments
        stays = service.action in {"respawn", "askfirst", "respawnlate"} or (
            service.manager == "systemd" and not words
        )
        runs_script = any(not word.startswith("-") for word in words)
        return f"{terminal} a root shell without a login" if stays and not runs_script else ""
    if service.name in GETTYS:
        words = service.arguments
        for place, word in enumerate(words):
            following = words[place + 1] if place + 1 < len(words) else ""
            if word in {"-l", "--login-program"} and following.rpartition("/")[2] in SHELL_NAMES:
                return "a terminal a shell in place of a login"
            if word in {"-a", "--autologin"} and following:
                return f"a terminal a session of {following} without a password"
    return ""


def _severity(service: Service) -> Severity:
    """Return low for the virtual consoles of a screen and keyboard, which few boards have."""
    name = service.terminal.rpartition("/")[2]
    return "low" if name[:3] == "tty" and name[3:].isdigit() else CHECK.severity
