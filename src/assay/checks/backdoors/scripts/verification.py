"""Which shell commands verify a signature, which write firmware, which end a script.

What the check of ways past a signature knows of commands. References: usign, signify(1),
minisign(1), openssl-dgst(1), gpgv(1), mtd and sysupgrade of OpenWrt, mtd-utils.
"""

import re
from collections.abc import Sequence

from assay._kernel import lazy_re

_TOOLS = ("usign", "signify", "minisign", "ucert", "gpg", "cosign", "openssl")
_TOOL = lazy_re.compile(
    r"\b(?:usign|signify|minisign|ucert|gpgv?|cosign)\b|\bopenssl\s[^\n]{0,200}verify"
)
_SAID = lazy_re.compile(
    r"sig(?:nature|n|n_?img)?[_-]?(?:verif|check|valid)|(?:verif|check|valid)\w{0,8}[_-]?sig"
)
"""What the text of a script, in lower case, holds that verifies a signature; no tool is named."""

_NAMED = lazy_re.compile(
    r"(?i)(?:\w+[_-])?(?:"
    r"(?:sig(?:nature)?|sign|rsa|ecdsa|ed25519)s?[_-]?(?:verif\w*|check(?:er)?|valid\w*)"
    r"|(?:verif(?:y|ies)|check|validate)[_-]?(?:\w+[_-])?(?:sig(?:nature)?|sign|rsa|ecdsa|ed25519)s?"
    r")(?:[_-]\w+)?(?:\.\w{1,4})?"
)
_INTERPRETERS = lazy_re.compile(r"(?:ba|da|a)?sh|lua|python[0-9.]*|perl|php[0-9]?|ucode|node")
_WRAPPERS = frozenset({"exec", "nice", "ionice", "nohup", "sudo", "time", "timeout", "busybox"})
_DEVICE = lazy_re.compile(r"/dev/(?:mtd|mmcblk|ubi|nand|nor|flash|sd[a-z]|bml|block/)")
_WRITERS = frozenset(
    {"flashcp", "nandwrite", "ubiupdatevol", "mtd_write", "fw_upgrade", "flash_image", "mtdwrite"}
)
_INSTALLERS = {
    "opkg": frozenset({"install", "upgrade"}),
    "ipkg": frozenset({"install", "upgrade"}),
    "dpkg": frozenset({"-i", "--install"}),
    "rpm": frozenset({"-i", "-U", "-Uvh", "-ivh", "--install", "--upgrade"}),
}
_NOT_FIRMWARE = lazy_re.compile(
    r"(?i)config|overlay|rootfs_data|nvram|caldata|factory_?data|jffs2?$|user|log|erase|backup"
    r"|env\b|\bart\b|eeprom"
)
_SYSUPGRADE_OTHER = frozenset({"-b", "-r", "-l", "-k", "-T", "-h", "--test", "--help"})
_STOPS = lazy_re.compile(
    r"die|abort|fatal|bail|reboot|halt|poweroff|(?:\w+_)?(?:exit|die)(?:_\w+)?"
)
LONGEST = 80


def mentions_check(text: str) -> bool:
    """Return whether shell *text* speaks of verifying a signature."""
    lower = text.lower()
    if "sig" in lower and _SAID.search(lower) is not None:
        return True
    return any(tool in text for tool in _TOOLS) and _TOOL.search(text) is not None


def command_name(words: Sequence[str]) -> str:
    """Return the name of the program or function that *words* run, wrappers left out."""
    name = words[0].rpartition("/")[2] if words else ""
    return _own(words)[0].rpartition("/")[2] if name in _WRAPPERS else name


def verifies(words: Sequence[str]) -> bool:
    """Return whether *words* verify a signature."""
    if not words:
        return False
    words = _own(words)
    name, rest = words[0].rpartition("/")[2], words[1:]
    if _INTERPRETERS.fullmatch(name):
        script = next((word for word in rest if not word.startswith("-")), "")
        return _NAMED.fullmatch(script.rpartition("/")[2]) is not None
    return by_tool(words) or _NAMED.fullmatch(name) is not None


def by_tool(words: Sequence[str]) -> bool:
    """Return whether *words* run a known tool to verify a signature."""
    words = _own(words) if words else words
    name, rest = (words[0].rpartition("/")[2], words[1:]) if words else ("", ())
    if name in {"usign", "signify", "signify-openbsd", "minisign", "ucert"}:
        return any(re.fullmatch(r"-[A-Za-z]{0,3}V[A-Za-z]{0,3}", word) for word in rest)
    if name in {"gpg", "gpg2"}:
        return "--verify" in rest or "--decrypt" in rest
    if name == "openssl" and rest:
        options = {"-verify", "-prverify", "-verify_recover"}
        return rest[0] in {"dgst", "rsautl", "pkeyutl", "smime", "cms"} and bool(options & {*rest})
    return name == "gpgv" or (name == "cosign" and rest[:1] in (["verify"], ["verify-blob"]))


def writes(words: Sequence[str], targets: Sequence[str]) -> str:
    """Return where *words* write firmware or install a package to; empty when they do not.

    *targets* are the targets of the redirections, each with its operator.
    """
    into = [one.lstrip("<>|&") for one in targets if one.startswith((">", ">>"))]
    place = next((one for one in into if _DEVICE.match(one)), "")
    place = place or (_written(_own(words)) if words else "")
    return "" if _NOT_FIRMWARE.search(place) else place[:LONGEST]


def _written(words: Sequence[str]) -> str:
    name, rest = words[0].rpartition("/")[2], list(words[1:])
    plain = [word for word in rest if word == "-" or not word.startswith("-")]
    if name == "mtd" and "write" in rest and len(plain) > 2:
        return plain[-1]
    if name == "dd":
        outputs = [word[3:] for word in rest if word.startswith("of=")]
        zeros = any(word.startswith(("if=/dev/zero", "if=/dev/urandom")) for word in rest)
        return "" if zeros else next((one for one in outputs if _DEVICE.match(one)), "")
    if name in _WRITERS:
        return plain[-1] if plain else ""
    if name == "sysupgrade":
        return "" if not plain or _SYSUPGRADE_OTHER & {*rest} else "sysupgrade"
    if name in _INSTALLERS and _INSTALLERS[name] & {*rest}:
        files = [word for word in plain[1 if name in {"opkg", "ipkg"} else 0 :] if _is_file(word)]
        return files[0] if files else ""
    return ""


def stops(name: str) -> bool:
    """Return whether a command of this name, which the script does not define, ends it."""
    return _STOPS.fullmatch(name) is not None


def _is_file(word: str) -> bool:
    return "/" in word or "$" in word or word.endswith((".ipk", ".deb", ".rpm"))


def _own(words: Sequence[str]) -> Sequence[str]:
    """Return *words* from the program on that a wrapper runs."""
    place = 0
    while place + 1 < len(words) and words[place].rpartition("/")[2] in _WRAPPERS:
        place += 1
        while place + 1 < len(words) and (words[place][:1] == "-" or words[place].isdigit()):
            place += 1
    return words[place:]
