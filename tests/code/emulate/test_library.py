"""Library functions do in a run what they do on a device, and never anything on the host."""

from functools import cache
from pathlib import Path

import pytest

from assay.code import CodeIndex, index
from assay.code.emulate.inputs import Input
from assay.code.emulate.library import handler, models
from assay.code.emulate.machine import EXIT, Ended, Machine
from assay.code.emulate.workbench import workbench

FOLDER = Path(__file__).resolve().parent.parent / "fixtures"


@cache
def load(name: str) -> CodeIndex:
    return index((FOLDER / f"{name}.elf").read_bytes())


@pytest.fixture(params=["mips", "x86", "x86-64", "aarch64"])
def machine(request):
    found = load(f"{request.param}-hidden")
    bench = workbench(found)
    return Machine(found, bench.processor, Input(0x41), {}, handler)


def ask(machine, name, *arguments):
    """Return what the library function *name* answers to numbers and texts."""
    places = []
    for one in arguments:
        place = machine.reserve(len(one) + 1) if isinstance(one, bytes) else one
        if isinstance(one, bytes):
            machine.space.put(place, one + b"\0")
        places.append(place)
    for number, value in enumerate(places):
        machine.set_argument(number, value)
    machine.processor.enter(machine, EXIT)
    return models()[name](machine), places


def text(machine, place):
    return bytes(int(one) for one in machine.space.text(place))


def test_formats(machine):
    target = machine.reserve(100)
    template = b"%s=%d %05u 0x%x %c|%-4s|%.2s"
    length, _ = ask(machine, "sprintf", target, template, b"name", -7, 42, 255, 0x5A, b"ab", b"xyz")
    assert text(machine, target) == b"name=-7 00042 0xff Z|ab  |xy"
    assert length == 28


@pytest.mark.parametrize("name", ["sprintf", "vsprintf"])
def test_a_format_with_more_conversions_than_arguments_ends_the_run(machine, name):
    target = machine.reserve(1000)
    with pytest.raises(Ended, match="too many"):
        ask(machine, name, target, b"%x" * 90, machine.scratch(1))


def test_space_that_a_template_skips_counts_as_work(machine):
    place = machine.reserve(0x8000)
    machine.space.put(place, b" " * 0x7000 + b"7\0")
    before = machine.space.work
    stored, _ = ask(machine, "sscanf", place, b"%d", machine.reserve(8))
    assert stored == 0
    assert machine.space.work - before > 1000


def test_reads_by_a_template(machine):
    number, word = machine.reserve(8), machine.reserve(32)
    stored, _ = ask(machine, "sscanf", b"id=123 rest", b"id=%d %31[a-z]", number, word)
    assert (stored, int(machine.space.load(number, 4)), text(machine, word)) == (2, 123, b"rest")


def test_cuts_a_text_into_words(machine):
    first, places = ask(machine, "strtok", b"  set name value", b" ")
    assert text(machine, first) == b"set"
    second, _ = ask(machine, "strtok", 0, b" ")
    assert text(machine, second) == b"name"
    assert places[0] < second


def test_compares(machine):
    assert ask(machine, "strcmp", b"abc", b"abd")[0] < 0
    assert ask(machine, "strcasecmp", b"ABC", b"abc")[0] == 0
    assert ask(machine, "strncmp", b"abcX", b"abcY", 3)[0] == 0


def test_a_command_is_written_down_and_not_run(machine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ask(machine, "system", b"touch mark")
    assert [(one.name, one.says) for one in machine.events] == [("system", '"touch mark"')]
    assert not list(tmp_path.iterdir())


def test_what_a_file_holds_is_a_secret(machine):
    stream, _ = ask(machine, "fopen", b"/etc/passwd", b"r")
    target = machine.reserve(64)
    assert ask(machine, "fgets", target, 64, stream)[0] == target
    assert machine.space.byte(target).secret
    assert b"root" not in text(machine, target)


def test_the_input_comes_to_an_end(machine):
    target = machine.reserve(64)
    for _ in range(6):
        ask(machine, "recv", 5, target, 32, 0)
    with pytest.raises(Ended, match="used up"):
        ask(machine, "recv", 5, target, 32, 0)
