"""The command that the help leaves out is found; the listed ones are not."""

from assay.code import accesses
from assay.code.mentions import Mentions


def test_finds_the_command_without_help(way, program, places):
    found = [one for one in accesses(program("console")) if one.shape == "hidden-entry"]
    assert [one.constant for one in found] == ["_raw"]
    first = int(found[0].sink_code[0].split(":")[0], 16)
    assert abs(first - places[f"{way}-console"]["do_raw"]) <= 40
    assert found[0].payload == "system is called"
    assert found[0].confidence == "firm"


def test_knows_which_names_other_texts_mention(program):
    mentions = Mentions(program("console").program)
    assert mentions.of(b"ports")
    assert not mentions.of(b"_raw")
