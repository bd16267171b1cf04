from collections.abc import Callable

import pytest

from assay.model.result import Evaluation
from assay.supply.firmware_marks import known_marks, marks_of

Made = Callable[..., Evaluation]


@pytest.fixture
def makers(made_evaluation: Made) -> Callable[..., set[str]]:
    def find(*paths: str, **more: str) -> set[str]:
        return {mark.maker.split()[0] for mark in marks_of(made_evaluation(*paths, **more)).marks}

    return find


def test_marks_in_file_and_component_names(makers: Callable[..., set[str]]):
    assert makers("squashfs//lib/modules/hi3518e_isp.ko") == {"HiSilicon"}
    assert makers("squashfs//usr/bin/zte_upgrade", "squashfs//bin/ls") == {"ZTE"}
    assert makers(name="libbcm_crypto") == {"Broadcom"}


def test_parts_of_other_words_are_no_marks(makers: Callable[..., set[str]]):
    assert makers("squashfs//usr/share/history", "squashfs//etc/zten.conf", "//bin/this") == set()


def test_places_are_counted_and_bounded(made_evaluation: Made):
    paths = [f"squashfs//lib/huawei/{number}" for number in range(9)]
    (mark,) = marks_of(made_evaluation(*paths)).marks
    assert mark.count == 9
    assert len(mark.places) == 5
    assert marks_of(made_evaluation(*paths)) == marks_of(made_evaluation(*reversed(paths)))


def test_the_name_of_a_container_counts_once(made_evaluation: Made):
    paths = ["flash//huawei-2rdh@0x1", "flash//huawei-2rdh@0x1//a", "flash//huawei-2rdh@0x1//b"]
    (mark,) = marks_of(made_evaluation(*paths)).marks
    assert mark.count == 1


def test_every_mark_says_whether_it_was_verified():
    assert known_marks()
    assert not any(mark.verified for mark in known_marks())
