"""A constant that opens what a stored secret guards is a finding."""

from pathlib import Path

from building import findings_of, image_of

from assay.checks.backdoors import second_password

FOLDER = Path(__file__).resolve().parents[2] / "code" / "access" / "fixtures"


def test_finds_the_constant_and_names_it():
    image = image_of({"/usr/bin/console": (FOLDER / "aarch64-console.elf").read_bytes()})
    (finding,) = findings_of(second_password, image)
    assert "`Tr4pd00r#9`" in finding.says
    assert finding.cwe == (798, 912)


def test_a_module_of_pam_succeeds_with_zero():
    path = "/lib/security/pam_short.so"
    image = image_of({path: (FOLDER / "x86-64-pam.elf").read_bytes()})
    (finding,) = findings_of(second_password, image)
    assert "`grelka-71`" in finding.says


def test_a_page_without_secrets():
    image = image_of({"/www/page.cgi": (FOLDER / "aarch64-page.elf").read_bytes()})
    assert findings_of(second_password, image) == []
