from assay.model.accounting import coverage, image_map
from assay.model.tree import Container, Node, Origin, Region

IMAGE, KERNEL, STREAM = "aa" * 32, "bb" * 32, "cc" * 32


def region(offset, length, account, name=""):
    return Region(offset=offset, length=length, account=account, format=name)


def part(path, container, offset, length, blob):
    origin = Origin(container=container, format="uimage", offset=offset, length=length)
    return Node(path=path, kind="part", origin=origin, blob=blob, size=length)


CONTAINERS = [
    Container(
        blob=IMAGE, path="", size=100,
        regions=(region(0, 64, "parsed", "uimage"), region(64, 36, "unknown")),
    ),
    Container(
        blob=KERNEL, path="uimage@0x0//kernel", size=54,
        regions=(region(0, 40, "parsed", "lzma"), region(40, 14, "padding")),
    ),
    Container(
        blob=STREAM, path="uimage@0x0//kernel//lzma.content", size=500,
        regions=(region(0, 400, "parsed", "cpio"), region(400, 100, "unknown")),
    ),
]  # fmt: skip
NODES = [
    part("uimage@0x0//kernel", IMAGE, 10, 54, KERNEL),
    part("uimage@0x0//kernel//lzma.content", KERNEL, 0, 40, STREAM),
    Node(
        path="uimage@0x0//kernel//lzma.content//init", kind="file", blob="dd" * 32, size=3,
        origin=Origin(container=STREAM, format="cpio", offset=0, length=3),
    ),
]  # fmt: skip


def test_the_innermost_account_is_shown():
    rows = [(row.offset, row.length, row.account, row.format, row.path)
            for row in image_map(CONTAINERS, NODES)]  # fmt: skip
    assert rows == [
        (0, 10, "parsed", "uimage", ""),
        (10, 40, "parsed", "lzma", "uimage@0x0//kernel"),
        (50, 14, "padding", "", "uimage@0x0//kernel"),
        (64, 36, "unknown", "", ""),
    ]


def test_sums_add_up_and_derived_bytes_are_apart():
    total = coverage(CONTAINERS, NODES, unread=2)
    assert (total.parsed, total.padding, total.encrypted, total.unknown) == (50, 14, 0, 36)
    assert total.size == 100
    assert (total.derived, total.derived_unknown) == (500, 100)
    assert (total.files, total.files_unread) == (1, 2)
    assert total.permille == 640


def test_overlapping_parts_are_counted_once():
    nodes = [*NODES, part("uimage@0x0//kernel~2", IMAGE, 20, 54, KERNEL)]
    containers = [
        *CONTAINERS,
        Container(
            blob=KERNEL, path="uimage@0x0//kernel~2", size=54,
            regions=(region(0, 54, "encrypted"),),
        ),
    ]  # fmt: skip
    rows = image_map(containers, nodes)
    assert sum(row.length for row in rows) == 100


def test_no_containers_no_map():
    assert image_map([], []) == []
    assert coverage([], []).permille == 0
