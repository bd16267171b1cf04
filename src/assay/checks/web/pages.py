"""What belongs to a web interface: pages by their names, roots by what they hold."""

from functools import lru_cache

from assay._kernel import lazy_re
from assay.inventory.image import Inventory
from assay.model.tree import Node

_PAGE = lazy_re.compile(
    r"(?i).*\.(?:html?|xhtml|shtml?|asp|aspx|jsp|php\d?|js|mjs|css|lp|lsp|tmpl|wat|gch|stm|ejs|vue)"
)
_ROOT = lazy_re.compile(
    r"(?P<root>(?:/[^/]+){0,5}?/(?:www[^/]*|web|webroot[^/]*|htdocs?|html|docroot|http|webpages|"
    r"web_?root|webui|webif|webs?[0-9_][^/]*))/.*"
)


def is_page(node: Node) -> bool:
    """Return whether *node* is a page, a template or a script of a web interface, by its name."""
    return _PAGE.fullmatch(node.inner) is not None


_SERVER_PAGE = lazy_re.compile(r".*\.(?:asp|aspx|php\d?|jsp|lp|gch|sh|pl)")


@lru_cache(maxsize=2)
def roots(image: Inventory) -> tuple[tuple[str, str], ...]:
    """Return the web roots as (file system, directory): conventional names that hold pages."""
    found = set()
    for node in image.files():
        match = _ROOT.fullmatch(node.inner)
        if match and is_page(node):
            found.add((node.filesystem, match["root"]))
    return tuple(sorted(found))


def root_of(image: Inventory, node: Node) -> str:
    """Return the web root that *node* lies in, or an empty string."""
    inside = (
        root
        for filesystem, root in roots(image)
        if filesystem == node.filesystem and node.inner.startswith(f"{root}/")
    )
    return next(inside, "")


def is_handler(image: Inventory, node: Node) -> bool:
    """Return whether *node* runs on the server: a CGI program, or a server page of a web root."""
    if node.kind != "file" or node.size == 0 or node.name.endswith((".so", ".md", ".txt")):
        return False
    inner = node.inner.lower()
    if "/cgi-bin/" in inner or inner.endswith(".cgi"):
        return not inner.endswith((".html", ".htm", ".js", ".css", ".gif", ".png", ".jpg"))
    return _SERVER_PAGE.fullmatch(inner) is not None and bool(root_of(image, node))
