"""Notes of package managers: a set of files in another order, the time of an installation."""

from assay.compare.files import compare_contents

LIST = "/usr/lib/opkg/info/busybox.list"
STATUS = "/usr/lib/opkg/status"


def test_the_same_files_in_another_order():
    outcome = compare_contents(LIST, b"/bin/a\n/bin/b\n", b"/bin/b\n/bin/a\n")
    assert outcome.level == "E2"
    assert {one.cause for one in outcome.sums if one.cause} == {"N7"}


def test_other_files_differ():
    for other in (b"/bin/b\n/bin/c\n", b"/bin/a\n/bin/a\n/bin/b\n", b"/bin/b\n"):
        assert compare_contents(LIST, b"/bin/a\n/bin/b\n", other).level == "D"


def test_only_what_came_and_went_is_shown():
    outcome = compare_contents(LIST, b"/bin/a\n/bin/b\n/bin/c\n", b"/bin/d\n/bin/c\n/bin/a\n")
    assert outcome.changes[0].lines == ("-/bin/b", "+/bin/d")
    assert [(one.account, one.bytes_a, one.bytes_b) for one in outcome.sums] == [
        ("differing", 7, 7),
        ("explained", 14, 14),
    ]


def test_order_counts_elsewhere():
    assert compare_contents("/etc/rc.list", b"/bin/a\n/bin/b\n", b"/bin/b\n/bin/a\n").level == "D"
    assert compare_contents(LIST, b"rm a\n/bin/b\n", b"/bin/b\nrm a\n").level == "D"


def test_the_time_of_an_installation():
    text = b"Package: a\nStatus: install\nInstalled-Time: %d\n"
    outcome = compare_contents(STATUS, text % 1500000000, text % 99)
    assert outcome.level == "E2"
    assert {one.cause for one in outcome.sums if one.cause} == {"N6"}
    assert sum(one.bytes_b for one in outcome.sums) == len(text % 99)
    changed = b"Package: b\nStatus: install\nInstalled-Time: 1500000001\n"
    assert compare_contents(STATUS, text % 1500000000, changed).level == "D"
