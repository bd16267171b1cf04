"""Paths are looked up in every file system of an image, links followed, loops not."""

import io
import tarfile

import pytest

from assay.rebuild.shipped import open_image


def tar(path, files=(), links=()):
    with tarfile.open(path, "w") as archive:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for name, target in links:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            archive.addfile(member)
    return path


@pytest.fixture
def opened(tmp_path):
    def make(*arguments, **more):
        image = tar(tmp_path / "image.tar", *arguments, **more)
        return open_image(image, tmp_path / "store", 1)

    return make


def test_a_file_is_found_by_its_path(opened, tmp_path):
    shipped = opened([("bin/busybox", b"\x7fELF one"), ("etc/x", b"text")])
    (node,) = shipped.at("/bin/busybox")
    assert shipped.content(node, tmp_path / "out").read_bytes() == b"\x7fELF one"
    assert not shipped.at("/bin/other")
    assert shipped.programs() == 1


def test_links_are_followed(opened):
    links = [("bin", "usr/bin"), ("usr/bin/sh", "../lib/shell"), ("sh", "/bin/sh")]
    shipped = opened([("usr/lib/shell", b"\x7fELF")], links)
    assert [node.inner for node in shipped.at("/sh")] == ["/usr/lib/shell"]
    assert [node.inner for node in shipped.at("bin/sh")] == ["/usr/lib/shell"]


def test_a_hard_link_is_the_file_that_it_names(tmp_path):
    path = tmp_path / "hard.tar"
    with tarfile.open(path, "w") as archive:
        member = tarfile.TarInfo("bin/a")
        member.size = 4
        archive.addfile(member, io.BytesIO(b"body"))
        member = tarfile.TarInfo("sbin/b")
        member.type, member.linkname = tarfile.LNKTYPE, "bin/a"
        archive.addfile(member)
    assert [node.inner for node in open_image(path, tmp_path / "s", 1).at("/sbin/b")] == ["/bin/a"]


def test_loops_and_ways_out_end(opened):
    links = [("a", "b"), ("b", "a"), ("c", "../../../../etc/shadow"), ("d", "d/d/d")]
    shipped = opened([("x", b"1")], links)
    assert [shipped.at(name) for name in "abcd"] == [[], [], [], []]


def test_every_file_system_is_looked_at(tmp_path):
    (tmp_path / "root").mkdir()
    for name in ("one.tar", "two.tar"):
        tar(tmp_path / "root" / name, [("bin/x", name.encode())])
    shipped = open_image(tmp_path / "root", tmp_path / "store", 1)
    assert [node.path for node in shipped.at("/bin/x")] == ["one.tar//bin/x", "two.tar//bin/x"]
