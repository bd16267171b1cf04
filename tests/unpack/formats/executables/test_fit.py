from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.executables import fit
from assay.unpack.view import NotThisFormat, View

DATA = Path(__file__).resolve().parent / "data"

BOARD = (DATA / "board.dtb").read_bytes()
INSIDE = (DATA / "inside.itb").read_bytes()
OUTSIDE = (DATA / "outside.itb").read_bytes()


@pytest.mark.parametrize("image", [INSIDE, OUTSIDE])
def test_images_are_parts(
    opened: Callable[..., Any], announces: Callable[..., bool], image: bytes
) -> None:
    result = opened(fit, b"<<<<" + image, 4)
    assert announces(fit, image)
    assert result.content("kernel-1") == b"kernel" * 50
    assert result.content("fdt-1") == BOARD
    assert result.extent.end >= 4 + len(image) - 3
    assert not result.sink.problems


def test_regions_and_parts_do_not_overlap(opened: Callable[..., Any]) -> None:
    result = opened(fit, INSIDE)
    ranges = [(entry.offset, entry.length) for entry in result.entries.values()]
    ranges += [(region.offset, region.length) for region in result.sink.regions]
    assert sum(length for _, length in ranges) == len(INSIDE)


@pytest.mark.parametrize("image", [INSIDE, OUTSIDE])
def test_every_hash_of_a_changed_image_is_damage(opened: Callable[..., Any], image: bytes) -> None:
    result = opened(fit, image.replace(b"kernelkernel", b"kernelkernal", 1))
    says = [problem.says for problem in result.sink.problems]
    assert says == [
        "the crc32 of an image does not match", "the sha256 of an image does not match",
    ]  # fmt: skip


def test_a_cut_image_is_damage(opened: Callable[..., Any]) -> None:
    result = opened(fit, OUTSIDE[:-200])
    assert "damage" in {problem.kind for problem in result.sink.problems}


def test_a_device_tree_is_refused() -> None:
    with pytest.raises(NotThisFormat):
        fit.measure(View(BOARD), 0)


@settings(max_examples=50, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 2000),
)
def test_damaged_data_raise_nothing_else(
    endures: Callable[..., None], changes: list[tuple[int, int]], cut: int
) -> None:
    endures(fit, INSIDE, changes, cut)
