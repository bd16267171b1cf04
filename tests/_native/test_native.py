"""The compiled kernels: when they are used, and when not."""

import ctypes
import os
import shutil
import subprocess
import sys

import pytest

from assay import _native

HOOK = _native.FOLDER.parents[2] / "hatch_build.py"


@pytest.fixture(autouse=True)
def fresh():
    _native.library.cache_clear()
    yield
    _native.library.cache_clear()


def test_installation_has_compiled_the_kernels():
    if not HOOK.exists() or not (shutil.which("cc") or shutil.which("gcc")):
        pytest.skip("no C compiler here")
    if os.environ.get(_native.SWITCH) == "0":
        pytest.skip("the kernels are switched off")
    assert _native.library() is not None, "run `python hatch_build.py`, or install again"


def test_switch_turns_the_kernels_off(monkeypatch):
    monkeypatch.setenv(_native.SWITCH, "0")
    assert _native.library() is None
    assert _native.kernel("anything", ctypes.c_int64) is None


def test_library_of_other_sources_is_not_used(tmp_path, monkeypatch):
    if _native.library() is None:
        pytest.skip("no compiled kernels here")
    _native.library.cache_clear()
    for path in [*_native.FOLDER.glob("*.[ch]"), _native.LIBRARY]:
        shutil.copy(path, tmp_path)
    monkeypatch.setattr(_native, "FOLDER", tmp_path)
    monkeypatch.setattr(_native, "LIBRARY", tmp_path / _native.LIBRARY.name)
    assert _native.library() is not None
    _native.library.cache_clear()
    (tmp_path / "kernels.h").write_text("/* changed */\n")
    assert _native.library() is None


@pytest.mark.parametrize("content", [None, b"", b"\x7fELF" + bytes(60)])
def test_damaged_or_missing_library_is_not_used(tmp_path, monkeypatch, content):
    path = tmp_path / "kernels.so"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setattr(_native, "LIBRARY", path)
    assert _native.library() is None


def test_build_without_a_compiler_says_so(tmp_path):
    if not HOOK.exists():
        pytest.skip("the build hook is not beside this installation")
    shutil.copytree(_native.FOLDER, tmp_path / "src" / "assay" / "_native")
    (tmp_path / "src" / "assay" / "_native" / "kernels.so").unlink(missing_ok=True)
    shutil.copy(HOOK, tmp_path)
    ran = subprocess.run(
        [sys.executable, "-S", tmp_path / HOOK.name],
        env={"PATH": "/nowhere"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 1
    assert "built without native kernels" in ran.stderr
    assert not (tmp_path / "src" / "assay" / "_native" / "kernels.so").exists()
