"""The two environments in which a recipe is built, and what differs between them.

What a build takes from its surroundings shows as a difference between its two results. The same
things are varied as by the Reproducible Builds project's tests, as far as a sandbox without
rights can: https://reproducible-builds.org/docs/env-variations/
"""

from collections.abc import Mapping

from msgspec.structs import replace

from assay._kernel.value import Value
from assay.model.record import Record
from assay.rebuild.recipe import Build, Variable

LATER = 400 * 86400 + 12345
"""How many seconds later the second build is said to be, where the time is varied."""


class Environment(Value):
    """Where and by whom a build is run. `path` is its folder; `backwards` its order of files."""

    path: str
    locale: str
    timezone: str
    umask: int
    hostname: str
    user: str
    uid: int
    backwards: bool
    jobs: int
    epoch: int | None = None


class Variation(Record):
    """One thing that differs between the two builds, as text."""

    name: Variable
    first: str
    second: str


FIRST = Environment(
    path="/build/first", locale="C.UTF-8", timezone="UTC", umask=0o022, hostname="first-host",
    user="builder", uid=1000, backwards=False, jobs=4,
)  # fmt: skip
SECOND = Environment(
    path="/srv/second/a-longer-path", locale="et_EE.UTF-8", timezone="GMT-14", umask=0o002,
    hostname="another-host", user="somebody", uid=1234, backwards=True, jobs=1,
)  # fmt: skip
_FIELDS: Mapping[Variable, tuple[str, ...]] = {
    "path": ("path",), "locale": ("locale",), "timezone": ("timezone",), "umask": ("umask",),
    "hostname": ("hostname",), "user": ("user", "uid"), "order": ("backwards",),
    "jobs": ("jobs",), "time": ("epoch",),
}  # fmt: skip
_NEEDS_SANDBOX: frozenset[Variable] = frozenset({"path", "hostname", "user"})


def environments(build: Build, *, confined: bool = True) -> tuple[Environment, Environment]:
    """Return the environments of the first and the second build.

    Without a sandbox, path, host name and user are what the host gives.
    """
    first = replace(FIRST, epoch=build.epoch)
    late = build.epoch is not None and "time" in build.vary
    epoch = build.epoch + LATER if late and build.epoch is not None else build.epoch
    second = replace(SECOND, epoch=epoch)
    held: set[Variable] = set(build.hold) | (set() if confined else set(_NEEDS_SANDBOX))
    fields = [field for name in sorted(held) for field in _FIELDS[name]]
    return first, replace(second, **{field: getattr(first, field) for field in fields})


def variations(first: Environment, second: Environment) -> tuple[Variation, ...]:
    """Return what differs between *first* and *second*."""
    return tuple(
        Variation(name=name, first=_shown(first, fields[0]), second=_shown(second, fields[0]))
        for name, fields in _FIELDS.items()
        if getattr(first, fields[0]) != getattr(second, fields[0])
    )


def _shown(environment: Environment, field: str) -> str:
    value = getattr(environment, field)
    if field == "umask":
        return f"{value:03o}"
    if field == "backwards":
        return "backwards" if value else "forwards"
    return str(value)


def variables(environment: Environment, folder: str, sources: str) -> dict[str, str]:
    """Return the environment variables of a build in *folder* with *sources* to read."""
    found = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": f"{folder}/home",
        "USER": environment.user,
        "LOGNAME": environment.user,
        "LANG": environment.locale,
        "LC_ALL": environment.locale,
        "TZ": environment.timezone,
        "JOBS": str(environment.jobs),
        "SOURCES": sources,
        "SHELL": "/bin/sh",
    }
    if environment.epoch is not None:
        found["SOURCE_DATE_EPOCH"] = str(environment.epoch)
    return found
