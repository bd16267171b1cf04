"""What the checks of settings share: how sure a file is configuration, and what a login is."""

from assay._kernel import lazy_re
from assay.inventory.kinds.credential import CredentialFacts, Setting
from assay.model.result import Confidence
from assay.model.tree import Node

_CONFIGURATION = lazy_re.compile(
    r".*/etc[^/]*/.*|.*\.(?:conf|cfg|config|ini|xml|json|nvram|dat|def|default|sh|yaml|yml|toml)"
    r"|.*/[^/]*(?:nvram|default|config|settings)[^/]*"
)
_SAMPLE = lazy_re.compile(
    r".*(?:sample|example|/doc/|/docs/|/man/|/test/|/tests/|/share/doc|\.dist).*"
)
_LOGIN = lazy_re.compile(r"(?i)admin|root|login|http|web|ui|telnet|ssh|super|user|sys")


def is_login(setting: Setting) -> bool:
    """Return whether *setting* reads as the password of a person or an administrator."""
    return _LOGIN.search(setting.name) is not None


def confidence(node: Node, facts: CredentialFacts) -> Confidence:
    """Return how sure it is that *node* is configuration in use, and no sample or source."""
    inner = node.inner.lower()
    doubtful = facts.source or _SAMPLE.fullmatch(inner) or not _CONFIGURATION.fullmatch(inner)
    return "tentative" if doubtful else "firm"
