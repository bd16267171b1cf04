"""A signal that comes while a temporary folder is being made leaves none behind."""

import os
import signal
import stat
import tempfile
from pathlib import Path

import pytest

from assay._kernel import scratch
from assay._kernel.scratch import scratch_folder


def test_a_signal_waits_until_the_folder_has_an_owner(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    made = os.mkdir

    def interrupted(*arguments, **options):
        made(*arguments, **options)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(os, "mkdir", interrupted)
    with pytest.raises(KeyboardInterrupt), scratch_folder():
        pytest.fail("the signal was lost")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("variable", ["TMPDIR", "TEMP", "TMP"])
def test_makes_a_folder_and_removes_it(tmp_path, monkeypatch, variable):
    for one in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(one, raising=False)
    monkeypatch.setenv(variable, str(tmp_path))
    with scratch_folder() as name:
        assert [str(one) for one in tmp_path.iterdir()] == [name]
        assert stat.S_IMODE(Path(name).stat().st_mode) == 0o700
        assert list(Path(name).iterdir()) == []
        Path(name, "folder").mkdir()
        Path(name, "folder", "file").write_bytes(b"1")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_not_there_or_full_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "absent"))
    with scratch_folder() as name:
        assert Path(name).parent == tmp_path
    full = tmp_path / "full"
    full.mkdir()

    def refuse(path):
        raise OSError(28, "No space left on device", path)

    monkeypatch.setattr(scratch, "_write", refuse)
    monkeypatch.setenv("TMPDIR", str(full))
    with scratch_folder() as name:
        assert Path(name).parent == tmp_path
        assert list(full.iterdir()) == []
    assert list(tmp_path.iterdir()) == [full]
