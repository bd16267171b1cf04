"""`assay show` on machine code: text and JSON, from an image and from a plain program."""

import json
from pathlib import Path

import pytest
from tests.conftest import EXAMPLE

from assay.cli import main

PROGRAM = Path(__file__).resolve().parent.parent / "code" / "fixtures" / "mips-hidden.elf"


def out(*words, capsys):
    assert main(list(map(str, words))) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        (["--functions"], "callers  sub_"),
        (["--calls"], 'strncasecmp(?, "open-sesame-91:", 0xf)'),
        (["--xrefs", "system"], "call t9"),
        (["--xrefs", "status-of-all"], "address"),
        (["--disassemble", "0xb54"], "; recvfrom(?, ?, 0xff, 0)"),
    ],
)
def test_questions_about_a_plain_program(capsys, question, wanted):
    assert wanted in out("show", PROGRAM, *question, capsys=capsys)


def test_the_answer_as_json(capsys):
    told = json.loads(out("show", PROGRAM, "--calls", "0xb54", "--json", capsys=capsys))
    assert told["isa"] == "mips"
    assert "recvfrom" in {line["callee"] for line in told["calls"]}
    assert told["left_out"] == 0


def test_what_is_left_out_is_said(capsys):
    text = out("show", PROGRAM, "--functions", "--most", "2", capsys=capsys)
    assert len(text.splitlines()) == 3
    assert "more; `--most" in text


def test_a_program_inside_an_image(capsys):
    text = out(
        "show", EXAMPLE, "/www/cgi-bin/ping.cgi", "--xrefs", "system", "--quiet", capsys=capsys
    )
    assert "call" in text


def test_errors_carry_advice(capsys, tmp_path):
    assert main(["show", str(PROGRAM), "--disassemble", "mian"]) == 2
    assert "Nearest names: main" in capsys.readouterr().err
    other = tmp_path / "notes.txt"
    other.write_text("no program")
    assert main(["show", str(other), "--functions"]) == 2
    assert "--strings" in capsys.readouterr().err
