"""Modules from outside the kernel: by licence, or by the mark that the others carry."""

from pathlib import Path

from building import image_of
from msgspec.structs import replace

from assay.identify.components import identify
from assay.identify.matchers.modules import match
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds import elf
from assay.inventory.kinds.elf import ElfFacts

MODULE = (Path(__file__).parents[2] / "inventory" / "fixtures" / "elf" / "module.mips").read_bytes()


class Modules:
    """An inventory of kernel modules with chosen information."""

    def __init__(self, *told: tuple[str, ...]) -> None:
        image = image_of({f"/lib/m{n}.ko": MODULE + bytes([n]) for n in range(len(told))})
        self.nodes = list(image.files())
        facts = elf.examine(MODULE)
        assert facts is not None
        self.facts = [
            replace(facts, module=tuple(Span(offset=n, length=1, text=one) for n, one in
                                        enumerate(texts)))
            for texts in told
        ]  # fmt: skip

    def of(self, _shape: type) -> list[tuple[object, ElfFacts]]:
        return list(zip(self.nodes, self.facts, strict=True))


def names(*told: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(one.key, one.version) for one in match(Modules(*told))]  # type: ignore[arg-type]


def test_a_licence_that_the_kernel_does_not_accept() -> None:
    told = ("license=Proprietary", "version=6.37.14.4803", "vermagic=3.10.14 mod_unload ")
    assert names(told, ("license=GPL", "vermagic=3.10.14 ")) == [("module:m0", "6.37.14.4803")]
    assert names(("license=Proprietary", "name=wl")) == [("module:wl", "")]


def test_the_mark_of_the_kernels_own_modules() -> None:
    own = ("license=GPL", "intree=Y", "vermagic=5.4.0 ")
    other = ("license=GPL", "version=v1.2", "vermagic=5.4.0 ", "name=x")
    assert names(own, other) == [("module:x", "1.2")]
    assert names(other) == []
    assert names(own, ("license=GPL", "vermagic=4.4.0 ")) == []


def test_odd_information() -> None:
    assert names(("license=Own", "version=; rm -rf")) == [("module:m0", "")]
    assert names((), ("=",)) == []


def test_a_module_for_another_release_is_no_second_kernel() -> None:
    banner = b"\0Linux version 4.4.14 (a@b) (gcc version 4.6.3 (x) ) #1 Mon Jan 1 2018\n\0"
    image = image_of({"/boot/vmlinux": banner, "/lib/m.ko": MODULE})
    assert isinstance(image, Inventory)
    assert {one.version for one in identify(image) if one.kind == "kernel"} == {"4.4.14"}
    alone = image_of({"/lib/m.ko": MODULE})
    assert {one.version for one in identify(alone) if one.kind == "kernel"} == {"3.10.14"}
