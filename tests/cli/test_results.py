"""Results of an earlier run are used for the same image and options, and for nothing else."""

import shutil
import sqlite3

import pytest
from tests.conftest import EXAMPLE

from assay import pipeline
from assay._kernel.cache import Cache
from assay.cli import main, results

REPORTS = ("evaluation.json", "report.html", "findings.sarif", "sbom.cdx.json")


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """Return a folder with an image, its results, and the cache that its evaluation filled."""
    folder = tmp_path_factory.mktemp("first")
    shutil.copy(EXAMPLE, folder / "image.bin")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        assert main(["evaluate", str(folder / "image.bin"), "--quiet", *out(folder)]) == 1
    return folder


@pytest.fixture
def again(first, tmp_path, monkeypatch):
    """Return a copy of that folder, whose cache is the user's."""
    shutil.copytree(first, tmp_path / "again")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "again" / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "again"


@pytest.fixture
def evaluations(monkeypatch):
    made = []
    whole = pipeline.evaluate

    def counted(*words, **options):
        made.append(words)
        return whole(*words, **options)

    monkeypatch.setattr(pipeline, "evaluate", counted)
    return made


def out(folder):
    return ["--output", str(folder / "out")]


def run(folder, *words, image="image.bin"):
    return main(["evaluate", str(folder / image), *out(folder), *words])


def test_the_same_run_gives_the_same_files_without_an_evaluation(first, again, evaluations):
    shutil.rmtree(again / "out")
    assert run(again, "--quiet") == 1
    assert not evaluations
    for name in REPORTS:
        assert (again / "out" / name).read_bytes() == (first / "out" / name).read_bytes()
    assert main(["verify", str(again / "out" / "bundle.assay")]) == 3  # intact, not signed


def test_summary_and_json_are_printed_as_the_first_time(again, evaluations, capsys):
    run(again)
    kept = capsys.readouterr().out
    run(again, "--no-cache")
    assert capsys.readouterr().out == kept
    assert len(evaluations) == 1
    run(again, "--json")
    assert capsys.readouterr().out.strip() == (again / "out" / "evaluation.json").read_text()


def test_kept_results_can_be_signed(again, evaluations):
    assert main(["keys", "new", "laboratory"]) == 0
    assert run(again, "--quiet", "--key", "laboratory") == 1
    assert not evaluations
    assert main(["verify", str(again / "out" / "bundle.assay")]) == 0


def other_name(folder):
    (folder / "image.bin").rename(folder / "other.bin")
    return ["--quiet"], "other.bin"


def other_bytes(folder):
    with (folder / "image.bin").open("ab") as file:
        file.write(b"\xff")
    return ["--quiet"], "image.bin"


def other_options(folder):
    (folder / "declared.toml").write_text("port = []\n")
    return ["--quiet", "--declared", str(folder / "declared.toml")], "image.bin"


def other_profile(_):
    return ["--quiet", "--profile", "uk-psti"], "image.bin"


@pytest.mark.parametrize("change", [other_name, other_bytes, other_options, other_profile])
def test_what_differs_is_evaluated(again, evaluations, change):
    words, image = change(again)
    run(again, *words, image=image)
    assert len(evaluations) == 1
    run(again, *words, image=image)
    assert len(evaluations) == 1


def test_a_declared_file_counts_by_its_content(again, evaluations):
    words, image = other_options(again)
    run(again, *words, image=image)
    (again / "declared.toml").write_text('[[port]]\nnumber = 22\nprotocol = "tcp"\nnote = "ssh"\n')
    run(again, *words, image=image)
    assert len(evaluations) == 2


def test_a_new_snapshot_of_advisories_counts(again, evaluations, tmp_path):
    place = tmp_path / "data" / "assay" / "advisories" / "2026-01-01-0123456789ab"
    place.mkdir(parents=True)
    (place / "manifest.json").write_text("{}")
    run(again, "--quiet")
    assert len(evaluations) == 1


@pytest.mark.parametrize("space", ["results", "evaluations"])
def test_damaged_results_are_not_used(again, evaluations, space):
    with sqlite3.connect(again / "cache" / "assay" / "content.sqlite") as cache:
        cache.execute("UPDATE entries SET value = x'00' WHERE space = ?", (space,))
    cache.close()
    assert run(again, "--quiet") == 1
    assert len(evaluations) == 1


def test_an_image_that_changed_while_it_was_read_is_not_kept(again, monkeypatch):
    monkeypatch.setattr(results, "_digest", lambda _: "0" * 64)
    run(again, "--quiet")
    cache = Cache(again / "cache" / "assay")
    assert {one.space: one.entries for one in cache.usage()}["results"] == 1
    cache.close()


def test_an_evaluation_of_other_bytes_than_were_looked_up_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline._Run, "_key", lambda *_: f"evaluation/tool/{'0' * 64}/options")
    cache = Cache(tmp_path / "cache")
    done = pipeline.evaluate(EXAMPLE, cache=cache)
    assert done.key == ""
    assert "evaluations" not in {one.space for one in cache.usage()}
    cache.close()
