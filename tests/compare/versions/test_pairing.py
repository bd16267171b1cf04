"""Files are paired by place, by name without versions, and by content."""

from assay.compare.versions.pairing import pair_files, steady, without_numbers
from assay.model.tree import Node, Origin


def node(path, blob="", size=100, kind="file"):
    """Return a node; its blob is *blob*, or made from its path."""
    origin = Origin(container="c" * 64, format="squashfs", offset=0, length=1)
    return Node(path=path, kind=kind, origin=origin, blob=blob or f"blob of {path}", size=size)


def paired(old, new):
    files = pair_files(old, new)
    return sorted((a.inner, b.inner) for a, b in files.pairs), files


def test_offsets_of_containers_do_not_matter():
    pairs, files = paired([node("squashfs@0x100//bin/sh")], [node("squashfs@0x2f0//bin/sh")])
    assert pairs == [("/bin/sh", "/bin/sh")]
    assert not files.gone
    assert not files.new
    assert files.place("squashfs@0x100//bin/sh") == steady("squashfs@0x2f0//bin/sh")


def test_another_container_does_not_matter_where_the_path_is_the_only_one():
    pairs, _ = paired([node("squashfs@0x1//bin/sh")], [node("ubifs@0x1//bin/sh")])
    assert pairs == [("/bin/sh", "/bin/sh")]


def test_version_numbers_in_names_do_not_matter():
    pairs, _ = paired([node("f//lib/libz-1.2.3.so")], [node("f//lib/libz-1.3.so")])
    assert pairs == [("/lib/libz-1.2.3.so", "/lib/libz-1.3.so")]


def test_a_moved_file_is_known_by_its_content():
    pairs, _ = paired([node("f//a/tool", "same")], [node("f//b/other", "same")])
    assert pairs == [("/a/tool", "/b/other")]


def test_small_and_ambiguous_files_are_not_called_moved():
    pairs, files = paired([node("f//a/x", "same", 3)], [node("f//b/y", "same", 3)])
    assert not pairs
    pairs, files = paired(
        [node("f//a/x", "same")], [node("f//b/y", "same"), node("f//b/z", "same")]
    )
    assert not pairs
    assert len(files.new) == 2


def test_folders_are_not_files():
    pairs, files = paired([node("f//etc", kind="directory")], [])
    assert not pairs
    assert not files.gone


def test_numbers_are_masked():
    assert without_numbers("lib-1.2.3_4 of 7") == "lib-# of #"
