"""HTML built from functions: text is escaped unless it is markup already, so none can slip in."""

from collections.abc import Iterable

from assay._kernel import lazy_re

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""The content security policy of every page: it loads nothing and runs nothing."""

_WRITTEN_OUT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})
_SPECIAL = lazy_re.compile("[&<>\"']")

VOID = {"meta", "br", "hr", "rect", "col"}


class Markup(str):
    """Text that is HTML; made by `tag` and `join` only."""

    __slots__ = ()


def tag(name: str, *children: "str | Markup | Iterable[Markup] | None", **given: str) -> Markup:
    """Return an element. Attribute names: `class_` for class, `_` becomes `-`."""
    opening = name
    for key, value in given.items():
        opening += f' {key.rstrip("_").replace("_", "-")}="{_escaped(value)}"'
    if name in VOID:
        return Markup(f"<{opening}>")
    inner = "".join([_child(child) for child in children])
    return Markup(f"<{opening}>{inner}</{name}>")


def join(children: Iterable[Markup]) -> Markup:
    """Return *children* one after another."""
    return Markup("".join(children))


def trusted(text: str) -> Markup:
    """Return *text* of our own (the style sheet) as markup; never for anything from an image."""
    return Markup(text)


def _child(child: "str | Markup | Iterable[Markup] | None") -> str:
    if isinstance(child, Markup):
        return child
    if isinstance(child, str):
        return _escaped(child)
    return "" if child is None else "".join(child)


def _escaped(text: str) -> str:
    """Return *text* with what means something in HTML written out; most texts have none of it."""
    return text if _SPECIAL.search(text) is None else text.translate(_WRITTEN_OUT)
