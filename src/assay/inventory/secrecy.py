"""Which setting names mean a secret, and which values are one rather than a sample.

Part of the inventory stage; used where passwords in configuration, scripts, pages and programs
are read. The rules weigh the name's words and the value's form, never a product's names.
"""

import re

from assay._kernel import lazy_re
from assay.inventory.passwords.scheme import HASHES, scheme

_WORD = lazy_re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# Written together in many settings: http_passwd, wpapsk, userpass, adslPwd.
_SECRET = lazy_re.compile(
    r".*(?:passw(?:or)?d|passwrd|passphrase|passcode|passwort)|(?:.*[a-z])?pwd|(?:user|admin|root|"
    r"login|ftp|http|wlan|wifi|ppp|pppoe|web)?pass|.*secret|(?:wpa)?psk|presharedkey|wpakey"
)
_PAIRS = frozenset(
    {
        ("psk", "key"),
        ("wpa", "key"),
        ("wep", "key"),
        ("wpapsk", "key"),
        ("shared", "key"),
        ("preshared", "key"),
        ("api", "key"),
        ("private", "key"),
        ("encryption", "key"),
        ("secret", "key"),
        ("access", "token"),
        ("auth", "token"),
    }
)
# Words after which a name speaks about a password instead of holding one.
_ABOUT_WORDS = """
    age auth authentication change changed char chars charset check cmd confirm count crypto
    dir enable enabled encoding encrypted encryption error expire expired expiry field file files
    flag form format hash hint id index interval label len length level limit lock locked max md
    menu message method min mode msg name necessary note num number only path policy prompt query
    quality regex repeat required reset retry retries rule salt script set show size status
    strength strong text time timeout tip tips title type update url user valid value visible
    weak week wrong"""
_NOTHING_WORDS = """
    0 1 true false yes no on off none null nil enable enabled disable disabled default auto
    empty unset undefined ask prompt required optional open psk psk2 wpa wpa2 string text hidden
    any never plain md5 sha1 sha256 tkip aes input secret passphrase key pass passwd pwd password
    userpass username user xxx value boolean integer varchar anonymous
    files compat db nis ldap systemd winbind"""
_ABOUT = frozenset(_ABOUT_WORDS.split())
_NOTHING = frozenset(_NOTHING_WORDS.split())
_PLACEHOLDER = lazy_re.compile(
    r"(?i)[*x.?#_-]+|(?:your|my|the|new|old|enter|some|any|insert|type|put)[ _.-]?.*"
    r"(?:pass|pwd|secret|key|token|psk).*|.*(?:replace|change)[ _-]?(?:this|me|with|it).*|"
    r"_.*_|~.*~|#.*#|.*@anonymous\..*|(?:pass|env|file):.*|(?-i:[A-Z]+(?:_[A-Z]+)+)|"
    r"(?:foo|bar|baz|foobar|dummy|sample|example|test|todo|tbd)(?:pass(?:word)?)?"
)
_COMPUTED = lazy_re.compile(
    r"[$%<\[{@&|`(/!\\+]|.*(?:\$[({a-zA-Z_]|%[a-zA-Z]\b|`|\.\.\.|[<>{}()]|\\$)"
)
_HEX_DIGEST = lazy_re.compile(r"(?i)[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}")


def is_secret_name(name: str) -> bool:
    """Return whether a setting called *name* holds a password, passphrase or secret key."""
    words = [word.lower() for word in _WORD.findall(name)]
    while words and words[-1].isdigit():
        words.pop()
    if not words or words[-1] in _ABOUT:
        return False
    return _SECRET.fullmatch(words[-1]) is not None or tuple(words[-2:]) in _PAIRS


def is_literal(value: str, name: str = "") -> bool:
    """Return whether *value* is a password in itself: no sample, reference or hash."""
    low = value.lower()
    if not 3 <= len(value) <= 128 or low in _NOTHING or low == name.lower():
        return False
    if any(not "!" <= char <= "~" for char in value):
        return False
    if _PLACEHOLDER.fullmatch(value) or _COMPUTED.match(value) or _HEX_DIGEST.fullmatch(value):
        return False
    if len(_WORD.findall(value)) > 1 and value.isidentifier() and is_secret_name(value):
        return False  # the name of another setting
    if name and low == re.split(r"[.:_-]", name.lower())[-1]:
        return False
    found = scheme(value)
    return found not in HASHES - {"des"} and found != "locked"
