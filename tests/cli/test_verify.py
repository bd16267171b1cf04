"""`assay verify`: seal, signer and re-run of the bundle of the example image."""

import json
from pathlib import Path
from typing import Any

import pytest

from assay.cli import main
from assay.errors import BrokenBundle
from assay.model.record import replace
from assay.model.result import Option
from assay.pipeline import evaluate
from assay.seal import bundle, keys
from assay.seal.run import Watch

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "edge-router.bin"
Out = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def evaluated() -> Any:
    return evaluate(EXAMPLE, workers=1).evaluation


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def sealed(folder: Path, evaluation: Any, key: str = "", image: str = "edge-router.bin") -> str:
    run = replace(Watch().record(EXAMPLE, workers=1), image=image)
    path = folder / "bundle.assay"
    signing = keys.new(key) if key else None
    bundle.write(path, evaluation, run, {"report.html": b"<p>"}, signing)
    return str(path)


def test_a_signed_bundle_is_verified(home: Path, evaluated: Any, capsys: Out) -> None:
    assert main(["verify", sealed(home, evaluated, "lab")]) == 0
    out = capsys.readouterr().out
    assert "intact, signed by a key that you trust" in out
    assert evaluated.subject.sha256 in out
    assert "fail against etsi-en-303-645" in out


def test_only_the_given_keys_count(home: Path, evaluated: Any, capsys: Out) -> None:
    path = sealed(home, evaluated, "lab")
    keys.new("other")
    assert main(["verify", path, "--key", "other"]) == 3
    assert "a key that you do not know" in capsys.readouterr().out
    assert main(["verify", path, "--key", "other", "--key", "lab"]) == 0
    assert main(["verify", path, "--key", "nobody"]) == 2


def test_an_unsigned_bundle_is_marked(home: Path, evaluated: Any, capsys: Out) -> None:
    assert main(["verify", sealed(home, evaluated)]) == 3
    assert "not signed" in capsys.readouterr().out


def test_a_broken_bundle_fails_and_names_the_part(home: Path, evaluated: Any, capsys: Out) -> None:
    path = Path(sealed(home, evaluated, "lab"))
    path.write_bytes(path.read_bytes().replace(b"<p>", b"<q>"))
    assert main(["verify", str(path)]) == 1
    assert "first broken part: report.html" in capsys.readouterr().out
    assert main(["verify", str(path), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["state"], found["part"], found["exit_code"]) == ("broken", "report.html", 1)


def test_a_changed_byte_anywhere_in_a_real_bundle_is_detected(home: Path, evaluated: Any) -> None:
    data = bytearray(Path(sealed(home, evaluated, "lab")).read_bytes())
    for at in [*range(0, len(data), 397), *range(len(data) - 64, len(data))]:
        data[at] ^= 0x20
        with pytest.raises(BrokenBundle):
            bundle.parse(bytes(data))
        data[at] ^= 0x20
    assert bundle.parse(bytes(data)).evaluation == evaluated


def test_evaluating_again_gives_the_same_bytes(home: Path, evaluated: Any, capsys: Out) -> None:
    assert main(["verify", sealed(home, evaluated), "--rerun", str(EXAMPLE)]) == 0
    assert "identical, byte for byte" in capsys.readouterr().out


def test_a_forged_result_does_not_survive_a_rerun(home: Path, evaluated: Any, capsys: Out) -> None:
    first, *rest = evaluated.verdicts
    forged = replace(evaluated, verdicts=(replace(first, reason="looked fine"), *rest))
    path = sealed(home, forged, "lab")
    assert main(["verify", path, "--rerun", str(EXAMPLE), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["rerun"]["difference"]["pointer"] == "/verdicts/0/reason"
    assert found["rerun"]["difference"]["sealed"] == '"looked fine"'


def test_another_image_is_told_at_once(home: Path, evaluated: Any, capsys: Out) -> None:
    other = home / "other.bin"
    other.write_bytes(b"another image")
    assert main(["verify", sealed(home, evaluated, "lab"), "--rerun", str(other)]) == 3
    assert "because it is another image" in capsys.readouterr().out


def test_another_tool_is_the_likely_reason(home: Path, evaluated: Any, capsys: Out) -> None:
    tool = replace(evaluated.tool, digest="0" * 64)
    path = sealed(home, replace(evaluated, tool=tool), "lab")
    assert main(["verify", path, "--rerun", str(EXAMPLE)]) == 3
    assert "another version of Assay" in capsys.readouterr().out


def test_a_profile_named_by_the_bundle_is_not_read_from_the_disk(
    home: Path, evaluated: Any, capsys: Out
) -> None:
    path = sealed(home, replace(evaluated, profile="/etc/own.toml"))
    assert main(["verify", path, "--rerun", str(EXAMPLE)]) == 2
    assert "--profile" in capsys.readouterr().err


def test_limits_named_by_the_bundle_are_bounded(home: Path, evaluated: Any, capsys: Out) -> None:
    options = (Option(name="limit.total", value="9" * 18),)
    path = sealed(home, replace(evaluated, options=options))
    assert main(["verify", path, "--rerun", str(EXAMPLE)]) == 1
    assert "out of bounds: total" in capsys.readouterr().err


def test_names_in_a_bundle_do_not_reach_the_terminal_raw(
    home: Path, evaluated: Any, capsys: Out
) -> None:
    path = sealed(home, evaluated, image="a\x1b[2J\u202eb")
    main(["verify", path])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_what_cannot_be_read_is_a_wrong_use(home: Path, capsys: Out) -> None:
    assert main(["verify", str(home / "none")]) == 2
    assert main(["verify", str(home)]) == 2
    assert "not a file" in capsys.readouterr().err
