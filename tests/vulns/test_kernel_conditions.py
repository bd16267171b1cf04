"""Build options that the text of a kernel flaw asks for."""

from collections.abc import Callable

import pytest
from tests.vulns.conftest import component, hit, nvd

from assay._kernel.wordset import packed
from assay.model.flaws import Setting
from assay.vulns.advisory import SUMMARY, shortened
from assay.vulns.kernel_conditions import condition_of, lacking_options

WORDS = packed(["ext4", "ip_vs"])
TEXT = "the kernel, when CONFIG_TIMER_STATS is enabled, allows local users to see."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TEXT, "when CONFIG_TIMER_STATS is enabled"),
        ("3.12, when CONFIG_IP_VS is used, allow", "when CONFIG_IP_VS is used"),
        ("With CONFIG_A1 enabled, and a top-down", "With CONFIG_A1 enabled"),
        ("when CONFIG_AA, CONFIG_BB, or CONFIG_CC is enabled", None),
        ("kernels built with CONFIG_LDT=y and", "built with CONFIG_LDT=y"),
        ("kernels built with CONFIG_TM=n are not vulnerable", ""),
        ("when CONFIG_NETLABEL is disabled, allows", ""),
        ("with CONFIG_DEBUG_SPINLOCK enabled this splats", ""),
        ("interacts incorrectly with the CONFIG_VMAP_STACK option", ""),
    ],
)
def test_condition(text: str, expected: str | None) -> None:
    assert condition_of(text) == (text if expected is None else expected)


def test_what_the_kernel_tells_decides() -> None:
    assert lacking_options(TEXT, Setting(kernel_words=WORDS))[0]
    assert not lacking_options(TEXT, Setting(kernel_words=WORDS))[1]
    assert lacking_options(TEXT, Setting(options=("TIMER_STATS=y",), kernel_words=WORDS))[0] == ""
    without = Setting(options=("TIMER_STATS=n",), kernel_words=WORDS)
    assert lacking_options(TEXT, without) == (
        "the kernel was built without CONFIG_TIMER_STATS",
        True,
    )
    named = lacking_options("when CONFIG_IP_VS is used", Setting(kernel_words=WORDS))
    assert named == ("", False)
    assert lacking_options(TEXT, Setting()) == ("", False), "no kernel was read"


def test_a_shortened_text_keeps_its_condition() -> None:
    long = "word " * 80 + "With CONFIG_ARCH_PIE enabled, and more. " + "word " * 400
    assert shortened(long).endswith("With CONFIG_ARCH_PIE enabled …")
    assert len(shortened("word " * 500)) <= SUMMARY
    assert condition_of(shortened(long))


def test_such_a_flaw_is_possible(write: Callable, search: Callable) -> None:
    kernel = component("Linux kernel", "3.1", "linux:linux_kernel", kind="kernel")
    record = nvd("CVE-2013-2000", hit("linux:linux_kernel", versionEndExcluding="3.2"))
    record["descriptions"] = [{"lang": "en", "value": TEXT}]
    (flaw,) = search([write(record)], kernel, setting=Setting(kernel_words=WORDS))
    assert flaw.status == "possibly-affected"
    assert "it needs CONFIG_TIMER_STATS" in flaw.says


def test_hostile_text_takes_no_time() -> None:
    assert condition_of("with CONFIG_A0 and " * 20_000) == ""
    assert condition_of("when CONFIG_" + "A" * 100_000) == ""
