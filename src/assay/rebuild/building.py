"""Runs a recipe once in one environment: unpacks the sources, runs the commands, takes the outputs.

All of it happens in the sandbox; what is read from the folder afterwards is taken for hostile.
"""

import os
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

from assay._kernel.printable import printable
from assay._kernel.sandbox import Bounds, Room, Sandbox
from assay._kernel.sandbox.running import Ran, run
from assay._kernel.value import Value
from assay.rebuild.environments import Environment, variables
from assay.rebuild.order import turn_around
from assay.rebuild.recipe import Recipe, Source, Tool
from assay.rebuild.records import BuildRun, CommandRun

SOURCES = "/sources"
TAIL = 20
WIDTH = 300
LARGEST_TAIL = 1 << 16
LARGEST_OUTPUT = 512 << 20
"""The most bytes that an output may have: what a file of an image may have, too."""

Tell = Callable[[str, int, int], None]
"""Called with what is being done, commands finished, and commands in all."""


class Workshop(Value):
    """Where a recipe is built: scratch folder, checked sources, read-only extra toolchains."""

    sandbox: Sandbox
    bounds: Bounds
    folder: Path
    sources: Path
    toolchains: tuple[Path, ...]
    tell: Tell


class Built(Value):
    """A build: how it went, its log, and the outputs that are regular files, by their name."""

    run: BuildRun
    log: Path
    outputs: dict[str, Path]


def build(shop: Workshop, recipe: Recipe, environment: Environment, number: int) -> Built:
    """Build *recipe* in *environment*; what goes wrong is in the result."""
    work = shop.folder / f"build-{number}"
    log = shop.folder / f"build-{number}.log"
    room = _room(shop, recipe, environment, work)
    unpacking = _unpacking(recipe.sources)
    unpacked, plan = len(unpacking), [*unpacking, *recipe.build.commands]
    ran: list[CommandRun] = []
    start = 0
    with log.open("ab") as file:
        for count, command in enumerate(plan):
            tell = _telling(shop, f"{recipe.title}, build {number}", command, count, len(plan))
            tell(0)
            if count == unpacked and environment.backwards:
                turn_around(work / "src")
            file.write(f"$ {command}\n".encode())
            start = file.tell()
            ended = run(shop.sandbox, room, command, file, tell)
            file.seek(0, 2)
            ran.append(CommandRun(command=command, code=ended.code, stopped=ended.stopped))
            if not ended.well:
                break
    well = len(ran) == len(plan) and all(one.code == 0 for one in ran)
    record = BuildRun(commands=tuple(ran), well=well, log=() if well else _tail(log, start))
    wanted = [name for one in recipe.outputs for name in (one.file, one.symbols) if name]
    names = wanted if well else []
    found = {name: _output(work / "src", name) for name in names}
    return Built(record, log, {name: path for name, path in found.items() if path is not None})


def _telling(
    shop: Workshop, what: str, command: str, count: int, known: int
) -> Callable[[int], None]:
    """Return what tells the progress of *command*; it is called with the size of its log."""
    says = f"{what}: {_first_line(command)}"
    return lambda _: shop.tell(says, count, known)


def ask(shop: Workshop, recipe: Recipe, environment: Environment, tool: Tool) -> tuple[Ran, str]:
    """Return how the version command of *tool* ended and what it printed."""
    work, log = shop.folder / "tools", shop.folder / "tools.log"
    room = _room(shop, recipe, environment, work)
    with log.open("ab") as file:
        start = file.tell()
        ended = run(shop.sandbox, room, tool.command, file)
    with log.open("rb") as file:
        file.seek(start)
        return ended, file.read(LARGEST_TAIL).decode("utf-8", "replace")


def _room(shop: Workshop, recipe: Recipe, environment: Environment, work: Path) -> Room:
    for name in ("src", "home"):
        (work / name).mkdir(parents=True, exist_ok=True)
    accounts = work.with_name(f"{work.name}-etc")
    _write_accounts(accounts, environment, f"{environment.path}/home")
    confined = shop.sandbox.confined
    folder = environment.path if confined else str(work)
    sources = SOURCES if confined else str(shop.sources)
    given = variables(environment, folder, sources)
    search = ":".join([*(f"{one}/bin" for one in shop.toolchains), given["PATH"]])
    readable = ((shop.sources, SOURCES), *((one, str(one)) for one in shop.toolchains))
    return Room(
        writable=((work, folder),), readable=readable, accounts=accounts,
        directory=f"{folder}/src", environment=given | {"PATH": search} | recipe.build.environment,
        hostname=environment.hostname, uid=environment.uid, gid=environment.uid,
        umask=environment.umask, bounds=shop.bounds,
    )  # fmt: skip


def _write_accounts(folder: Path, environment: Environment, home: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name, uid = environment.user, environment.uid
    (folder / "passwd").write_text(f"{name}:x:{uid}:{uid}::{home}:/bin/sh\n")
    (folder / "group").write_text(f"{name}:x:{uid}:\n")


def _unpacking(sources: tuple[Source, ...]) -> list[str]:
    """Return the commands that unpack *sources*."""
    return [command for one in sources if one.unpack for command in _unpack(one)]


def _unpack(source: Source) -> Iterator[str]:
    """Yield the command that unpacks *source*, in the sandbox, by the host's own programs."""
    file, into = f'"$SOURCES"/{shlex.quote(source.file)}', shlex.quote(source.into)
    yield (
        f"mkdir -p -- {into} && tar -x -f {file} --no-same-owner "
        f"--strip-components={source.strip} -C {into}"
    )


def _first_line(command: str) -> str:
    return printable(command.strip().partition("\n")[0].encode())[:80]


def _tail(log: Path, start: int) -> tuple[str, ...]:
    """Return the last lines of *log* from *start*, without what a terminal would obey."""
    with log.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(start, size - LARGEST_TAIL))
        lines = file.read(LARGEST_TAIL).splitlines()
    return tuple(printable(line)[:WIDTH] for line in lines[-TAIL:])


def _output(root: Path, name: str) -> Path | None:
    """Return the regular file *name* below *root*; None for what is none, too large or outside."""
    top, path = (Path(os.path.realpath(one)) for one in (root, root / name))
    if not path.is_relative_to(top) or not path.is_file():
        return None
    return path if path.stat().st_size <= LARGEST_OUTPUT else None
