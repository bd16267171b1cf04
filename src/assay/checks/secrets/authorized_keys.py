"""SSH keys that may log in without a password. Reference: sshd(8), AUTHORIZED_KEYS FILE FORMAT."""

from collections.abc import Iterator

from assay._kernel import lazy_re
from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.inventory.kinds.key import KeyFacts
from assay.model.result import Finding

CHECK = Check(
    id="secrets.authorized-keys",
    version=1,
    title="SSH key that may log in to every device",
    severity="high",
    about="The holder of the matching private key can log in to every device with this image "
    "wherever an SSH server reads the file.",
    looks_at="authorized_keys files",
    not_a_finding="Public keys in other files, such as keys that verify updates.",
    cwe=(912, 798),
    advice="Ship no authorized keys; let the owner of the device install them.",
    references=("https://man.openbsd.org/sshd.8#AUTHORIZED_KEYS_FILE_FORMAT",),
)

_READ = lazy_re.compile(r".*/(?:\.ssh/authorized_keys2?|etc/dropbear/authorized_keys)")
_NAMED = lazy_re.compile(r".*/[^/]*authorized_keys[^/]*")


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for every file of authorized keys that holds a key."""
    for node, facts in image.of(KeyFacts):
        if not facts.public or not _NAMED.fullmatch(node.inner):
            continue
        scope.saw(len(facts.public))
        in_force = _READ.fullmatch(node.inner) is not None
        keys = ", ".join(
            f"{key.algorithm} {key.bits}" + (f" ({key.comment})" if key.comment else "")
            for key in facts.public[:10]
        )
        note = "" if in_force else "; SSH servers read no file of this name by default"
        yield CHECK.finding(
            node,
            f"{node.inner} lets the holders of {len(facts.public)} private "
            f"key{'s' if len(facts.public) > 1 else ''} log in: {keys}{note}.",
            [at(node, key.span) for key in facts.public[:10]],
            severity="high" if in_force else "low",
            confidence="firm" if in_force else "tentative",
        )
