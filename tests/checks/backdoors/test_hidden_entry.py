"""The entry that a table leaves out of its help is a finding."""

from pathlib import Path

from building import findings_of, image_of

from assay.checks.backdoors import hidden_entry

FOLDER = Path(__file__).resolve().parents[2] / "code" / "access" / "fixtures"


def test_finds_the_entry_without_help():
    image = image_of({"/usr/bin/console": (FOLDER / "mips-console.elf").read_bytes()})
    (finding,) = findings_of(hidden_entry, image)
    assert finding.severity == "high"
    assert "`_raw`" in finding.says
    assert "system is called" in finding.says
    assert finding.evidence[0].kind == "disassembly"


def test_a_page_has_no_table():
    image = image_of({"/www/page.cgi": (FOLDER / "mips-page.elf").read_bytes()})
    assert findings_of(hidden_entry, image) == []
