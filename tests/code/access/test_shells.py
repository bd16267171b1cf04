"""Shells that other functions start count, but as a place to read."""

from types import SimpleNamespace

from assay.code.access.shells import SHAPE, _is_standard, connected_shells


def test_the_standard_descriptors():
    def given(name, number):
        second = None if number is None else SimpleNamespace(number=number)
        return SimpleNamespace(name=name, arguments=(None, second))

    assert _is_standard(given("dup2", 1))
    assert _is_standard(given("dup", 7))
    assert _is_standard(given("dup3", None))
    assert not _is_standard(given("dup2", 5))
    assert not _is_standard(given("close", 0))


def test_a_console_gives_no_shell_away(program):
    assert SHAPE == "shell-on-connection"
    assert list(connected_shells(program("console").network)) == []
