"""Components of one descent."""

from assay.identify.catalogue import catalogue
from assay.identify.kin import families, without_kin
from assay.identify.matchers.fingerprints import METHOD
from assay.identify.sighting import Sighting
from assay.identify.training.recipe import recipes
from assay.inventory.kind import Span
from assay.model.tree import Node, Origin


def seen(key, form="partial-copy", method=METHOD, *, path="/lib/x.so", sure=True, package=""):
    origin = Origin(container="0" * 64, format="", offset=0, length=1)
    node = Node(path=path, kind="file", origin=origin, blob="1" * 64, size=1)
    return Sighting(key, "", form, method, 800, node, Span(0, 1, "x"), sure=sure, package=package)


def keys(sightings, owned=None):
    return [one.key for one in without_kin(sightings, owned or {})]


def test_what_only_resembles_its_kin_is_not_reported():
    assert keys([seen("uclibc", "full-copy", "library name"), seen("glibc")]) == ["uclibc"]


def test_kin_in_another_file_is_reported():
    one = seen("uclibc", "full-copy", "library name")
    assert keys([one, seen("glibc", path="/lib/y.so")]) == ["uclibc", "glibc"]


def test_a_stranger_beside_it_is_reported():
    assert keys([seen("uclibc", "full-copy", "library name"), seen("zlib")]) == ["uclibc", "zlib"]


def test_a_whole_known_release_of_kin_is_reported():
    found = [seen("json-c", "full-copy", "library name"), seen("libfastjson", "full-copy")]
    assert keys(found) == ["json-c", "libfastjson"]
    assert keys([found[0], seen("libfastjson", "full-copy", sure=False)]) == ["json-c"]


def test_a_component_that_is_known_itself_stays():
    found = [seen("glibc", "full-copy", "library name"), seen("uclibc", "full-copy", "x")]
    assert keys([*found, seen("glibc")]) == ["glibc", "uclibc", "glibc"]


def test_the_package_of_a_file_says_what_it_is():
    package = seen("libnl-tiny", "package", "package database", package="opkg/libnl-tiny@1")
    path = "/lib/x.so"
    owned = {(package.node.filesystem, package.node.inner): "libnl-tiny"}
    assert keys([package, seen("libnl", path=path)], owned) == ["libnl-tiny"]


def test_the_table_names_known_components():
    known = {*catalogue(), *(one.key for one in recipes())}
    assert not {key for key in families() if key not in known}
    assert all(key not in kin for key, kin in families().items())


def test_a_fragment_is_taken_for_its_kin_that_the_image_has():
    zebra = seen("zebra", "full-copy", "version banner")
    fragment = seen("frr", "fragment", path="/sbin/ripd")
    found = without_kin([zebra, fragment], {})
    assert [(one.key, one.version) for one in found] == [("zebra", ""), ("zebra", "")]
    assert found[1].confidence < fragment.confidence
    assert keys([seen("quagga", "full-copy", "version banner"), zebra, fragment]) == [
        "quagga",
        "zebra",
    ]


def test_a_fragment_of_what_the_image_has_stays_what_it_is():
    known = [seen("zebra", "full-copy", "version banner"), seen("frr", "program", "version banner")]
    fragment = seen("frr", "fragment", path="/sbin/ripd")
    assert keys([*known, fragment]) == ["zebra", "frr", "frr"]
