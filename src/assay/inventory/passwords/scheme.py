"""What the password field of an account file is: which hash, locked, empty or none of these.

Reference: crypt(5) of libxcrypt for the prefixes; passwd(5) and shadow(5) for the marks.
"""

from typing import Literal

from assay._kernel import lazy_re

Scheme = Literal[
    "empty", "shadowed", "locked", "des", "bsdi", "md5", "apr1", "sha1", "sha256", "sha512",
    "bcrypt", "yescrypt", "scrypt", "other",
]  # fmt: skip

HASHES: frozenset[str] = frozenset(
    {"des", "bsdi", "md5", "apr1", "sha1", "sha256", "sha512", "bcrypt", "yescrypt", "scrypt"}
)
"""The schemes that are hashes of a password."""

WEAK: dict[str, str] = {
    "des": "traditional DES crypt (56-bit key, 8 characters)",
    "bsdi": "extended DES crypt (56-bit blocks)",
    "md5": "MD5-crypt",
    "apr1": "MD5-crypt (Apache)",
    "sha1": "unsalted or PBKDF1-like SHA-1",
}
"""The schemes that no longer resist guessing, and what they are."""

_FORMS: tuple[tuple[Scheme, str], ...] = (
    ("md5", r"\$1\$[^$:]{0,16}\$[./0-9A-Za-z]{22}"),
    ("apr1", r"\$apr1\$[^$:]{0,16}\$[./0-9A-Za-z]{22}"),
    ("sha256", r"\$5\$(?:rounds=\d{1,9}\$)?[^$:]{0,16}\$[./0-9A-Za-z]{43}"),
    ("sha512", r"\$6\$(?:rounds=\d{1,9}\$)?[^$:]{0,16}\$[./0-9A-Za-z]{86}"),
    ("bcrypt", r"\$2[abxy]?\$\d\d\$[./0-9A-Za-z]{53}"),
    ("yescrypt", r"\$g?y\$[./0-9A-Za-z]{1,20}\$[./0-9A-Za-z]{0,86}\$[./0-9A-Za-z]{43}"),
    ("scrypt", r"\$7\$[./0-9A-Za-z]{11,97}\$[./0-9A-Za-z]{43}"),
    ("sha1", r"\{SHA\}[+/0-9A-Za-z]{27}=|\$sha1\$\d{1,10}\$[./0-9A-Za-z]{1,64}\$[./0-9A-Za-z]{28}"),
    ("des", r"[./0-9A-Za-z]{13}"),
    ("bsdi", r"_[./0-9A-Za-z]{19}"),
    # A mark of these kinds cannot be the hash of any password: the account has none that works.
    ("locked", r"[*!].*|x|\*?LK\*?|\*?NP\*?|NOLOGIN|nologin"),
)
_FORM = lazy_re.compile("|".join(f"(?P<{name}>{form})" for name, form in _FORMS))


def scheme(field: str) -> Scheme:
    """Return what the password *field* is; `x` is `locked` (the caller knows a passwd file)."""
    if not field:
        return "empty"
    match = _FORM.fullmatch(field)
    return match.lastgroup if match else "other"  # type: ignore[return-value]
