"""HTML built from functions: text is escaped unless it is markup already, so none can slip in."""

import html
from collections.abc import Iterable

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""The content security policy of every page: it loads nothing and runs nothing."""

VOID = {"meta", "br", "hr", "rect", "col"}


class Markup(str):
    """Text that is HTML; made by `tag` and `join` only."""

    __slots__ = ()


def tag(name: str, *children: "str | Markup | Iterable[Markup] | None", **given: str) -> Markup:
    """Return an element. Attribute names: `class_` for class, `_` becomes `-`."""
    attributes = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(value, quote=True)}"'
        for key, value in given.items()
    )
    if name in VOID:
        return Markup(f"<{name}{attributes}>")
    inner = "".join(_child(child) for child in children)
    return Markup(f"<{name}{attributes}>{inner}</{name}>")


def join(children: Iterable[Markup]) -> Markup:
    """Return *children* one after another."""
    return Markup("".join(children))


def trusted(text: str) -> Markup:
    """Return *text* of our own (the style sheet) as markup; never for anything from an image."""
    return Markup(text)


def _child(child: "str | Markup | Iterable[Markup] | None") -> str:
    if child is None:
        return ""
    if isinstance(child, Markup):
        return child
    if isinstance(child, str):
        return html.escape(child, quote=True)
    return "".join(child)
