"""Truth for the accuracy tables: what the compiler's own assembly says of a program.

Part of `code_accuracy.py`. Functions come from the symbol table of the program before it is
stripped, calls and string references from the assembly that it is made of.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

LABEL = re.compile(r"^([.$\w]+):")
STRING = re.compile(r'^\s*\.(?:string|asciz|ascii)\s+"((?:[^"\\]|\\.)*)"')
POINTER = re.compile(r"^\s*\.(?:long|word|4byte|8byte|quad|dword)\s+([.$]LC\d+)")
MENTION = re.compile(r"[.$]LC\d+")
FUNCTION = re.compile(r"^\s*\.type\s+([\w.$]+),\s*[@%#]?function")
END = re.compile(r"^\s*\.size\s+([\w.$]+)\s*,")
SECTION = re.compile(r"^\s*\.(?:section|text|data|bss)\b")
ESCAPE = re.compile(r"\\([0-7]{1,3}|.)")
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "b": "\b", "v": "\v", "a": "\a"}

CALLS = {
    "mips": (r"(?:jal|bal|jalr|j|b)\s+(?:\$31,)?([A-Za-z_][\w.$]*)$",),
    "arm": (r"(?:blx?|b(?:\.w)?)\s+([A-Za-z_][\w.$]*)(?:\(PLT\))?$",),
    "aarch64": (r"bl?\s+([A-Za-z_][\w.$]*)$",),
    "x86": (r"(?:call|jmp)[ql]?\s+\*?([A-Za-z_][\w.$]*)(?:@PLT|@GOTPCREL\(%rip\))?$",),
    "ppc": (r"bl?\s+([A-Za-z_][\w.$]*?)(?:\+\d+)?(?:@(?:plt|local))?$",),
    "riscv": (r"(?:call|tail|jal|j)\s+([A-Za-z_][\w.$]*)(?:@plt)?$",),
}
MIPS_HINT = re.compile(r"^\s*\.reloc\s+1f,R_MIPS_JALR,([\w.$]+)")
IGNORED = re.compile(r"^((r\d+|ip|fp|sl|lr|sp)$|__x86\.get_pc_thunk\.|_mcount|__tls_get_addr)")


@dataclass
class Truth:
    """Calls as (caller, callee) with how often, string references as (function, text)."""

    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    strings: set[tuple[str, bytes]] = field(default_factory=set)

    def add(self, other: "Truth") -> None:
        """Take over what *other* holds."""
        self.calls.update(other.calls)
        self.strings |= other.strings


def unescape(text: str) -> bytes:
    """Return the bytes of an assembler string."""

    def one(match: re.Match[str]) -> str:
        code = match.group(1)
        return chr(int(code, 8) & 255) if code[0] in "01234567" else _SIMPLE.get(code, code)

    return ESCAPE.sub(one, text).encode("latin-1", "replace")


def read_assembly(text: str, family: str) -> Truth:
    """Return the truth of one assembly file of *family* (a key of CALLS)."""
    strings, pointers = _labels(text)
    patterns = [re.compile(r"^\s+" + pattern) for pattern in CALLS[family]]
    truth = Truth()
    functions = set(FUNCTION.findall(text)) | set(re.findall(FUNCTION.pattern, text, re.MULTILINE))
    current = ""
    for line in text.splitlines():
        label = LABEL.match(line)
        if label and label.group(1) in functions:
            current = label.group(1)
        elif (end := END.match(line)) and end.group(1) == current:
            current = ""
        elif current:
            _note(truth, current, line.split("#")[0].split("//")[0].rstrip(), patterns, family)
            for mention in MENTION.findall(line):
                target = pointers.get(mention, mention)
                if target in strings:
                    truth.strings.add((current, strings[target]))
    return truth


def _note(
    truth: Truth, current: str, line: str, patterns: list[re.Pattern[str]], family: str
) -> None:
    if family == "mips":
        hint = MIPS_HINT.match(line)
        if hint:
            truth.calls[(current, hint.group(1))] += 1
            return
        if re.match(r"^\s+jalr\s", line):
            return
    for pattern in patterns:
        match = pattern.match(line)
        if (
            match
            and not match.group(1).startswith((".L", "$L"))
            and not IGNORED.match(match.group(1))
        ):
            truth.calls[(current, match.group(1))] += 1


def _labels(text: str) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return the strings by label, and the labels that only point to another one."""
    strings: dict[str, bytes] = {}
    pointers: dict[str, str] = {}
    label = ""
    mergeable = True
    for line in text.splitlines():
        if SECTION.match(line):
            # Constants that vector code loads as a whole are not strings to it.
            mergeable = ".cst" not in line
        match = LABEL.match(line)
        if match:
            label = match.group(1) if mergeable else ""
            continue
        if not label:
            continue
        string, pointer = STRING.match(line), POINTER.match(line)
        if string:
            strings[label] = strings.get(label, b"") + unescape(string.group(1))
        elif pointer:
            pointers[label] = pointer.group(1)
        elif not line.strip().startswith((".align", ".p2align", ".ascii")):
            label = ""
    return {name: body.split(b"\0")[0] for name, body in strings.items()}, pointers
