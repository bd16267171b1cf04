"""Which programs and scripts write firmware, and what signature checks they name.

Shared by the update checks. A program counts only on evidence: a flash-writing command, or a
flash device's name together with words about firmware and calls that write.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.checks.check import at
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.patterns import Hit, PatternFacts
from assay.inventory.kinds.script import ScriptFacts
from assay.model.result import Evidence
from assay.model.tree import Node

VERIFIERS = lazy_re.compile(
    r"RSA_verify(?:_\w+)?|RSA_public_decrypt|DSA_verify|DSA_do_verify|ECDSA_(?:do_)?verify"
    r"|EVP_VerifyFinal|EVP_DigestVerify(?:Final|Init)?|EVP_PKEY_verify(?:_recover)?"
    r"|PKCS7_verify|CMS_verify|ED25519_verify|mbedtls_(?:pk|rsa|ecdsa)\w*_verify\w*"
    r"|rsa_pkcs1_verify|crypto_sign_(?:open|verify)\w*|gnutls_(?:pubkey|x509_crt)_verify\w*"
    r"|gcry_pk_verify|wc_\w*[Vv]erify\w*|nettle_rsa_\w*_verify\w*|rsa_sha\d+_verify\w*"
    r"|ed25519_verify|edsign_verify|psRsaDecryptPub\w*|pubRsaDecryptSignedElement"
    r"|[A-Za-z_]*[Vv]erify_?[Ss]ign\w*|[A-Za-z_]*[Ss]ign(?:ature)?_?[Vv]erify\w*"
)
_CRYPTO_LIBRARIES = lazy_re.compile(
    r"lib(?:crypto|ssl|mbed\w*|polarssl|gnutls|nettle|hogweed|gcrypt|wolfssl|cyassl|sodium|c|m"
    r"|gcc_s|stdc\+\+|pthread|dl|rt|crypt|curl|uClibc)[-.]"
)
_CHECKSUMS = lazy_re.compile(r"(?i)(?:md5|crc32|crc_?32|sha1|sha256|sha_?256)\w*")
_FLASH_TOOLS = frozenset(
    {
        *(
            "mtd",
            "flashcp",
            "nandwrite",
            "nanddump",
            "ubiupdatevol",
            "flash_erase",
            "flash_eraseall",
        ),
        *("flash_otp_write", "ubiformat", "nandtest", "mtd_debug", "mtd-utils", "fw_setenv"),
        *("fw_printenv", "mtd_write", "dd", "busybox", "ubinize", "otrx"),
    }
)
_FLASH_COMMANDS = frozenset({"flashcp", "nandwrite", "ubiupdatevol", "fw_upgrade", "mtd_write"})
_FLASH_DEVICE = lazy_re.compile(r"of=/dev/mtd|>/dev/mtd")
_UPDATE_PATH = lazy_re.compile(r"(?i)upgrade|update|firmware|flash")
_WORDS = frozenset({"commands.firmware-word", "commands.upgrade-word"})
_WRITES = ("write", "pwrite", "fwrite", "pwrite64")


class Updater(Value):
    """A program or script that writes firmware.

    `writes` shows that it does: commands when `commands` is set, else a flash device's name
    beside words about firmware. `checks` is what it names of signature checks; `sums` are the
    checksum functions it imports.
    """

    node: Node
    writes: tuple[Evidence, ...]
    checks: tuple[Evidence, ...]
    sums: tuple[str, ...]
    is_program: bool
    commands: bool


@lru_cache(maxsize=2)
def updaters_of(image: Inventory) -> tuple[Updater, ...]:
    """Return the programs and scripts of *image* that write firmware, in order of paths."""
    found = []
    for node, facts in image.of(PatternFacts):
        if node.kind != "file" or node.name in _FLASH_TOOLS:
            continue
        hits = _by_pattern(facts)
        elf = image.facts(node, ElfFacts)
        if elf is not None:
            writes = _program_writes(node, elf, hits)
        else:
            writes = _script_writes(image, node, hits)
        if writes:
            checks = tuple(_checks(image, node, elf, hits))
            sums = () if elf is None else _sums(elf)
            commands = elf is None or not writes[0].excerpt.startswith("/dev/mtd")
            found.append(Updater(node, writes, checks, sums, elf is not None, commands))
    return tuple(found)


def _by_pattern(facts: PatternFacts) -> dict[str, list[Hit]]:
    found: dict[str, list[Hit]] = {}
    for hit in facts.hits:
        found.setdefault(hit.id, []).append(hit)
    return found


def _program_writes(node: Node, elf: ElfFacts, hits: dict[str, list[Hit]]) -> tuple[Evidence, ...]:
    if elf.role not in {"program", "library"} or "banners.busybox" in hits:
        return ()
    words = hits.get("commands.firmware-word", [])
    commands = hits.get("commands.flash-write", [])
    if commands and words:
        return tuple(at(node, one.span) for one in commands[:3])
    devices = hits.get("commands.mtd-device", [])
    calls = [name for name in _WRITES if elf.imports_name(name)]
    if devices and words and calls and elf.imports_name("open") and elf.role == "program":
        span = elf.import_span(calls[0])
        shown = [at(node, devices[0].span), at(node, words[0].span)]
        return (*shown, *([at(node, span)] if span else []))
    return ()


def _script_writes(
    image: Inventory, node: Node, hits: dict[str, list[Hit]]
) -> tuple[Evidence, ...]:
    facts = image.facts(node, ScriptFacts)
    if facts is None or not (_UPDATE_PATH.search(node.inner) or _WORDS & set(hits)):
        return ()
    found = []
    for command in facts.commands:
        name, rest = command.words[0].rpartition("/")[2], command.words[1:]
        line = command.span.text
        writes = name == "mtd" and "write" in rest and "upgrade" in node.inner.lower()
        writes |= bool(name in _FLASH_COMMANDS and rest)
        if writes or (name == "dd" and _FLASH_DEVICE.search(line)):
            found.append(at(node, command.span))
    return tuple(found[:3])


def _checks(
    image: Inventory, node: Node, elf: ElfFacts | None, hits: dict[str, list[Hit]]
) -> Iterator[Evidence]:
    """Yield what names a signature check: in the file, its own libraries, its fellow scripts."""
    yield from (at(node, one.span) for one in hits.get("commands.signature-check", [])[:3])
    if elf is None:
        yield from _fellow_checks(image, node)
        return
    yield from _calls(node, elf)
    for needed in elf.needed:
        if _CRYPTO_LIBRARIES.match(needed.text):
            continue
        library = _library(image, node.filesystem, needed.text)
        facts = None if library is None else image.facts(library, ElfFacts)
        if library is not None and facts is not None:
            yield from _calls(library, facts)


def _calls(node: Node, elf: ElfFacts) -> Iterator[Evidence]:
    names = [name for name in elf.imports if VERIFIERS.fullmatch(name)][:3]
    yield from (at(node, span) for name in names if (span := elf.import_span(name)))


def _library(image: Inventory, filesystem: str, name: str) -> Node | None:
    for folder in ("/lib", "/usr/lib", "/usr/local/lib", "/lib64", "/usr/lib64"):
        found = image.resolve(filesystem, f"{folder}/{name}")
        if found is not None:
            return found
    return None


def _fellow_checks(image: Inventory, node: Node) -> Iterator[Evidence]:
    """Yield signature checks in the scripts that update together with *node*."""
    folder = node.inner.rpartition("/")[0]
    for other, span in _named_checks(image):
        if other.filesystem != node.filesystem or other == node:
            continue
        beside = other.inner.rpartition("/")[0] == folder and "upgrade" in other.inner
        if beside or other.inner in {"/sbin/sysupgrade", "/usr/sbin/sysupgrade"}:
            yield at(other, span)


@lru_cache(maxsize=2)
def _named_checks(image: Inventory) -> tuple[tuple[Node, Span], ...]:
    """Return the scripts below upgrade folders that name a signature check, at most 200."""
    found = (
        (node, hit.span)
        for node, facts in image.of(PatternFacts)
        if "upgrade" in node.inner
        for hit in facts.hits
        if hit.id == "commands.signature-check"
    )
    return tuple(islice(found, 200))


def _sums(elf: ElfFacts) -> tuple[str, ...]:
    return tuple(name for name in elf.imports if _CHECKSUMS.search(name))[:4]
