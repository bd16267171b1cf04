import contextlib
import gzip
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from assay.errors import UnreadableInput
from assay.supply.lists.reading import (
    Bounded,
    ReadingReport,
    csv_rows,
    open_bytes,
    open_text,
)


def rows(path: Path, need: tuple[str, ...] = ("name",)) -> list[dict[str, str]]:
    return list(csv_rows(path, ReadingReport(), need=need))


def test_header_below_a_remark_and_any_delimiter(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("Report Date: 18-Aug-2026\nName;Country\nNokia;FI\n;\n")
    assert rows(path) == [{"name": "Nokia", "country": "FI"}]
    path.write_text('Name\tCountry\n"No""kia"\tFI\n')
    assert rows(path)[0]["name"] == 'No"kia'


def test_compressed_files_are_read_through(tmp_path: Path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"name,x\nNokia,1\n"))
    assert rows(path)[0]["name"] == "Nokia"
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner.csv", "name,x\nNokia,1\n")
    assert rows(path)[0]["name"] == "Nokia"
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("second.csv", "x")
    with pytest.raises(UnreadableInput, match="2 files"):
        rows(path)


def test_what_unpacks_too_far_is_refused(tmp_path: Path):
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"\0" * 3_000_000))
    with path.open("rb") as file, Bounded(gzip.open(file), most=1_000_000) as stream:
        assert len(stream.read(65536)) == 65536
        with pytest.raises(UnreadableInput):
            stream.readall()


def test_missing_columns_and_missing_files_are_refused(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("foo,bar\n1,2\n")
    with pytest.raises(UnreadableInput, match="no columns"):
        rows(path)
    with pytest.raises(UnreadableInput):
        open_bytes(tmp_path / "absent")


def test_encodings(tmp_path: Path):
    path = tmp_path / "a"
    for data, text in (
        ("\ufeffnäme".encode(), "näme"),
        ("näme".encode("utf-16"), "näme"),
        ("n\u00e4me \u2013".encode("cp1252"), "näme \u2013"),
        (b"ok \xff\xfe", "ok ÿþ"),
    ):
        path.write_bytes(data)
        with open_text(path) as stream:
            assert stream.read() == text


def test_short_rows_are_reported(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("name,a,b,c\nx\nNokia,1,2,3\n")
    report = ReadingReport()
    assert [row["name"] for row in csv_rows(path, report, need=("name",))] == ["Nokia"]
    assert report.count == 1


def test_reports_keep_a_bounded_number_of_texts():
    report = ReadingReport()
    for number in range(1000):
        report.problem("row", str(number))
    assert report.count == 1000
    assert len(report.problems) == 50


@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60
)
@given(st.binary(max_size=600))
def test_any_bytes_give_rows_or_an_error(tmp_path: Path, data: bytes):
    path = tmp_path / "fuzz"
    path.write_bytes(b"name,b\n" + data)
    with contextlib.suppress(UnreadableInput):
        assert isinstance(rows(path), list)
