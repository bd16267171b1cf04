"""Constants that look like secrets are findings of low severity where nothing else tells."""

from pathlib import Path

import pytest
from building import findings_of, image_of

from assay.checks.backdoors import odd_constant

FOLDER = Path(__file__).resolve().parents[2] / "code" / "access" / "fixtures"


def test_says_nothing_twice():
    image = image_of({"/usr/bin/console": (FOLDER / "ppc-console.elf").read_bytes()})
    assert findings_of(odd_constant, image) == []


@pytest.mark.parametrize("target", ["mips", "thumb", "aarch64", "ppc", "x86-64"])
def test_finds_it_where_no_other_detector_follows(target):
    image = image_of({"/usr/bin/notes": (FOLDER / f"{target}-notes.elf").read_bytes()})
    (finding,) = findings_of(odd_constant, image)
    assert (finding.severity, finding.confidence) == ("low", "tentative")
    assert "`Qz#7!mLp92x$e`" in finding.says
