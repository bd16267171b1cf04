"""A signal that comes while a temporary folder is being made leaves none behind."""

import os
import signal
import tempfile

import pytest

from assay._kernel.scratch import scratch_folder


def test_a_signal_waits_until_the_folder_has_an_owner(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made = tempfile.mkdtemp

    def interrupted(*arguments, **options):
        name = made(*arguments, **options)
        os.kill(os.getpid(), signal.SIGINT)
        return name

    monkeypatch.setattr(tempfile, "mkdtemp", interrupted)
    with pytest.raises(KeyboardInterrupt), scratch_folder():
        pytest.fail("the signal was lost")
    assert list(tmp_path.iterdir()) == []


def test_makes_a_folder_and_removes_it(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with scratch_folder() as name:
        assert [str(one) for one in tmp_path.iterdir()] == [name]
    assert list(tmp_path.iterdir()) == []
