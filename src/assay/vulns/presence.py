"""Is the code of a flaw in the image at all? What was looked for and is not there.

The table `data/presence.toml` says for a flaw which part of a product it needs: an applet, an
exported function, a compiled-in option that the program tells, or a kernel option. Absence is
claimed only where the place that would show the part was read.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from assay.inventory.image import Inventory
from assay.inventory.kinds.applets import AppletFacts
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.patterns import PatternFacts
from assay.model.flaws import Setting
from assay.model.result import Component
from assay.model.tree import Node


@dataclass(frozen=True, slots=True)
class Need:
    """A part of a product that some flaws need.

    `part` names it for people. It is absent when no copy has one of `applets`, exports one of
    `exports` (asked of libraries whose SONAME begins with `soname`), or when every copy has one
    of the `unless` patterns.
    """

    product: str
    part: str
    flaws: tuple[str, ...]
    applets: tuple[str, ...] = ()
    exports: tuple[str, ...] = ()
    soname: str = ""
    unless: tuple[str, ...] = ()
    why: str = ""


@lru_cache(maxsize=1)
def needs() -> tuple[Need, ...]:
    """Return the table of parts that flaws need."""
    table = _table()
    return tuple(
        Need(
            product=one["product"],
            part=one["part"],
            flaws=tuple(one["flaws"]),
            applets=tuple(one.get("applets", ())),
            exports=tuple(one.get("exports", ())),
            soname=one.get("soname", ""),
            unless=tuple(one.get("unless", ())),
            why=one.get("why", ""),
        )
        for one in table["need"]
    )


@lru_cache(maxsize=1)
def kernel_folders() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return folders or files of the kernel's source and the options that build them.

    The longest comes first: it is the one that counts for a file.
    """
    rows = [(path, tuple(options.split())) for path, options in _table()["kernel"].items()]
    return tuple(sorted(rows, key=lambda row: (-len(row[0]), row[0])))


@lru_cache(maxsize=1)
def watched_options() -> tuple[str, ...]:
    """Return the names of all kernel options that the table asks for, sorted."""
    return tuple(sorted({option for _, options in kernel_folders() for option in options}))


@lru_cache(maxsize=1)
def _table() -> dict:  # type: ignore[type-arg]
    text = resources.files("assay.vulns.data").joinpath("presence.toml").read_text("utf-8")
    return tomllib.loads(text)


def absent_parts(image: Inventory, components: Sequence[Component]) -> tuple[str, ...]:
    """Return `component version/part` for each part that no copy of a component has."""
    by_path = {node.path: node for node in image.nodes if node.blob}
    found: set[str] = set()
    for component in components:
        copies = [by_path[one.path] for one in component.occurrences if one.path in by_path]
        name = component.cpe.split(":")[4] if component.cpe.count(":") > 4 else component.name
        names = {name, component.name.lower()}
        found.update(
            f"{component.name} {component.version}/{need.part}"
            for need in needs()
            if need.product in names and copies
            if all(_lacks(image, copy, need) for copy in copies)
        )
    return tuple(sorted(found))


def _lacks(image: Inventory, copy: Node, need: Need) -> bool:
    """Return whether *copy* is known not to have the part."""
    if need.applets:
        applets = image.facts(copy, AppletFacts)
        return applets is not None and set(need.applets) <= set(applets.absent)
    if need.exports:
        elf = image.facts(copy, ElfFacts)
        return (
            elf is not None
            and elf.soname is not None
            and elf.soname.text.startswith(need.soname)
            and bool(elf.exports)
            and not elf.symbols_cut
            and not set(need.exports) & set(elf.exports)
        )
    patterns = image.facts(copy, PatternFacts)
    return patterns is not None and any(hit.id in need.unless for hit in patterns.hits)


def missing_part(
    component: Component, identity: str, files: Sequence[str], setting: Setting
) -> str:
    """Return why the code of the flaw *identity* is not in the image; empty if it may be."""
    own = f"{component.name} {component.version}/"
    absent = {one.removeprefix(own) for one in setting.absent if one.startswith(own)}
    for need in needs():
        if identity in need.flaws and need.part in absent:
            return f"{need.part} is not in any copy of it{': ' if need.why else ''}{need.why}"
    sources = [file for file in files if file.endswith(".c")]
    if component.kind == "kernel" and sources:
        return _other_machine(sources, setting) or _not_built(sources, setting)
    return ""


_MACHINES = {"mips": "mips", "arm": "arm", "aarch64": "arm64", "powerpc": "powerpc",
             "x86": "x86", "risc-v": "riscv"}  # fmt: skip


def _other_machine(files: Sequence[str], setting: Setting) -> str:
    """Return which other machine all of *files* are for; empty where they are not, or may not."""
    here = next(
        (folder for name, folder in _MACHINES.items() if setting.machine.lower().startswith(name)),
        "",
    )
    folders = [file.split("/")[1] if file.startswith("arch/") else "" for file in files]
    if not here or not all(folders) or here in folders:
        return ""
    return f"{files[0]} is for another machine than this one ({setting.machine})"


def _not_built(files: Sequence[str], setting: Setting) -> str:
    """Return which options would build all of *files*, when none of them is set."""
    if not setting.options:
        return ""
    values = dict(one.split("=", 1) for one in setting.options)
    named = []
    for file in files:
        options = next(iter(_options_of(file)), ())
        if not options or any(values.get(one, "n") != "n" for one in options):
            return ""
        named.append(options[0])
    first = ", ".join(f"CONFIG_{one}" for one in dict.fromkeys(named))
    return f"the kernel's own configuration does not build {files[0]} ({first} is not set)"


def _options_of(file: str) -> Iterator[tuple[str, ...]]:
    return (options for path, options in kernel_folders() if file.startswith(path))
