"""A command behind a constant is a finding, and certain where emulation showed it."""

from pathlib import Path

from building import findings_of, image_of

from assay.checks.backdoors import command_after_constant

FOLDER = Path(__file__).resolve().parents[2] / "code" / "fixtures"


def test_states_what_was_shown():
    image = image_of({"/usr/sbin/hidden": (FOLDER / "mips-hidden.elf").read_bytes()})
    (finding,) = findings_of(command_after_constant, image)
    assert (finding.severity, finding.confidence) == ("high", "certain")
    assert "Confirmed by emulation" in finding.says
    assert 'comes to system("AAAAAAAAA") with `open-sesame-91:` from byte 0' in finding.says
    said = [one.excerpt for one in finding.evidence if one.kind == "attribute"]
    assert said[0].startswith("input recvfrom 1, 24 bytes: `open-sesame-91:` from byte 0")
    assert said[1].startswith("trace\n0x")
    assert said[2].startswith("not reached: recvfrom 1, byte 0: 0x6f changed to 0x6e")


def test_an_ordinary_server_has_none():
    image = image_of({"/usr/sbin/ordinary": (FOLDER / "mips-ordinary.elf").read_bytes()})
    assert findings_of(command_after_constant, image) == []
