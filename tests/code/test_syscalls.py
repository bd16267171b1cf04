"""Functions that only ask the kernel get the name of what they ask for."""

import json
from pathlib import Path

import pytest

from assay.code.elf import read_elf
from assay.code.index import build
from assay.code.loader import load
from assay.code.syscalls import name_system_calls

FOLDER = Path(__file__).resolve().parent / "access" / "fixtures"


@pytest.mark.parametrize("way", ["mips", "thumb", "aarch64", "ppc", "x86-64"])
def test_names_the_functions_of_one_system_call(way):
    index = build(load(read_elf((FOLDER / f"{way}-kernel.elf").read_bytes())))
    known = json.loads((FOLDER / "truth.json").read_text())[f"{way}-kernel"]
    assert name_system_calls(index) == 2
    assert index.name(known["my_socket"]) == "socket"
    assert index.name(known["my_dup"]) == "dup2"
    assert index.name(known["both"]) == ""
