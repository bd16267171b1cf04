from assay.model.result import Component, Coverage, Evaluation, Subject, Tool
from assay.model.tree import Node, Origin
from assay.supply.firmware_marks import known_marks, marks_of

ORIGIN = Origin(container="0" * 64, format="squashfs", offset=0, length=1)


def evaluation(*paths: str, component: str = "busybox") -> Evaluation:
    return Evaluation(
        schema="x",
        subject=Subject(sha256="a" * 64, size=1, kind="image"),
        tool=Tool(name="assay", version="0", digest="0" * 64),
        profile="p",
        profile_title="P",
        options=(),
        verdict="inconclusive",
        coverage=Coverage(size=1, parsed=1, padding=0, encrypted=0, unknown=0),
        containers=(),
        nodes=tuple(Node(path=path, kind="file", origin=ORIGIN) for path in paths),
        components=(
            Component(
                name=component,
                version="1",
                purl="",
                cpe="",
                kind="program",
                method="x",
                confidence=900,
            ),
        ),
        results=(),
        verdicts=(),
        problems=(),
    )


def makers(*paths: str, component: str = "busybox") -> set[str]:
    return {
        mark.maker.split()[0] for mark in marks_of(evaluation(*paths, component=component)).marks
    }


def test_marks_in_file_and_component_names():
    assert makers("squashfs//lib/modules/hi3518e_isp.ko") == {"HiSilicon"}
    assert makers("squashfs//usr/bin/zte_upgrade", "squashfs//bin/ls") == {"ZTE"}
    assert makers(component="libbcm_crypto") == {"Broadcom"}


def test_parts_of_other_words_are_no_marks():
    assert makers("squashfs//usr/share/history", "squashfs//etc/zten.conf", "//bin/this") == set()


def test_places_are_counted_and_bounded():
    paths = [f"squashfs//lib/huawei/{number}" for number in range(9)]
    (mark,) = marks_of(evaluation(*paths)).marks
    assert mark.count == 9
    assert len(mark.places) == 5
    assert marks_of(evaluation(*paths)) == marks_of(evaluation(*reversed(paths)))


def test_every_mark_says_whether_it_was_verified():
    assert known_marks()
    assert not any(mark.verified for mark in known_marks())
