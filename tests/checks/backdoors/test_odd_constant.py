"""Constants that look like secrets are findings of medium severity where nothing else tells."""

from pathlib import Path

from building import findings_of, image_of

from assay.checks.backdoors import odd_constant

FOLDER = Path(__file__).resolve().parents[2] / "code" / "access" / "fixtures"


def test_says_nothing_twice():
    image = image_of({"/usr/bin/console": (FOLDER / "ppc-console.elf").read_bytes()})
    assert findings_of(odd_constant, image) == []


def test_finds_it_where_no_other_detector_follows():
    path = "/lib/security/pam_short.so"
    image = image_of({path: (FOLDER / "ppc-pam.elf").read_bytes()})
    assert all(one.severity == "medium" for one in findings_of(odd_constant, image))
