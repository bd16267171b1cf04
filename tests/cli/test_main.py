import subprocess
import sys
from pathlib import Path

import pytest

from assay import cli
from assay.cli import formats, main


def test_help_names_every_command(capsys):
    assert main([]) == 2
    out = capsys.readouterr().out
    for name, module in cli._commands(cli._names()).items():
        assert name in out
        assert module.SUMMARY
        assert not module.SUMMARY.endswith(".")


@pytest.mark.parametrize("name", cli._names())
def test_every_command_explains_itself(capsys, name):
    with pytest.raises(SystemExit) as caught:
        main([name, "--help"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: assay {name}")


def test_starting_up_imports_nothing_heavy():
    heavy = ["numpy", "hyperscan", "cryptography", "rich", "iced_x86", "zstandard", "sqlite3"]
    code = (
        "import sys; from assay import cli; cli._commands(cli._names()); "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_defect_is_not_taken_for_a_failed_verdict(capsys, monkeypatch):
    def broken(_):
        raise RuntimeError("oops")

    monkeypatch.setattr(formats, "run", broken)
    assert main(["formats"]) == 2
    assert "internal error: RuntimeError: oops" in capsys.readouterr().err


def command(*words, **how):
    return subprocess.run([sys.executable, "-m", "assay", *words], check=False, **how)


def test_the_process_ends_with_all_its_output_and_the_code_of_its_command():
    done = command("profiles", capture_output=True, text=True)
    assert done.returncode == 0
    assert "etsi-en-303-645" in done.stdout
    assert command("profiles", "no-such-profile", capture_output=True).returncode == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full here")
def test_output_that_cannot_be_written_is_said():
    with Path("/dev/full").open("w") as full:
        done = command("profiles", stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert "No space left" in done.stderr


def test_records_are_loaded_without_extensions_of_typing():
    code = (
        "import sys; from assay import cli; cli._load_records();"
        "assert 'msgspec' in sys.modules; assert 'typing_extensions' not in sys.modules;"
        "import assay.model.result, assay.compare.records; from assay._kernel import canonical;"
        "assert 'typing_extensions' not in sys.modules;"
        "known = sys.modules['typing_extensions'] = object();"
        "cli._load_records(); assert sys.modules['typing_extensions'] is known"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
