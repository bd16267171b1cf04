import msgspec

from assay.inventory.image import Inventory
from assay.inventory.kind import Kind
from assay.inventory.kinds.text import TextFacts
from assay.model.result import Coverage
from assay.model.tree import Node, Origin

KIND = Kind(name="text", version=1, facts=TextFacts, about="text")
BLOB = "ab" * 32
COVERED = Coverage(size=1, parsed=1, padding=0, encrypted=0, unknown=0)


def node(path, kind="file", target="", blob=BLOB):
    origin = Origin(container="cd" * 32, format="tar", offset=0, length=0)
    return Node(path=path, kind=kind, origin=origin, target=target, blob=blob)


def image(*nodes):
    store = {BLOB: {"text": msgspec.msgpack.encode(TextFacts(text="hello\nworld"))}}
    return Inventory(sorted(nodes, key=lambda n: n.path), store, [KIND], COVERED)


def test_facts_are_found_by_node_and_by_shape():
    found = image(node("a//etc/motd"), node("a//etc", "directory", blob=None))
    ((holder, facts),) = found.of(TextFacts)
    assert holder.inner == "/etc/motd"
    assert [line.text for line in facts.lines()] == ["hello", "world"]
    assert [line.offset for line in facts.lines()] == [0, 6]
    assert found.facts(holder, TextFacts) is facts


def test_find_matches_lower_case_absolute_paths():
    found = image(node("fs//Etc/Passwd"), node("fs//bin/sh"))
    assert [n.path for n in found.find("/etc/*", "/no")] == ["fs//Etc/Passwd"]


def test_links_are_followed_inside_their_file_system():
    found = image(
        node("fs//bin/busybox"),
        node("fs//bin/sh", "symlink", "busybox"),
        node("fs//sbin", "symlink", "/bin"),
        node("fs//up", "symlink", "../../../bin/sh"),
        node("fs//hard", "hardlink", "bin/busybox"),
        node("fs//loop", "symlink", "loop"),
        node("other//bin/ls"),
    )
    for path in ("/bin/sh", "/sbin/sh", "/up", "/hard", "/bin/../sbin/busybox"):
        assert found.resolve("fs", path).inner == "/bin/busybox"
    assert found.resolve("fs", "/loop") is None
    assert found.resolve("fs", "/bin/ls") is None


def test_children_and_paths():
    found = image(node("fs//etc/a"), node("fs//etc/b"), node("fs//x"))
    assert [n.name for n in found.children["fs", "/etc"]] == ["a", "b"]
    assert found.by_path["fs", "/x"].path == "fs//x"
