"""What the checks of accounts share: which file an account stands in, and whether it can log in."""

from collections.abc import Iterator

from assay._kernel import lazy_re
from assay.inventory.image import Inventory
from assay.inventory.kinds.accounts import Account, AccountsFacts
from assay.inventory.passwords.scheme import HASHES
from assay.model.result import Confidence
from assay.model.tree import Node

_SYSTEM = lazy_re.compile(r"(?:/[^/]+){0,6}?/etc[^/]*/(?:ro/|default/)?(?:passwd|shadow)")
_NO_LOGIN = lazy_re.compile(
    r".*/(?:nologin|false|null|true|sync|halt|shutdown|git-shell|poweroff|none)|/?nonexist.*"
)


def account_files(image: Inventory) -> Iterator[tuple[Node, AccountsFacts]]:
    """Yield the files that state accounts of the system, groups left out."""
    for node, facts in image.of(AccountsFacts):
        if facts.form in {"passwd", "shadow", "embedded"}:
            yield node, facts


def is_system_file(node: Node, facts: AccountsFacts) -> bool:
    """Return whether *node* stands where login looks for accounts (`/etc/passwd`)."""
    return facts.form in {"passwd", "shadow"} and _SYSTEM.fullmatch(node.inner) is not None


def where(node: Node, facts: AccountsFacts) -> str:
    """Return, for a statement, what kind of file *node* is."""
    if is_system_file(node, facts):
        return f"In {node.inner}"
    if facts.form == "embedded":
        return f"In an account line that {node.inner} contains"
    return f"In {node.inner} (a template or copy; what installs it was not determined)"


def confidence(node: Node, facts: AccountsFacts) -> Confidence:
    """Return how sure it is that the accounts of *node* are in force on the device."""
    if not is_system_file(node, facts):
        return "tentative"
    return "certain" if node.inner in {"/etc/passwd", "/etc/shadow"} else "firm"


def can_log_in(shell: str) -> bool:
    """Return whether *shell* gives a session; an empty one stands for `/bin/sh`."""
    return _NO_LOGIN.fullmatch(shell.strip()) is None


def passwd_entry(image: Inventory, node: Node, account: Account) -> Account | None:
    """Return the passwd line of an *account* of a shadow file, from the file beside it."""
    if account.uid >= 0:
        return account
    return _beside(image, node, "passwd", account.name)


def shadow_entry(image: Inventory, node: Node, account: Account) -> Account | None:
    """Return the shadow line of an *account* of a passwd file, from the file beside it."""
    return _beside(image, node, "shadow", account.name)


def is_orphan(image: Inventory, node: Node, account: Account) -> bool:
    """Return whether the passwd file beside a shadow file lacks *account*: nobody logs in as it."""
    if account.uid >= 0 or node.name != "shadow" or not account.name:
        return False
    folder = node.inner.rpartition("/")[0]
    passwd = image.resolve(node.filesystem, f"{folder}/passwd")
    known = passwd is not None and image.facts(passwd, AccountsFacts) is not None
    return known and passwd_entry(image, node, account) is None


def usable(image: Inventory, node: Node, account: Account) -> bool:
    """Return whether a password (or none) opens *account*, a line of a passwd file."""
    if account.scheme == "shadowed":
        shadow = shadow_entry(image, node, account)
        return shadow is not None and shadow.scheme in HASHES | {"empty"}
    return account.scheme in HASHES | {"empty"}


def _beside(image: Inventory, node: Node, name: str, account: str) -> Account | None:
    folder = node.inner.rpartition("/")[0]
    other = image.resolve(node.filesystem, f"{folder}/{name}")
    facts = image.facts(other, AccountsFacts) if other is not None else None
    entries = facts.accounts if facts is not None else ()
    return next((entry for entry in entries if entry.name == account), None)
