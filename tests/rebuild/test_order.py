"""Folders are made anew with their entries in another order, and nothing else changes."""

import os

from assay.rebuild import order
from assay.rebuild.order import turn_around


def stated(root):
    return {
        path.relative_to(root): (path.lstat().st_mode, path.lstat().st_mtime_ns)
        for path in sorted(root.rglob("*"))
    }


def test_contents_modes_and_times_stay(tmp_path):
    root = tmp_path / "root"
    (root / "a/b").mkdir(parents=True)
    for name in ("a/one", "a/two", "a/b/three"):
        (root / name).write_text(name)
        os.utime(root / name, (1, 1))
    (root / "a/link").symlink_to("/etc")
    (root / "a/b").chmod(0o555)
    os.utime(root / "a", (5, 5))
    before = stated(root)
    assert turn_around(root)
    assert stated(root) == before
    assert (root / "a/b/three").read_text() == "a/b/three"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["root"]


def test_entries_are_made_last_name_first(tmp_path, monkeypatch):
    (tmp_path / "root").mkdir()
    for name in "bca":
        (tmp_path / "root" / name).touch()
    moved = []
    real = type(tmp_path).rename

    def rename(path, target):
        moved.append(path.name)
        return real(path, target)

    monkeypatch.setattr(type(tmp_path), "rename", rename)
    assert turn_around(tmp_path / "root")
    assert moved[:3] == ["c", "b", "a"]


def test_a_large_tree_keeps_its_order(tmp_path, monkeypatch):
    monkeypatch.setattr(order, "MOST", 2)
    for name in "abc":
        (tmp_path / name).touch()
    assert not turn_around(tmp_path)


def test_what_cannot_be_listed_is_left(tmp_path):
    assert not turn_around(tmp_path / "none")
