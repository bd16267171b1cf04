"""A recipe: how a part of an image is built from public source. A TOML file (docs/rebuild.md).

Sources are named by digest and brought by the user; a target is a processor or a flavour, with the
environment that its commands see. Nothing in a recipe is trusted as a path.
"""

import hashlib
import tomllib
from pathlib import Path, PurePosixPath
from typing import Annotated, Final, Literal, get_args

import msgspec

from assay._kernel import lazy_re
from assay.errors import UnknownName, UnreadableInput, UsageError
from assay.model.record import Digest, Record

LARGEST = 1 << 20
"""The most bytes that a recipe may have."""
Variable = Literal[
    "path", "locale", "timezone", "umask", "hostname", "user", "order", "jobs", "time"
]
VARIABLES: Final[tuple[Variable, ...]] = get_args(Variable)
_Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$")]
_File = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+~-]{0,199}$")]
_Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
_Text = Annotated[str, msgspec.Meta(max_length=4096)]
_Path = Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]
_VARIABLE = lazy_re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


class Source(Record):
    """A file that the user brings: name, digest, where it is published.

    `also` are other names under which the same file is handed on. It is unpacked into the folder
    `into` without its first `strip` folders, or, with `unpack` false, lies in `$SOURCES` only.
    """

    file: _File
    sha256: _Sha256
    also: Annotated[tuple[_File, ...], msgspec.Meta(max_length=8)] = ()
    origin: _Text = ""
    unpack: bool = True
    into: _Path = "."
    strip: Annotated[int, msgspec.Meta(ge=0, le=20)] = 1


class Tool(Record):
    """A program that the build needs: the command that prints its version, and what it must say."""

    name: _Name
    command: _Text
    expect: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Output(Record):
    """A file that the build makes, and the path of its counterpart in the image.

    `symbols` is the same program before it was stripped: it gives functions their names.
    """

    file: _Path
    image: _Path
    symbols: _Path | None = None


class Target(Record):
    """A processor or flavour to build for: environment and tools beside those of the build."""

    about: _Text = ""
    environment: dict[str, _Text] = msgspec.field(default_factory=dict)
    tool: Annotated[tuple[Tool, ...], msgspec.Meta(max_length=32)] = ()


class Build(Record):
    """The commands, run in order by a shell in the folder of the sources.

    `epoch` is SOURCE_DATE_EPOCH, in seconds since 1970. `hold` names what must not be varied,
    `vary` what is varied only when asked: the time.
    """

    commands: Annotated[tuple[_Text, ...], msgspec.Meta(min_length=1, max_length=200)]
    environment: dict[str, _Text] = msgspec.field(default_factory=dict)
    epoch: Annotated[int, msgspec.Meta(ge=0, le=1 << 40)] | None = None
    hold: tuple[Variable, ...] = ()
    vary: tuple[Variable, ...] = ()


class _Document(Record):
    name: _Name
    version: _Name
    build: Build
    source: Annotated[tuple[Source, ...], msgspec.Meta(min_length=1, max_length=64)]
    output: Annotated[tuple[Output, ...], msgspec.Meta(min_length=1, max_length=1000)]
    about: _Text = ""
    tool: Annotated[tuple[Tool, ...], msgspec.Meta(max_length=32)] = ()
    target: dict[_Name, Target] = msgspec.field(default_factory=dict)


class Recipe(Record):
    """A recipe for one target. `sha256` is the digest of its file, `target` empty for none."""

    name: str
    version: str
    target: str
    sha256: Digest
    sources: tuple[Source, ...]
    tools: tuple[Tool, ...]
    outputs: tuple[Output, ...]
    build: Build

    @property
    def title(self) -> str:
        """The name, version and target, for people."""
        return f"{self.name} {self.version}" + (f" ({self.target})" if self.target else "")


def content(path: Path) -> bytes:
    """Return the bytes of the recipe in the file *path*; raises UnreadableInput."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise UnreadableInput(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > LARGEST:
        raise UnreadableInput(f"{path} is too large for a recipe")
    return data


def parse(data: bytes, name: str, target: str = "") -> Recipe:
    """Return the recipe in *data* for *target*, by default the first one that it has.

    *name* is what errors call it. Raises UsageError, and UnknownName for a target that it lacks.
    """
    try:
        found = msgspec.convert(tomllib.loads(data.decode()), _Document)
        _check(found)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{name} is not a recipe: {error}", advice="docs/rebuild.md shows the layout."
        ) from error
    chosen = target or next(iter(found.target), "")
    if chosen and chosen not in found.target:
        known = ", ".join(found.target) or "none"
        raise UnknownName(f"{name} has no target {chosen!r}", advice=f"It has: {known}.")
    special = found.target.get(chosen, Target())
    build = msgspec.structs.replace(
        found.build, environment=found.build.environment | special.environment
    )
    return Recipe(
        name=found.name, version=found.version, target=chosen,
        sha256=hashlib.sha256(data).hexdigest(), sources=found.source,
        tools=(*found.tool, *special.tool), outputs=found.output, build=build,
    )  # fmt: skip


def _check(found: _Document) -> None:
    """Raise ValueError for what the shape alone does not exclude."""
    for source in found.source:
        _inside(source.into)
    for output in found.output:
        _inside(output.file)
        _inside(output.image.lstrip("/"))
        _inside(output.symbols or ".")
    if len({source.file for source in found.source}) != len(found.source):
        raise ValueError("a source is named twice")
    environments = [found.build.environment, *(one.environment for one in found.target.values())]
    for name in (name for one in environments for name in one):
        if not _VARIABLE.fullmatch(name):
            raise ValueError(f"{name[:60]!r} is no name of an environment variable")


def _inside(path: str) -> None:
    parts = PurePosixPath(path).parts
    if path.startswith("/") or ".." in parts or not path.isprintable():
        raise ValueError(f"the path {path[:60]!r} leads outside")
