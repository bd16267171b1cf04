"""The table of parts that flaws need, `data/presence.toml`: of products, and of the kernel."""

from functools import lru_cache

from assay._kernel.tables import table
from assay._kernel.value import Value


class Need(Value):
    """A part of a product that some flaws need.

    `part` names it for people. It is absent when no copy has one of `applets`, exports one of
    `exports` (asked of libraries whose SONAME begins with `soname`), or when every copy has one
    of the `unless` patterns; also when no copy and no library has one of the `only` patterns, when
    the image has none of `programs`, and in every release before `since`.
    """

    product: str
    part: str
    flaws: tuple[str, ...]
    applets: tuple[str, ...] = ()
    exports: tuple[str, ...] = ()
    soname: str = ""
    unless: tuple[str, ...] = ()
    why: str = ""
    only: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    since: str = ""


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
            only=tuple(one.get("only", ())),
            programs=tuple(one.get("programs", ())),
            since=one.get("since", ""),
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
    return table("assay.vulns.data", "presence.toml")
