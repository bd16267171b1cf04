"""Which release: told and borne out, told and contradicted, never learnt, between two."""

from learning import blob, flat, holder, index_of, piece, project, sentences, texts

from assay.identify.fingerprints.decision import claims
from assay.inventory.kinds.fingerprints import look_up
from assay.model.record import replace

VERSIONS = ["1.0", "1.1", "1.3", "1.4"]
INDEX = index_of(project("alpha", VERSIONS, changed=8))


def release(strings):
    (claim,) = claims(look_up(blob(strings), INDEX), INDEX)
    return claim.release


def body(version, *, text=True):
    strings = flat(texts("alpha", version, 4, 8))
    return [one for one in strings if text or b"version" not in one]


def test_exact_where_the_text_says_so_and_the_body_agrees():
    for version in VERSIONS:
        found = release(body(version))
        assert (found.version, found.low, found.high) == (version, "", "")


def test_without_text_the_neighbours_bound_it():
    found = release(body("1.1", text=False))
    assert (found.version, found.low, found.high) == ("1.1", "1.0", "1.3")
    assert found.includes("1.1")
    assert found.includes("1.2")
    assert not found.includes("1.4")


def test_the_ends_are_open():
    assert release(body("1.0", text=False)).low == ""
    assert release(body("1.4", text=False)).high == ""


def test_a_release_never_learnt_is_not_taken_for_another():
    found = release(body("1.2", text=False))
    assert not found.sure
    assert found.version == "" or found.low or found.high
    assert found.includes("1.2")


def test_a_release_never_learnt_is_read_from_its_text():
    found = release(body("1.2"))
    assert (found.version, found.low, found.high, found.contradicts) == ("1.2", "", "", "")


def test_a_text_that_the_body_contradicts():
    strings = [
        b"alpha library version 1.4 (release)" if b"version" in one else one for one in body("1.0")
    ]
    found = release(strings)
    assert found.contradicts == "1.4"
    assert found.includes("1.0")
    assert not found.includes("1.4")


def test_the_name_of_a_library_tells_where_it_always_did():
    releases = {
        version: [
            replace(
                piece("libnamed.so", [*sentences("named", 40), *sentences(f"named-{version}", 8)]),
                path=f"/usr/lib/libnamed.so.{version}",
            )
        ]
        for version in ("1.0.1", "1.0.2", "1.2.0")
    }
    index = index_of(holder("named", releases))
    content = blob([*sentences("named", 40), *sentences("named-1.0.2", 8)])
    facts = look_up(content, index)
    (claim,) = claims(facts, index, "libnamed.so.1.0.2")
    assert (claim.release.version, claim.release.low) == ("1.0.2", "")
    (claim,) = claims(facts, index, "libother.so.1.0.2")
    assert claim.release.low == "1.0.1"


def test_what_is_left_of_an_old_release_is_not_the_nearest_one_learnt():
    # Two fifths of what all releases have are not there yet: the body is none of them.
    old = [one for one in body("1.0", text=False) if int(one.split(b" ")[-3][:-1]) % 5 > 1]
    found = release(old)
    assert not found.sure
    assert found.includes("0.3")
    assert release([*old, b"alpha library version 0.3 (release)"]).version == "0.3"
