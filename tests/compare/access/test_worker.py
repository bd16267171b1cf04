"""Contents that are no programs, and damaged ones, change nothing and stop nothing."""

from pathlib import Path

import pytest

from assay.compare.access.worker import compared

PROGRAMS = Path(__file__).resolve().parents[2] / "code" / "changes" / "fixtures"


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"no program", b"\x7fELF" + bytes(200)])
def test_what_is_no_program(content):
    found = compared(content, content)
    assert (found.found, found.changed) == ((), 0)


@pytest.mark.parametrize("cut", [100, 1000, 3000])
def test_damaged_programs(cut):
    whole = (PROGRAMS / "thumb-first.elf").read_bytes()
    assert compared(whole, whole[:cut]).read == 0 or cut == 3000
    noise = bytes(byte ^ (at % 7 == 0) * 0x55 for at, byte in enumerate(whole))
    assert compared(whole, noise).steady <= 1000
