"""A request that becomes part of a command is a finding of medium severity."""

from pathlib import Path

from building import findings_of, image_of

from assay.checks.backdoors import unchecked_request

FOLDER = Path(__file__).resolve().parents[2] / "code" / "access" / "fixtures"


def test_finds_the_command_made_of_the_query():
    image = image_of({"/www/page.cgi": (FOLDER / "thumb-page.elf").read_bytes()})
    (finding,) = findings_of(unchecked_request, image)
    assert (finding.severity, finding.confidence) == ("medium", "tentative")
    assert "system runs what is made of it" in finding.says


def test_a_console_takes_no_requests():
    image = image_of({"/usr/bin/console": (FOLDER / "thumb-console.elf").read_bytes()})
    assert findings_of(unchecked_request, image) == []
