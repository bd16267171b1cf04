"""Another toolchain is told from another source by names, by functions, by texts."""

from types import SimpleNamespace

from assay.compare.elf.toolchain import Toolchain, same_texts, verdict_on
from assay.compare.elf.zones import Zone

GCC = Toolchain(compilers=("GCC: (GNU) 12.2.0",), producers=())
CLANG = Toolchain(compilers=("clang version 16",), producers=())


def test_another_compiler_is_named_before_differences():
    verdict, hints = verdict_on((GCC, CLANG), (10, 40), "D", lambda: False)
    assert verdict == "the toolchains differ: rebuild with GCC: (GNU) 12.2.0"
    assert "clang version 16" in hints[0]


def test_other_options_are_told_by_code_that_differs_under_the_same_texts():
    assert "same options" in verdict_on((GCC, GCC), (12, 40), "D", lambda: True)[0]
    assert verdict_on((GCC, GCC), (12, 40), "D", lambda: False) == ("", ())
    assert verdict_on((GCC, GCC), (37, 40), "D", lambda: True) == ("", ())


def test_one_changed_function_of_few_is_a_difference():
    assert verdict_on((GCC, GCC), (0, 3), "D", lambda: True) == ("", ())


def test_hardly_any_function_needs_no_texts():
    assert "hardly any" in verdict_on((GCC, GCC), (1, 40), "D", lambda: False)[0]


def test_what_is_explained_stays_explained():
    assert verdict_on((GCC, GCC), (0, 40), "E2", lambda: True) == ("", ())


def holding(texts):
    content = b"\0".join([*(text.encode() for text in texts), b""])
    zone = Zone(".rodata", 1, 2, 0x1000, len(content), 0)
    return SimpleNamespace(zones=[zone], body=lambda _: content)


def test_texts_are_the_same_when_nearly_all_of_many_are():
    texts = [f"cannot open file {number}" for number in range(40)]
    assert same_texts(holding(texts), holding([*texts[1:], "another version"]))
    assert not same_texts(holding(texts), holding(texts[:30]))
    assert not same_texts(holding(texts[:7]), holding(texts[:7]))
