"""How a way in becomes a finding: severity, confidence and what lowers them."""

import msgspec
import pytest
from building import image_of

from assay.checks.backdoors import command_after_constant, hidden_entry
from assay.checks.backdoors.ways import _finding
from assay.code import Access

WAY = Access(
    shape="command-after-constant",
    function=0x1000,
    function_name="",
    source="recv",
    trigger="is compared with `kX9v`",
    constant="kX9v",
    payload="system runs what was received",
    rank=800,
    confidence="firm",
    compare=-1,
    compare_offset=-1,
    sink=-1,
    sink_offset=-1,
)


def finding(way, program="daemon", check=command_after_constant.CHECK):
    image = image_of({f"/bin/{program}": b"\x7fELF"})
    (node,) = [one for one in image.nodes if one.name == program]
    return _finding(check, image, node, [way])


def changed(**slots):
    return msgspec.structs.replace(WAY, **slots)


def test_a_followed_way_has_the_severity_of_its_check():
    found = finding(WAY)
    assert (found.severity, found.confidence) == ("high", "firm")


def test_a_text_of_which_nothing_is_known_is_a_place_to_read():
    found = finding(
        changed(trigger="is compared with a text that the program makes itself", constant="")
    )
    assert (found.severity, found.confidence) == ("medium", "tentative")


def test_a_plain_explanation_lowers_what_was_not_followed_only():
    harmless = {"payload": "system runs the fixed command `date > /tmp/when`"}
    low = finding(changed(**harmless, confidence="tentative"))
    assert (low.severity, low.confidence) == ("low", "tentative")
    assert "Most likely an ordinary one" in low.says
    assert finding(changed(**harmless)).severity == "high"


@pytest.mark.parametrize(("number", "severity"), [(4, "medium"), (0, "high")])
def test_of_the_codes_of_pam_only_0_says_yes(number, severity):
    way = changed(
        shape="second-password",
        payload=f"the function returns {number}, as the check of a stored secret does",
    )
    assert finding(way, "pam_exec.so").severity == severity
    assert finding(way, "login").severity == "high"


@pytest.mark.parametrize(("entry", "severity"), [("sysinit", "low"), ("zx81", "medium")])
def test_entries_that_a_design_names(entry, severity):
    way = changed(
        shape="hidden-entry",
        trigger=f"names the entry `{entry}` of a table, which is in no other text",
        constant=entry,
        payload="execvp is called",
        confidence="tentative",
    )
    assert finding(way, "procd", hidden_entry.CHECK).severity == severity
