"""Sources are the files that the recipe means, or nothing is built."""

import hashlib

import pytest

from assay.errors import UnreadableInput, UsageError
from assay.rebuild.recipe import Source
from assay.rebuild.sources import bring

SOURCE = Source(
    file="a-1.tar", sha256=hashlib.sha256(b"right").hexdigest(), also=("a_1.orig.tar",),
    origin="https://a.invalid/a-1.tar",
)  # fmt: skip


def test_a_source_is_copied_under_its_first_name(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a_1.orig.tar").write_bytes(b"right")
    bring([SOURCE], [tmp_path / "none", tmp_path / "in"], tmp_path / "out")
    assert (tmp_path / "out/a-1.tar").read_bytes() == b"right"


def test_a_missing_source_tells_where_it_is_published(tmp_path):
    with pytest.raises(UnreadableInput, match=r"a-1\.tar is not there") as caught:
        bring([SOURCE], [tmp_path], tmp_path / "out")
    assert "https://a.invalid/a-1.tar" in caught.value.advice


def test_another_file_is_refused(tmp_path):
    (tmp_path / "a-1.tar").write_bytes(b"wrong")
    with pytest.raises(UsageError, match="not the source") as caught:
        bring([SOURCE], [tmp_path], tmp_path / "out")
    assert SOURCE.sha256 in caught.value.advice
