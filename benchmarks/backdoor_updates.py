"""Larger updates for `backdoor_differences.py`: several programs in one, as BusyBox is built.

Eight programs of one half are linked into one. All of them change from the old version to the new
one, and one of them brings its access path besides: a change among many that have nothing to do
with access. Objects and programs are cached with those of `backdoor_builds`.
"""

import hashlib
import json
import tempfile
from dataclasses import replace
from pathlib import Path

from backdoor_builds import (
    CACHE_VERSION,
    FORMS,
    Built,
    Program,
    Way,
    cache_folder,
    execute,
    sources,
    symbols,
    truth_of,
)

TOGETHER = 8
FLAGS = ("-g", "-w", "-std=gnu11", "-pthread", "-fno-optimize-sibling-calls")


def company(programs: list[Program], number: int, way: Way) -> list[Program]:
    """Return program *number* of *programs* and those after it that can be linked with it."""
    turned = programs[number:] + programs[:number]
    fit = [one for one in turned if not one.library and way.target.name not in one.without]
    return fit[:TOGETHER]


def build_together(programs: list[Program], way: Way, forms: list[str]) -> Built:
    """Return *programs*, each in its form of *forms*, as one; the truth is that of the first."""
    words = [str(CACHE_VERSION), "together", str(way), *FLAGS]
    for program, form in zip(programs, forms, strict=True):
        words += [form, program.name, *sorted(program.functions | program.data)]
        words += [hashlib.sha256(file.read_bytes()).hexdigest() for file in sources(program)]
    key = hashlib.sha256("\0".join(words).encode()).hexdigest()[:32]
    stored = cache_folder() / "built" / f"together-{programs[0].name}-{key}"
    if not stored.with_suffix(".json").exists():
        stored.parent.mkdir(parents=True, exist_ok=True)
        _link(programs, way, forms, stored)
    truth = json.loads(stored.with_suffix(".json").read_text())
    return Built(
        stored.read_bytes(),
        tuple((first, last) for first, last in truth["ranges"]),
        tuple((first, last) for first, last in truth["addresses"]),
    )


def _link(programs: list[Program], way: Way, forms: list[str], stored: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        objects = [
            _object(program, way, form, folder, f"p{number}_")
            for number, (program, form) in enumerate(zip(programs, forms, strict=True))
        ]
        chooser = folder / "chooser.c"
        chooser.write_text(_chooser([one.name for one in programs]))
        whole = folder / "program"
        linking = ["-static"] if way.linking == "static" else []
        execute(
            *_compiler(way), f"-{way.level}", *linking, *FLAGS, *way.target.flags,
            str(chooser), *map(str, objects), "-o", str(whole),
        )  # fmt: skip
        execute(f"{way.target.prefix}strip", "-o", str(stored), str(whole))
        first = programs[0]
        named = replace(
            first,
            functions=frozenset(f"p0_{name}" for name in first.functions),
            data=frozenset(f"p0_{name}" for name in first.data),
        )
        truth = truth_of(named, whole, stored, planted="planted" in forms[0])
    stored.with_suffix(".json").write_text(json.dumps(truth, sort_keys=True))


def _compiler(way: Way) -> list[str]:
    if way.compiler == "clang":
        return ["clang-16", f"--target={way.target.clang}"]
    return [f"{way.target.prefix}gcc"]


def _object(program: Program, way: Way, form: str, folder: Path, prefix: str) -> Path:
    """Return *program* as one object, all of whose symbols begin with *prefix*."""
    parts = []
    for number, file in enumerate(program.files):
        part = folder / f"{prefix}{number}.o"
        execute(
            *_compiler(way), f"-{way.level}", *FLAGS[:-1], *way.target.flags, *FORMS[form],
            "-c", str(file), "-o", str(part),
        )  # fmt: skip
        parts.append(str(part))
    joined, names = folder / f"{prefix}.o", folder / f"{prefix}names"
    # The compiler's driver knows the emulation of the linker.
    execute(f"{way.target.prefix}gcc", *way.target.flags, "-nostdlib", "-r", *parts, "-o",
            str(joined))  # fmt: skip
    own = sorted({name for *_, name in symbols(joined, empty=True)})
    names.write_text("".join(f"{name} {prefix}{name}\n" for name in own))
    execute(f"{way.target.prefix}objcopy", f"--redefine-syms={names}", str(joined))
    return joined


def _chooser(names: list[str]) -> str:
    """Return a program that becomes the one that it is called as."""
    declared = "".join(f"int p{number}_main();\n" for number in range(len(names)))
    chosen = "".join(
        f'    if (!strcmp(name, "{name}")) return p{number}_main(argc, argv, envp);\n'
        for number, name in enumerate(names)
    )
    return (
        f"#include <string.h>\n{declared}"
        "int main(int argc, char **argv, char **envp)\n{\n"
        "    const char *name = strrchr(argv[0], '/');\n"
        "    name = name ? name + 1 : argv[0];\n"
        f"{chosen}    return 127;\n}}\n"
    )
