"""The commands that look into images and at what Assay knows."""

import json

import pytest
from tests.conftest import EXAMPLE

from assay.cli import main


def out(*words, capsys, code=0):
    assert main(list(map(str, words))) == code
    return capsys.readouterr().out


def test_unpack_lists_every_node_with_its_mode(capsys):
    text = out("unpack", EXAMPLE, "--quiet", capsys=capsys)
    assert any("4755" in line and line.endswith("//usr/bin/netdiag") for line in text.splitlines())
    assert "-> " in text


def test_unpack_map_covers_the_image(capsys):
    lines = out("unpack", EXAMPLE, "--map", "--quiet", capsys=capsys).splitlines()
    ends = 0
    for line in lines:
        offset, length = line.split()[:2]
        assert int(offset, 16) == ends
        ends += int(length)
    assert ends == EXAMPLE.stat().st_size


def test_unpack_json_has_nodes_and_containers(capsys):
    told = json.loads(out("unpack", EXAMPLE, "--json", "--quiet", capsys=capsys))
    assert told["containers"][0]["size"] == EXAMPLE.stat().st_size
    assert any(node["path"].endswith("//etc/shadow") for node in told["nodes"])


def test_unpack_to_a_folder(tmp_path, capsys):
    folder = tmp_path / "out"
    text = out("unpack", EXAMPLE, "--to", folder, "--quiet", capsys=capsys)
    assert "files and" in text
    (found,) = folder.rglob("etc/shadow")
    assert found.read_bytes().startswith(b"root:")
    assert main(["unpack", str(EXAMPLE), "--to", str(folder), "--quiet"]) == 2
    assert "not empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("how", "wanted"),
    [([], "root:$1$"), (["--hex"], "72 6f 6f 74"), (["--strings"], "0x00000000  root:"),
     (["--facts"], "accounts:")],
)  # fmt: skip
def test_show(capsys, how, wanted):
    assert wanted in out("show", EXAMPLE, "/etc/shadow", "--quiet", *how, capsys=capsys)


def test_show_of_an_unknown_path(capsys):
    assert main(["show", str(EXAMPLE), "/no/such", "--quiet"]) == 2
    assert "assay unpack" in capsys.readouterr().err


def test_formats_and_checks_can_be_explained(capsys):
    assert "kernel.org" in out("formats", "squashfs", capsys=capsys)
    assert "squashfs" in out("formats", capsys=capsys)
    told = json.loads(out("checks", "--json", capsys=capsys))
    assert len(told) > 30
    text = out("checks", told[0]["id"], capsys=capsys)
    assert "Not a finding:" in text
    for words in (["formats", "nonsense"], ["checks", "nonsense"]):
        assert main(words) == 2
        assert "See `assay" in capsys.readouterr().err


def test_cache_can_be_cleared(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert "empty" in out("cache", capsys=capsys)
    assert "empty" in out("cache", "clear", capsys=capsys)
