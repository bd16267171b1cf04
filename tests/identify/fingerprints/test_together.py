"""Files of one component taken together."""

from learning import blob, index_of, project, texts

from assay.identify.fingerprints.decision import Claim, claims
from assay.identify.fingerprints.together import taken_together
from assay.inventory.kinds.fingerprints import look_up

INDEX = index_of(project("alpha", ["1.0", "1.1", "1.3", "1.4"], units=6, changed=3))


def held(version: str, first: int, after: int):
    parts = texts("alpha", version, 6, 3)[first:after]
    facts = look_up(blob([one for part in parts for one in part if b"version" not in one]), INDEX)
    (claim,) = claims(facts, INDEX)
    return claim, facts.matches[0]


def ends(claim: Claim) -> tuple[str, str, str]:
    return claim.release.version, claim.release.low, claim.release.high


def test_two_files_tell_what_one_does_not():
    (alone,) = taken_together([held("1.1", 0, 1)], INDEX)
    both = taken_together([held("1.1", 0, 1), held("1.1", 1, 4)], INDEX)
    assert alone.release.low
    assert {ends(one) for one in both} == {("1.1", "", "")}


def test_files_of_different_releases_do_not_settle_each_other():
    found = taken_together([held("1.0", 0, 3), held("1.3", 3, 6)], INDEX)
    assert found[0].release.includes("1.0")
    assert found[1].release.includes("1.3")
    assert all(one.release.low or one.release.high for one in found)
