"""Which programs and libraries are worth reading instruction by instruction, and why.

Reading all code of an image would cost more than it tells. What counts is what a file could do:
take input and run commands, decide who comes in, run something when it is loaded.
"""

import re
from typing import Literal

from assay._kernel import lazy_re
from assay.code.access.profiles import kind_of, profiles
from assay.code.access.starting import RESOLVER_ONLY, RUNS, SETS_UP
from assay.code.holding import names_holding
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.marks import has

Concern = Literal[
    "exposed", "connecting", "receiving", "deciding", "loading", "unexpected", "static", ""
]

COMMANDS = frozenset(
    {
        "system", "popen", "execl", "execlp", "execle", "execv", "execvp", "execve", "execvpe",
        "posix_spawn", "posix_spawnp",
    }
)  # fmt: skip
RECEIVERS = frozenset({"recv", "recvfrom", "recvmsg", "accept", "accept4"})
DECIDING = frozenset(
    {
        "crypt", "crypt_r", "getspnam", "getspnam_r", "getpass", "pam_authenticate", "pam_start",
        "pam_get_user", "pam_get_authtok", "pam_get_item", "putpwent", "setuid", "setgid",
        "initgroups", "setresuid",
    }
)  # fmt: skip
CONNECTING = frozenset({"socket", "connect"})
INPUT = frozenset(
    {"fgets", "getline", "fread", "read", "scanf", "fscanf", "gets", "getenv", "__isoc99_scanf"}
)
COMPARING = frozenset({"strcmp", "strncmp", "memcmp", "strcasecmp", "strncasecmp", "strstr"})
MOST_OFFERED = 400
"""A library that offers more is a general one; its checks are those of its callers."""

DECIDING_NAME = lazy_re.compile(
    r"pam_sm_|authenticat|check_?(user|pass|pw|login|auth|cred)|verify_?(user|pass|pw|login|auth"
    r"|cred|sign)|valid\w*_?(user|pass|login|cred)|(user|login|passwo?r?d)_?(check|verify|valid)"
    r"|(^|_)(do_?)?login$|^_nss_\w+_get(pw|sp|gr)",
    re.IGNORECASE,
)
DECIDING_PARTS = (b"auth", b"check", b"verif", b"valid", b"login", b"pam_sm_", b"nss_")
"""Each such name holds one of these, in lower case."""


def concern(facts: ElfFacts, content: bytes) -> Concern:
    """Return why the code of a file with *facts* is worth reading, empty when it is not."""
    commands = bool(set(facts.imports) & COMMANDS)
    if facts.role == "program":
        return _of_program(facts, content, commands=commands) if facts.dynamic else "static"
    return _of_library(facts, commands=commands) if facts.role == "library" else ""


def _of_program(facts: ElfFacts, content: bytes, *, commands: bool) -> Concern:
    imports = set(facts.imports)
    gateway = has(content, "gateway")
    asked = bool(imports & RECEIVERS) or gateway
    if commands and asked:
        return "exposed"
    if commands and imports & CONNECTING:
        return "connecting"
    compares = bool(imports & COMPARING and imports & (DECIDING | INPUT))
    if gateway or (commands and imports & DECIDING):
        return "deciding"
    if (commands and compares) or ((asked or compares) and _decides(facts)):
        return "deciding"
    comparing = bool(imports & COMPARING)
    if (asked and comparing and has(content, "login")) or (
        comparing and imports & INPUT and has(content, "console")
    ):
        return "deciding"
    return "receiving" if asked or imports & CONNECTING else ""


def _of_library(facts: ElfFacts, *, commands: bool) -> Concern:
    small = len(facts.exports) <= MOST_OFFERED
    if small and _is_named_so(facts.exports):
        return "deciding"
    if _may_act_at_load(facts):
        return "loading"
    return "unexpected" if commands or _is_beyond_its_kind(facts) else ""


def _is_beyond_its_kind(facts: ElfFacts) -> bool:
    """Say whether a library imports what its kind does without."""
    if all(one.never.isdisjoint(facts.imports) for one in profiles()):
        return False  # which spares looking through all that it offers
    name = facts.soname.text if facts.soname is not None else ""
    profile = kind_of(name, frozenset(facts.exports))
    return profile is not None and not profile.never.isdisjoint(facts.imports)


def _decides(facts: ElfFacts) -> bool:
    return bool(set(facts.imports) & DECIDING) or _is_named_so((*facts.imports, *facts.exports))


def _is_named_so(names: tuple[str, ...]) -> bool:
    """Say whether one of *names* is that of a function that decides on access."""
    likely = names_holding(names, DECIDING_PARTS)
    return any(DECIDING_NAME.search(names[number]) for number in likely)


def _may_act_at_load(facts: ElfFacts) -> bool:
    """Say whether code runs at load time in a file that could do anything telling then."""
    reach = {*facts.imports, *facts.exports}
    if facts.resolvers and reach & (RUNS | RESOLVER_ONLY):
        return True
    return bool(reach & (RUNS | SETS_UP)) and _starts_early(facts)


def _starts_early(facts: ElfFacts) -> bool:
    """Say whether more runs at load time than what every compiler adds."""
    size = next((one.size for one in facts.sections if one.name == ".init_array"), 0)
    constructors = next((one.size for one in facts.sections if one.name == ".ctors"), 0)
    word = facts.bits // 8
    return size > word or constructors > 2 * word
