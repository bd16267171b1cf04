"""The shape of the source: sizes, docstrings, names of the field; nothing of this machine."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "assay"
MODULES = sorted(SOURCE.rglob("*.py"))
VAGUE = {"utils", "util", "helpers", "helper", "misc", "common", "manager", "base"}


def ids(path):
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_modules_are_short_and_documented(path):
    text = path.read_text("utf-8")
    assert text.count("\n") <= 500
    assert not text or ast.get_docstring(ast.parse(text)), "a module says what it is"
    assert not VAGUE & {part.removesuffix(".py") for part in path.relative_to(SOURCE).parts}


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_functions_are_short(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name


@pytest.mark.parametrize("path", sorted((SOURCE / "_native").glob("*.[ch]")), ids=ids)
def test_kernels_are_short_and_documented(path):
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= 500
    assert max(map(len, lines)) <= 100
    assert lines[0].startswith("/* "), "a file says what it is"


def test_no_check_knows_a_country():
    words = re.compile(r"\b(?:china|chinese|russia|russian|american|israel|iran)\b", re.IGNORECASE)
    for path in sorted((SOURCE / "checks").rglob("*.py")):
        assert not words.search(path.read_text("utf-8")), path.name


def test_tracked_files_speak_of_the_project_alone():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False
    ).stdout
    if not listed:
        pytest.skip("not a git checkout")
    hosts = re.compile(
        rb"(?:pypi|pythonhosted|npmjs)\.(?:org|com)|/root/\.(?:pyenv|cache)|/w[o]rk/(?:main|shared)"
    )
    for name in listed.split(b"\0"):
        path = ROOT / name.decode()
        if (
            path.suffix in {".py", ".c", ".h", ".md", ".toml", ".txt", ".yml", ""}
            and path.is_file()
        ):
            found = hosts.search(path.read_bytes())
            assert path.name == "test_shape.py" or not found, path
