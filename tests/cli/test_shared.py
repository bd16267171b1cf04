"""`assay shared` on good and bad input."""

import json

import pytest

from assay.cli import main

LINE = b"root:$1$abcdefgh$0123456789abcdefghijk.:0:0:root:/:/bin/sh\n"


@pytest.fixture
def images(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    paths = []
    for name, line in (("one", LINE), ("two", LINE), ("three", b"root:*:0:0:root:/:/bin/sh\n")):
        folder = tmp_path / name / "etc"
        folder.mkdir(parents=True)
        (folder / "passwd").write_bytes(line)
        paths.append(str(folder.parent))
    return paths


def test_shared_and_not(images, capsys):
    one, two, three = images
    assert main(["shared", one, two, three, "--quiet", "--workers", "1"]) == 1
    out = capsys.readouterr().out
    assert "password hash of root" in out
    assert "three" not in out
    assert main(["shared", one, three, "--quiet", "--workers", "1"]) == 0
    assert "in common" in capsys.readouterr().out


def test_as_json(images, capsys):
    one, two, _ = images
    assert main(["shared", one, two, "--quiet", "--json", "--workers", "1"]) == 1
    (entry,) = json.loads(capsys.readouterr().out)["shared"]
    assert entry["sort"] == "password-hash"
    assert entry["images"] == sorted([one, two])


def test_one_image_is_not_enough(images, capsys):
    assert main(["shared", images[0], images[0]]) == 2
    assert "two images" in capsys.readouterr().err
