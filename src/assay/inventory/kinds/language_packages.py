"""Packages of languages: what an installed Python, Node, Lua or Java package says it is.

Facts of the inventory stage, read by `identify`. Layouts: Python core metadata, npm package.json,
LuaRocks rockspec, Maven's pom.properties and the manifest of a jar.
"""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from assay._kernel import lazy_re
from assay.inventory.kind import Kind, Span, looks_like_text
from assay.inventory.kinds.text import span
from assay.model.record import Record

LONGEST = 200
_HEADER = lazy_re.compile(r"^([A-Za-z-]{1,40}):[ \t]*([^\r\n]{0,400})", re.MULTILINE)
_ROCK = lazy_re.compile(
    r"""^\s{0,8}(package|version|license)\s{0,8}=\s{0,8}["']([^"'\n]{1,200})""", re.MULTILINE
)
_PROPERTY = lazy_re.compile(
    r"^(groupId|artifactId|version)\s{0,8}[=:]\s{0,8}([^\s]{1,200})", re.MULTILINE
)
_NAME = lazy_re.compile(r"@?[A-Za-z0-9][\w.@/+-]{0,200}")
_VERSION = lazy_re.compile(r"[\w.+!~-]{1,100}")


class LanguagePackage(Record):
    """An installed package of a language; `system` is the purl type (pypi, npm, …)."""

    span: Span
    system: str
    name: str
    version: str
    licence: str = ""


KIND = Kind(
    name="language_packages",
    version=1,
    facts=LanguagePackage,
    about="packages of Python, Node, Lua and Java by their own descriptions",
    paths=(
        "*.dist-info/metadata",
        "*.egg-info/pkg-info",
        "*.egg-info",
        "*/node_modules/*package.json",
        "*.rockspec",
        "*/meta-inf/maven/*/pom.properties",
        "*/meta-inf/manifest.mf",
    ),
    most=1 << 20,
)


def examine(content: bytes) -> LanguagePackage | None:
    """Return what a description says, or None for what is none."""
    if not looks_like_text(content):
        return None
    text = content.decode("latin-1")
    for reader in _READERS:
        found = reader(text)
        if found is not None:
            return found
    return None


def _python(text: str) -> LanguagePackage | None:
    head = text.partition("\n\n")[0]
    fields = _fields(_HEADER, head)
    if "metadata-version" not in fields:
        return None
    return _package("pypi", head, fields, "name", "version", "license-expression", "license")


def _node(text: str) -> LanguagePackage | None:
    if not text.lstrip().startswith("{"):
        return None
    try:
        told = msgspec.json.decode(text.encode("latin-1"))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    if not isinstance(told, dict):
        return None
    stated: tuple[Any, ...] = tuple(told.get(key, "") for key in ("name", "version", "license"))
    name, version, licence = stated
    if not _fits(name, version):
        return None
    at = max(text.find(f'"{name}"'), 0)
    return LanguagePackage(
        span=span(text, at, min(at + len(name) + 2, len(text))),
        system="npm",
        name=name,
        version=version,
        licence=licence if isinstance(licence, str) and len(licence) <= LONGEST else "",
    )


def _lua(text: str) -> LanguagePackage | None:
    return _package("luarocks", text, _fields(_ROCK, text), "package", "version", "license")


def _maven(text: str) -> LanguagePackage | None:
    fields = _fields(_PROPERTY, text)
    group, artifact = fields.get("groupid"), fields.get("artifactid")
    found = _package("maven", text, fields, "artifactid", "version")
    if found is None or group is None or artifact is None:
        return None
    return msgspec.structs.replace(found, name=f"{group[2]}/{artifact[2]}")


def _manifest(text: str) -> LanguagePackage | None:
    if not text.startswith("Manifest-Version:"):
        return None
    fields = _fields(_HEADER, text)
    name = "bundle-symbolicname" if "bundle-symbolicname" in fields else "implementation-title"
    version = "bundle-version" if "bundle-version" in fields else "implementation-version"
    return _package("maven", text, fields, name, version, "bundle-license")


_READERS: tuple[Callable[[str], LanguagePackage | None], ...] = (
    _python, _node, _lua, _maven, _manifest,
)  # fmt: skip


def _fields(expression: re.Pattern[str], text: str) -> dict[str, re.Match[str]]:
    found: dict[str, re.Match[str]] = {}
    for match in expression.finditer(text):
        found.setdefault(match[1].lower(), match)
    return found


def _package(
    system: str,
    text: str,
    fields: dict[str, re.Match[str]],
    name: str,
    version: str,
    *licences: str,
) -> LanguagePackage | None:
    first, second = fields.get(name), fields.get(version)
    if first is None or second is None:
        return None
    called, numbered = first[2].partition(";")[0].strip(), second[2].strip()
    if not _fits(called, numbered):
        return None
    stated = (fields[key][2].strip() for key in licences if key in fields)
    start, end = sorted((first.span(), second.span()))
    return LanguagePackage(
        span=span(text, start[0], min(end[1], start[0] + LONGEST)),
        system=system,
        name=called,
        version=numbered,
        licence=next((one for one in stated if one and one != "UNKNOWN"), "")[:LONGEST],
    )


def _fits(name: object, version: object) -> bool:
    return (
        isinstance(name, str)
        and isinstance(version, str)
        and _NAME.fullmatch(name) is not None
        and _VERSION.fullmatch(version) is not None
    )
