"""Updates and packages taken with the check of their signature or of the server turned off.

Reads the commands of scripts. References: opkg, apk(8), rpm(8), dnf(8), apt-get(8), rauc(1),
sysupgrade of OpenWrt, the variable `verify` of U-Boot; CWE-347, CWE-295.
"""

from collections.abc import Iterator

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.checks.backdoors.privilege import privilege
from assay.checks.backdoors.scripts.library import scripts_that_verify
from assay.checks.backdoors.scripts.verification import command_name, mentions_check, writes
from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.inventory.kinds.script import ScriptFacts
from assay.inventory.kinds.text import TextFacts
from assay.inventory.services import boot_scripts
from assay.inventory.shell.commands import Command
from assay.model.result import Confidence, Finding, Severity
from assay.model.tree import Node

CHECK = Check(
    id="backdoors.verification-turned-off",
    version=1,
    title="Verification turned off by an option",
    severity="medium",
    about=(
        "With the check turned off, whoever can answer in place of the server, or hand over a "
        "file, decides what the device runs."
    ),
    looks_at="commands of scripts that install, write firmware or set the boot loader's variables",
    not_a_finding=(
        "Help texts, downloads that are not written or installed (see "
        "update.certificate-checks-off), forced upgrades of images whose scripts verify nothing."
    ),
    cwe=(347, 295),
    advice="Leave the option out, and ship the key or certificate that the check needs.",
    long=True,
)
MOST_SHOWN = 5
OPTIONS = {
    "opkg": frozenset({"--force-signature", "--force_signature"}),
    "apk": frozenset({"--allow-untrusted"}),
    "rpm": frozenset({"--nosignature"}),
    "dnf": frozenset({"--nogpgcheck"}),
    "yum": frozenset({"--nogpgcheck"}),
    "zypper": frozenset({"--no-gpg-checks"}),
    "apt-get": frozenset({"--allow-unauthenticated"}),
    "apt": frozenset({"--allow-unauthenticated"}),
    "dpkg": frozenset({"--force-bad-verify"}),
    "rauc": frozenset({"--no-verify"}),
}
FORCED = frozenset({"-F", "--force"})
_VARIABLE = lazy_re.compile(
    r"(?i)verify|secure_?boot|(?:sig|signature|image|auth)_?(?:check|verify)"
)
_OFF = lazy_re.compile(r"(?i)n|no|0|off|false|disabled?")
_UNCHECKED = {
    "wget": lazy_re.compile(r"--no-check-certificate"),
    "uclient-fetch": lazy_re.compile(r"--no-check-certificate"),
    "curl": lazy_re.compile(r"--insecure|-[A-Za-z]{0,5}k[A-Za-z]{0,5}"),
}
_NAMES = frozenset({*OPTIONS, *_UNCHECKED, "sysupgrade", "fw_setenv"})
"""The programs that can turn a check off; most scripts run none of them."""
_TARGET = lazy_re.compile(r"-[A-Za-z]{0,5}[oO]|--output(?:-document)?")


class Off(Value):
    """A command that turns a check off, or a fetch and the write of what it fetched."""

    commands: tuple[Command, ...]
    says: str
    gravest: bool = False


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each script that turns a check off."""
    verifying = next(scripts_that_verify(image), None) is not None
    booted = boot_scripts(image)
    for node, script in image.of(ScriptFacts):
        scope.saw()
        if script.truncated:
            scope.gap(f"{node.inner} is longer than what was read")
        if _NAMES.isdisjoint(command_name(command.words) for command in script.commands):
            continue
        found = [*_options(script, verifying=verifying), *_unchecked(image, node, script)]
        if found:
            yield _finding(image, node, found[:MOST_SHOWN], at_boot=node.path in booted)


def _options(script: ScriptFacts, *, verifying: bool) -> Iterator[Off]:
    for command in script.commands:
        name, rest = command_name(command.words), command.words[1:]
        if OPTIONS.get(name, frozenset()) & {*rest}:
            yield Off((command,), "takes packages without the check of their signature")
        elif name == "sysupgrade" and verifying and FORCED & {*rest} and writes(command.words, ()):
            yield Off((command,), "forces an upgrade past the checks of the image")
        elif name == "fw_setenv" and _turns_off(rest):
            yield Off((command,), "tells the boot loader not to verify")


def _turns_off(words: tuple[str, ...]) -> bool:
    """Return whether *words* set a variable of the boot loader that verifies to a value of off."""
    if len(words) < 2 or not _VARIABLE.fullmatch(words[0]):
        return False
    return _OFF.fullmatch(words[1]) is not None


def _unchecked(image: Inventory, node: Node, script: ScriptFacts) -> Iterator[Off]:
    """Yield the downloads without a check of the server that are written or installed as such."""
    fetched: dict[str, Command] = {}
    for command in script.commands:
        name = command_name(command.words)
        unchecked = _UNCHECKED.get(name)
        if unchecked is not None:
            if any(unchecked.fullmatch(word) for word in command.words[1:]):
                fetched[_target(command.words)] = command
        elif fetched and writes(command.words, ()):
            source = next((word for word in command.words[1:] if word in fetched), "")
            if source and not _verifies(image, node):
                says = "fetches without a check of the server's certificate and writes it"
                yield Off((fetched[source], command), says, gravest=True)


def _verifies(image: Inventory, node: Node) -> bool:
    text = image.facts(node, TextFacts)
    return text is not None and mentions_check(text.text)


def _target(words: tuple[str, ...]) -> str:
    """Return the file that a download goes to, `-` where it goes to the next command."""
    for place, word in enumerate(words[:-1]):
        if _TARGET.fullmatch(word):
            return words[place + 1]
    return "-"


def _finding(image: Inventory, node: Node, found: list[Off], *, at_boot: bool) -> Finding:
    first = next((one for one in found if one.gravest), found[0])
    shown = "`, `".join(command.span.text.strip()[:120] for command in first.commands)
    condition = ", on a condition" if first.commands[-1].conditional else ""
    more = f" ({len(found) - 1} more)" if len(found) > 1 else ""
    severity: Severity = "high" if first.gravest and at_boot else "medium"
    confidence: Confidence = "tentative" if first.commands[-1].conditional else "firm"
    return CHECK.finding(
        node,
        f"{node.inner} {first.says}: `{shown}`{condition}{more}. No other check was found in the "
        f"script. Right: {privilege(image, node)}.",
        [at(node, command.span) for one in found for command in one.commands],
        severity=severity,
        confidence=confidence,
    )
