"""Shell scripts as commands: what start scripts run, with which words, on which condition.

Facts of the inventory stage; `inventory/services.py` joins them with init's tables. The text
itself is in the kind `text`.
"""

from assay._kernel import lazy_re
from assay.inventory.kind import Kind, Span, looks_like_text, shown
from assay.inventory.shell.commands import Command, commands_of
from assay.model.record import Record

MOST = 256 << 10
_SHELL = lazy_re.compile(rb"#![ \t]*(?:/usr)?/bin/(?:env[ \t]+)?(?:b|d)?a?k?sh\b[^\n]*")


class ScriptFacts(Record):
    """The commands of a shell script; `interpreter` is its first line where it names a shell.

    `truncated` is set when only the first 256 KiB were read.
    """

    commands: tuple[Command, ...]
    interpreter: Span | None = None
    truncated: bool = False

    @property
    def functions(self) -> frozenset[str]:
        """The names of the functions that hold commands."""
        return frozenset(one.function for one in self.commands if one.function)


KIND = Kind(
    name="script",
    version=1,
    facts=ScriptFacts,
    about="shell scripts: their commands with function, case arm and condition",
    magic=(
        b"#!/bin/sh",
        b"#! /bin/sh",
        b"#!/bin/ash",
        b"#! /bin/ash",
        b"#!/bin/bash",
        b"#! /bin/bash",
        b"#!/usr/bin/env sh",
        b"#!/usr/bin/env bash",
        b"#!/bin/dash",
        b"#!/usr/bin/sh",
        b"#!/usr/bin/bash",
    ),
    paths=(
        "*.sh",
        "*/etc*/init.d/*",
        "*/etc*/init.*",
        "*/etc*/rc",
        "*/etc*/rc.*",
        "*/etc*/rcs*",
        "*/etc*/rc?.d/*",
        "*/etc*/profile",
        "*/firewall.user",
        "*/firewall.include",
        "*/etc*/hotplug.d/*/*",
        "*/etc*/uci-defaults/*",
        "*/etc*/ppp/ip-*",
        "*/udhcpc*script",
    ),
)


def examine(content: bytes) -> ScriptFacts | None:
    """Return the commands of a shell script, or None for what is none."""
    interpreter = _SHELL.match(content)
    if not looks_like_text(content) or (content.startswith(b"#!") and interpreter is None):
        return None
    commands = commands_of(content[:MOST].decode("latin-1"))
    if not commands:
        return None
    line = None
    if interpreter is not None:
        line = Span(offset=0, length=interpreter.end(), text=shown(interpreter[0]))
    return ScriptFacts(commands=commands, interpreter=line, truncated=len(content) > MOST)
