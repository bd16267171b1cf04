"""Recipes are read strictly: nothing in them leads outside, nothing unknown is passed over."""

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from assay.errors import UnknownName, UnreadableInput, UsageError
from assay.rebuild.recipe import LARGEST, content, parse

SHIPPED = Path(__file__).resolve().parents[2] / "examples" / "recipes"
GOOD = """\
name = "x"
version = "1"
[[source]]
file = "x.tar.gz"
sha256 = "{digest}"
[build]
commands = ["make CC=$CC"]
environment = {{ CC = "cc", A = "1" }}
[[output]]
file = "bin/x"
image = "/bin/x"
[target.arm]
environment = {{ CC = "arm-gcc" }}
[[target.arm.tool]]
name = "compiler"
command = "$CC --version"
expect = "12"
[target.mips]
environment = {{ CC = "mips-gcc" }}
""".format(digest="ab" * 32)


def test_the_first_target_is_the_usual_one():
    found = parse(GOOD.encode(), "x.toml")
    assert (found.target, found.build.environment) == ("arm", {"CC": "arm-gcc", "A": "1"})
    assert [tool.name for tool in found.tools] == ["compiler"]
    assert found.title == "x 1 (arm)"


def test_a_target_is_chosen_by_name():
    found = parse(GOOD.encode(), "x.toml", "mips")
    assert found.build.environment["CC"] == "mips-gcc"
    assert not found.tools
    with pytest.raises(UnknownName) as caught:
        parse(GOOD.encode(), "x.toml", "vax")
    assert "arm, mips" in caught.value.advice


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('file = "x.tar.gz"', 'file = "../x.tar.gz"'),
        ('file = "x.tar.gz"', 'file = "/etc/shadow"'),
        ('file = "x.tar.gz"', 'file = "-x"'),
        ('file = "bin/x"', 'file = "../bin/x"'),
        ('file = "bin/x"', 'file = "/bin/x"'),
        ('image = "/bin/x"', 'image = "/../x"'),
        ('name = "x"', 'name = "x/y"'),
        ("[[output]]", "surprise = 1\n[[output]]"),
        ('commands = ["make CC=$CC"]', "commands = []"),
        ('sha256 = "ab', 'sha256 = "zz'),
        ('A = "1"', "A = 1"),
        ('A = "1"', '"A=B" = "1"'),
        ("[build]", '[build]\nhold = ["weather"]'),
        ("[build]", "[build]\nepoch = -1"),
        ("[[source]]", '[[source]]\ninto = "../up"'),
        ("[[source]]", "[[source]]\nstrip = 999"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused(old, new):
    assert old in GOOD
    with pytest.raises(UsageError, match="is not a recipe"):
        parse(GOOD.replace(old, new, 1).encode(), "x.toml")


def test_a_source_is_named_once():
    again = GOOD.replace(
        "[build]", f'[[source]]\nfile = "x.tar.gz"\nsha256 = "{"cd" * 32}"\n[build]'
    )
    with pytest.raises(UsageError, match="named twice"):
        parse(again.encode(), "x.toml")


@given(st.binary(max_size=200))
def test_any_bytes_raise_nothing_else(data):
    with pytest.raises(UsageError):
        parse(data, "x.toml")


@pytest.mark.parametrize("data", [b"\xff", b"a=" + b"[" * 100_000, b"name = 1"])
def test_hostile_documents_raise_nothing_else(data):
    with pytest.raises(UsageError):
        parse(data, "x.toml")


def test_a_file_that_cannot_be_one_is_refused(tmp_path):
    with pytest.raises(UnreadableInput):
        content(tmp_path / "none")
    (tmp_path / "large").write_bytes(b"#" * (LARGEST + 1))
    with pytest.raises(UnreadableInput, match="too large"):
        content(tmp_path / "large")


@pytest.mark.parametrize("name", ["busybox", "dropbear", "dnsmasq"])
@pytest.mark.parametrize("target", ["x86-64", "armhf", "mips"])
def test_the_shipped_recipes_are_recipes(name, target):
    found = parse(content(SHIPPED / f"{name}.toml"), name, target)
    assert found.name == name
    assert found.tools
    assert found.build.epoch is not None
    assert all(source.origin.startswith("https://") for source in found.sources)
