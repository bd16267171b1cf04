"""With what right a program runs, from what the image says: the fourth slot of a way in.

Set-uid bits, start files and super-servers, web handlers, and for libraries the programs that
load them. What starts a program by itself is not seen: then the slot says so.
"""

from collections import defaultdict
from functools import lru_cache

from assay.checks.web.pages import is_handler
from assay.inventory.image import Inventory
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.services import Service, services_of
from assay.model.tree import Node

SET_UID, SET_GID = 0o4000, 0o2000
UNKNOWN = "what starts it was not found"
MOST_NAMED = 3


def privilege(image: Inventory, node: Node) -> str:
    """Return in words with what right *node* runs, and who starts it."""
    found = _set_uid(node) or _started(image, node) or _handler(image, node)
    if not found:
        found = _loaded(image, node)
    return found or UNKNOWN


def _set_uid(node: Node) -> str:
    mode = max(node.mode, 0)
    if mode & SET_UID:
        owner = "root" if node.uid == 0 else f"user {node.uid}"
        return f"set-uid: whoever starts it, it runs as {owner}"
    return f"set-gid: it runs with the rights of group {node.gid}" if mode & SET_GID else ""


def _started(image: Inventory, node: Node) -> str:
    services = _services(image).get(node.path, ())
    if not services:
        return ""
    one = min(services, key=lambda service: (not service.boot, service.conditional))
    if one.manager == "inetd":
        when = "started for each connection"
    elif one.boot:
        when = "started at boot on a condition" if one.conditional else "started at boot"
    else:
        when = "started on demand"
    return f"{when} by {one.node.inner} as {one.user}"


@lru_cache(maxsize=2)
def _services(image: Inventory) -> dict[str, tuple[Service, ...]]:
    found: dict[str, list[Service]] = defaultdict(list)
    for service in services_of(image):
        if service.binary is not None:
            found[service.binary.path].append(service)
    return {path: tuple(services) for path, services in found.items()}


def _handler(image: Inventory, node: Node) -> str:
    if not is_handler(image, node):
        return ""
    servers = sorted(
        {(one.name, one.user) for one in services_of(image) if one.role == "web" and one.boot}
    )
    if not servers:
        return "a handler of the web interface: it runs as the web server does"
    named = ", ".join(f"{name} as {user}" for name, user in servers[:MOST_NAMED])
    return f"a handler of the web interface, whose server is started at boot ({named})"


def _loaded(image: Inventory, node: Node) -> str:
    """Return which programs load the library *node*, those with a known start first."""
    users = _loaders(image).get((node.filesystem, _name(image, node)), ())
    if not users:
        return ""
    told = [(_set_uid(one) or _started(image, one), one) for one in users]
    told.sort(key=lambda pair: (not pair[0], pair[1].path))
    named = [f"{one.inner}{f' ({how})' if how else ''}" for how, one in told[:MOST_NAMED]]
    more = f" and {len(told) - MOST_NAMED} more" if len(told) > MOST_NAMED else ""
    return f"loaded by {', '.join(named)}{more}, with whose rights it runs"


def _name(image: Inventory, node: Node) -> str:
    facts = image.facts(node, ElfFacts)
    return facts.soname.text if facts is not None and facts.soname is not None else node.name


@lru_cache(maxsize=2)
def _loaders(image: Inventory) -> dict[tuple[str, str], tuple[Node, ...]]:
    found: dict[tuple[str, str], list[Node]] = defaultdict(list)
    for node, facts in image.of(ElfFacts):
        if facts.role == "program":
            for needed in facts.needed:
                found[node.filesystem, needed.text].append(node)
    return {name: tuple(nodes) for name, nodes in found.items()}
