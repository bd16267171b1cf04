"""Libraries that files name are found in their own file system; components follow from files."""

from pathlib import Path

from building import image_of
from msgspec.structs import replace

from assay.identify.components import identify
from assay.identify.dependencies import file_needs
from assay.identify.ownership import owners, under_package_versions
from assay.identify.sighting import Sighting
from assay.inventory.kind import Span

FIXTURES = Path(__file__).parents[1] / "inventory" / "fixtures" / "elf"
PROGRAM = (FIXTURES / "hard.arm").read_bytes()  # needs libc.so.6
GLIBC = b"\0GNU C Library (x) stable release version 2.36.\0"


def test_programs_need_the_components_of_their_libraries() -> None:
    library = (FIXTURES / "library.x86-64").read_bytes() + GLIBC
    image = image_of(
        {
            "/usr/sbin/lighttpd": PROGRAM + b"\0lighttpd/1.4.35\0",
            "/opt/libc.so.6": b"another",
            "/lib/libc.so.6": library,
        }
    )
    (path,) = file_needs(image)
    assert path.endswith("usr/sbin/lighttpd")
    assert [one.rpartition("/lib/")[2] for one in file_needs(image)[path]] == ["libc.so.6"]
    found = {one.name: one for one in identify(image)}
    assert found["lighttpd"].needs == (found["GNU C Library"].purl,)
    assert found["GNU C Library"].needs == ()


def test_a_library_that_is_not_there_is_no_dependency() -> None:
    image = image_of({"/usr/sbin/lighttpd": PROGRAM + b"\0lighttpd/1.4.35\0"})
    assert file_needs(image) == {}


def test_a_snapshot_takes_the_version_of_its_package() -> None:
    status = b"Package: wpad-mini\nVersion: 2016-12-19-ad02e79d-7\n"
    image = image_of(
        {
            "/usr/lib/opkg/status": status,
            "/usr/lib/opkg/info/wpad-mini.list": b"/usr/sbin/wpad\n/usr/sbin/hostapd\n",
            "/usr/sbin/wpad": b"\0\1hostapd v2.7-devel\0",
        }
    )
    (one,) = identify(image)
    assert (one.name, one.version) == ("hostapd", "2016-12-19-ad02e79d")
    assert {other.excerpt for other in one.occurrences} >= {"hostapd v2.7-devel"}


def test_releases_keep_their_own_number() -> None:
    status = b"Package: busybox\nVersion: 1.19.4-1\n"
    image = image_of(
        {
            "/usr/lib/opkg/status": status,
            "/usr/lib/opkg/info/busybox.list": b"/bin/busybox\n",
            "/bin/busybox": b"\0\1BusyBox v1.20.0 (2012)\0",
        }
    )
    assert {one.version for one in identify(image)} == {"1.19.4", "1.20.0"}


def test_only_files_of_the_package_follow_it() -> None:
    image = image_of({"/usr/lib/opkg/info/a.list": b"/x\n", "/x": b"\1", "/y": b"\1"})
    nodes = {node.inner: node for node in image.nodes}
    span = Span(offset=0, length=1, text="")
    package = Sighting(
        "hostapd", "2016-12-19-a", "package", "m", 9, nodes["/x"], span,
        package="opkg/a@2016-12-19-a",
    )  # fmt: skip
    seen = [replace(package, version="2.7", package="", node=nodes[path]) for path in ("/x", "/y")]
    after = under_package_versions([package, *seen], owners(image))
    assert [one.version for one in after] == ["2016-12-19-a", "2016-12-19-a", "2.7"]


def test_an_interval_becomes_the_release_of_the_package() -> None:
    image = image_of({"/usr/lib/opkg/info/a.list": b"/x\n", "/x": b"\1"})
    (node,) = (one for one in image.nodes if one.inner == "/x")
    package = Sighting(
        "flac", "1.3.1", "package", "m", 9, node, Span(offset=0, length=1, text=""),
        package="opkg/a@1.3.1-1",
    )  # fmt: skip
    vague = replace(package, version="1.5.0", low="1.4.2", package="")
    after = under_package_versions([package, vague], owners(image))
    assert [(one.version, one.low) for one in after] == [("1.3.1", ""), ("1.3.1", "")]
