"""The main command on good and bad input: clear words, right exit codes, nothing half-written."""

import gzip
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time

import pytest
from tests.conftest import EXAMPLE

from assay.cli import main
from assay.judge.profile import load

COMMAND = [sys.executable, "-m", "assay", "evaluate"]


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def run(*words, capsys):
    code = main(["evaluate", *map(str, words)])
    return code, *capsys.readouterr()


def test_the_example(tmp_path, capsys):
    code, out, _ = run(EXAMPLE, capsys=capsys)
    assert code == 1
    assert "FAIL" in out
    assert "ETSI EN 303 645" in out
    written = sorted(path.name for path in (tmp_path / "edge-router.bin.assay").iterdir())
    assert written == [
        "bundle.assay", "evaluation.json", "findings.sarif", "known-flaws.csaf.json",
        "known-flaws.openvex.json", "report.html", "sbom.cdx.json",
    ]  # fmt: skip


def test_a_second_run_is_the_same_from_the_cache(tmp_path, capsys):
    run(EXAMPLE, "--quiet", capsys=capsys)
    first = (tmp_path / "edge-router.bin.assay" / "evaluation.json").read_bytes()
    run(EXAMPLE, "--quiet", capsys=capsys)
    assert (tmp_path / "edge-router.bin.assay" / "evaluation.json").read_bytes() == first
    main(["cache", "--json"])
    spaces = {row["space"] for row in json.loads(capsys.readouterr().out)["spaces"]}
    assert {"evaluations", "facts"} <= spaces


def test_json_is_the_evaluation_alone(capsys):
    code, out, _ = run(EXAMPLE, "--json", "--no-cache", capsys=capsys)
    assert code == 1
    assert json.loads(out)["verdict"] == "fail"


def test_a_declared_absent_feature_is_recorded(capsys):
    features = sorted(load("etsi-en-303-645").features)
    words = [word for feature in features for word in ("--absent", feature)]
    _, out, _ = run(EXAMPLE, "--json", "--no-cache", *words, capsys=capsys)
    told = json.loads(out)
    declared = [option["value"] for option in told["options"] if option["name"] == "absent"]
    assert declared == features
    assert "not-applicable" in {verdict["verdict"] for verdict in told["verdicts"]}


def bad_input(tmp_path, name):
    path = tmp_path / name
    if name == "empty":
        path.write_bytes(b"")
    elif name == "fifo":
        os.mkfifo(path)
    return path


@pytest.mark.parametrize(
    ("name", "says"), [("empty", "is empty"), ("missing", "No such file"), ("fifo", "fifo")]
)
def test_input_that_cannot_be_evaluated(tmp_path, capsys, name, says):
    code, out, error = run(bad_input(tmp_path, name), capsys=capsys)
    assert code == 2
    assert says in error
    assert "Give an image file" in error
    assert out == ""
    assert not list(tmp_path.glob("*.assay"))


@pytest.mark.parametrize("data", [b"\x00", b"x", random.Random(1).randbytes(50_000)])
def test_input_that_says_nothing_is_inconclusive(tmp_path, capsys, data):
    path = tmp_path / "noise"
    path.write_bytes(data)
    code, out, _ = run(path, "--no-cache", capsys=capsys)
    assert code == 3
    assert "INCONCLUSIVE" in out


def test_an_unknown_profile_key_or_feature_is_refused_at_once(tmp_path, capsys):
    for words in (["--profile", "nonsense"], ["--key", "nobody"], ["--absent", "nothing"]):
        code, _, error = run(EXAMPLE, *words, capsys=capsys)
        assert code == 2
        assert error.startswith("assay: ")
    assert not list(tmp_path.glob("*.assay"))


def test_a_folder_with_other_things_is_not_touched(tmp_path, capsys):
    folder = tmp_path / "edge-router.bin.assay"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    code, _, error = run(EXAMPLE, capsys=capsys)
    assert code == 2
    assert "--output" in error
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


def test_a_bomb_is_bounded_and_inconclusive(tmp_path, capsys):
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb") as stream:
        for _ in range(2048):
            stream.write(bytes(1 << 20))
    assert path.stat().st_size < 3 << 20
    code, out, _ = run(path, "--no-cache", capsys=capsys)
    assert code == 3
    assert "yields more than allowed" in out
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 900 << 10


def test_a_full_disk_leaves_no_bundle(tmp_path):
    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = subprocess.run(
        [*COMMAND, str(EXAMPLE), "--no-cache", "--quiet"],
        cwd=tmp_path, capture_output=True, text=True, preexec_fn=small_files, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("assay: ")
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*.assay"))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_stopping_leaves_nothing_behind(tmp_path, how):
    image = tmp_path / "image"
    image.write_bytes(random.Random(2).randbytes(1000) + EXAMPLE.read_bytes())
    child = subprocess.Popen(
        [*COMMAND, str(image), "--no-cache", "--workers", "1"],
        cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    while not list(tmp_path.glob("assay-*")) and child.poll() is None:
        time.sleep(0.005)  # its folder for decoded data is made before the first byte is read
    child.send_signal(how)
    _, error = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "Traceback" not in error
    assert "stopped" in error
    assert not list(tmp_path.glob("*.assay"))
    assert not list(tmp_path.glob("assay-*"))


def test_what_is_declared_is_compared_and_sealed(tmp_path, capsys):
    file = tmp_path / "declared.toml"
    file.write_text("[[port]]\nnumber = 80\n")
    code, out, _ = run(EXAMPLE, "--declared", file, "--json", capsys=capsys)
    assert code == 1
    evaluation = json.loads(out)
    assert {"name": "declared.port", "value": "80/any"} in evaluation["options"]
    (result,) = [r for r in evaluation["results"] if r["check"] == "backdoors.undeclared-port"]
    assert sorted(f["says"].split(":")[0] for f in result["findings"]) == [
        "mgmtd listens on port 7600, as its code says",
        "telnetd listens on port 23, as its code says",
    ]
    bundle = tmp_path / "edge-router.bin.assay" / "bundle.assay"
    assert main(["verify", str(bundle), "--rerun", str(EXAMPLE)]) == 0


def test_a_declaration_that_is_not_understood(tmp_path, capsys):
    file = tmp_path / "declared.toml"
    file.write_text("[[ports]]\nnumber = 80\n")
    code, _, error = run(EXAMPLE, "--declared", file, capsys=capsys)
    assert code == 2
    assert "unknown table" in error
