"""What is in the image: components, problems, and the file tree."""

from collections.abc import Iterable

from assay.model.result import Component, Evaluation
from assay.model.tree import Node
from assay.report.markup import Markup, join, tag
from assay.report.page.words import plural, size_text

MOST_NODES = 20_000
LETTERS = {"directory": "d", "symlink": "l", "device": "c", "fifo": "p", "socket": "s"}


def components_section(evaluation: Evaluation) -> Markup:
    """Return the components that were identified, with how."""
    if not evaluation.components:
        text = "No component was identified by the methods that were run."
        return tag("section", tag("h2", "Components", id="components"), tag("p", text))
    head = join(tag("th", text) for text in ("Component", "Version", "How", "Where"))
    body = join(_component(component) for component in evaluation.components)
    return tag(
        "section",
        tag("h2", "Components", id="components"),
        tag("div", tag("table", tag("thead", tag("tr", head)), tag("tbody", body)), class_="wide"),
    )


def _component(component: Component) -> Markup:
    places = [occurrence.path for occurrence in component.occurrences]
    more = f" and {len(places) - 3} more" if len(places) > 3 else ""
    sure = f"{component.method}, {component.confidence // 10} %"
    return tag(
        "tr",
        tag("td", component.name),
        tag("td", component.version or "unknown"),
        tag("td", sure),
        tag("td", ", ".join(places[:3]) + more, class_="path"),
    )


def problems_section(evaluation: Evaluation) -> Markup:
    """Return what could not be read as it should, or nothing when there was nothing."""
    if not evaluation.problems:
        return join([])
    rows = join(
        tag(
            "tr",
            tag("td", problem.kind),
            tag("td", problem.says),
            tag("td", problem.path or "the image", class_="path"),
            tag("td", problem.part),
        )
        for problem in evaluation.problems
    )
    head = join(tag("th", text) for text in ("Kind", "What", "Where", "Part of Assay"))
    return tag(
        "section",
        tag("h2", "Problems", id="problems"),
        tag("p", "Places that could not be read as they should; they make verdicts inconclusive."),
        tag("div", tag("table", tag("thead", tag("tr", head)), tag("tbody", rows)), class_="wide"),
    )


def tree_section(evaluation: Evaluation) -> Markup:
    """Return the tree of all nodes, folded by container and folder."""
    nodes = evaluation.nodes[:MOST_NODES]
    root: _Folder = {}
    for node in nodes:
        _insert(root, node)
    left = len(evaluation.nodes) - len(nodes)
    note = f" The last {left} are in evaluation.json only." if left else ""
    return tag(
        "section",
        tag("h2", "Contents", id="contents"),
        tag("p", f"{plural(len(evaluation.nodes), 'entry', 'entries')}.{note}"),
        tag("div", _render(root, depth=0), class_="tree"),
    )


_Folder = dict[str, "tuple[list[Node], _Folder]"]


def _insert(root: _Folder, node: Node) -> None:
    here = root
    parts = node.path.replace("//", "/ /").split("/")
    for part in parts[:-1]:
        here = here.setdefault(part, ([], {}))[1]
    here.setdefault(parts[-1], ([], {}))[0].append(node)


def _render(folder: _Folder, depth: int) -> Markup:
    return join(_row(name, *folder[name], depth) for name in sorted(folder))


def _row(name: str, nodes: list[Node], inner: _Folder, depth: int) -> Markup:
    if name == " " and not nodes:
        return _render(inner, depth)
    if not inner:
        return join(_leaf(name, node) for node in nodes)
    label = join([tag("span", name), *(_facts(node) for node in nodes)])
    opened = {"open": "open"} if depth == 0 else {}
    return tag("details", tag("summary", label), _render(inner, depth + 1), **opened)


def _leaf(name: str, node: Node) -> Markup:
    return tag("div", tag("span", name), _facts(node), class_="leaf")


def _facts(node: Node) -> Markup:
    return tag("small", " " + " ".join(_told(node)))


def _told(node: Node) -> Iterable[str]:
    if node.mode >= 0:
        yield f"{LETTERS.get(node.kind, '-')}{node.mode:04o}"
    if node.uid >= 0:
        yield f"{node.uid}:{node.gid}"
    if node.kind in {"file", "part"}:
        yield size_text(node.size)
    if node.target:
        yield f"→ {node.target}"
    if node.device:
        yield node.device
