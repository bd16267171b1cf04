"""Library functions are told by how the program's own functions use them."""

from pathlib import Path

from assay.code import index
from assay.code.library_use import _by_arguments, name_by_use
from assay.code.sources import Network

FOLDER = Path(__file__).resolve().parent / "access" / "fixtures"


def test_arguments_tell_the_family():
    found = index((FOLDER / "aarch64-console.elf").read_bytes())
    network = Network(found)
    uses = {}
    for function in range(len(found.functions)):
        study = network.study(function)
        for call in study.calls:
            uses.setdefault(call.name, []).append((study, call))
    told = {name: _by_arguments(network, used, leaf=True) for name, used in uses.items()}
    assert told["fopen"] == ""
    assert told["puts"] == ""
    password = [one for one in uses["strcmp"] if one[1].arguments[1].kind == "const"]
    assert _by_arguments(network, password[:1], leaf=True) == "strcmp"


def test_a_program_without_a_library_gets_no_names():
    assert name_by_use(index((FOLDER / "mips-kernel.elf").read_bytes())) == 0
