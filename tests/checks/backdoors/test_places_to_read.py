"""Places to read are one finding for each program, of no severity, with each place as evidence."""

from pathlib import Path

import pytest
from building import findings_of, image_of

from assay.checks.backdoors import places_to_read

FOLDER = Path(__file__).resolve().parents[2] / "code" / "access" / "fixtures"


@pytest.mark.parametrize("target", ["mips", "thumb", "aarch64", "ppc", "x86-64"])
def test_names_the_place(target):
    content = (FOLDER / f"{target}-notes.elf").read_bytes()
    (finding,) = findings_of(places_to_read, image_of({"/usr/bin/notes": content}))
    assert (finding.severity, finding.confidence) == ("info", "tentative")
    assert "In /usr/bin/notes, read first: the function at 0x" in finding.says
    assert "system is called" in finding.says
    assert [one.kind for one in finding.evidence] == ["disassembly"]


def test_is_silent_where_nothing_is_read():
    assert findings_of(places_to_read, image_of({"/etc/motd": b"hello\n"})) == []
