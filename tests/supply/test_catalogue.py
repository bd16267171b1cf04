from assay._kernel import canonical
from assay.supply.catalogue import ListState, shipped, with_lists
from assay.supply.dates import first_day, last_day
from assay.supply.lists.importing import importers
from assay.supply.questions import ROLES, USES
from assay.supply.records import Party, PartyName


def test_every_row_has_a_source_and_says_what_is_not_verified():
    for measure in shipped().measures:
        assert measure.source.title, measure.id
        assert measure.verified or measure.unverified, measure.id
        assert measure.binds, measure.id
        assert measure.intervals, measure.id


def test_references_between_rows_lead_somewhere():
    catalogue = shipped()
    measures = {measure.id for measure in catalogue.measures}
    parties = {party.id for party in catalogue.parties}
    for measure in catalogue.measures:
        assert set(measure.opposes) <= measures, measure.id
        assert set(measure.affiliates_of) <= measures, measure.id
        assert not measure.list or measure.list in importers(), measure.id
        for exemption in measure.exemptions:
            assert set(exemption.parties) <= parties, exemption.id
    for party in catalogue.parties:
        assert {listing.measure for listing in party.listings} <= measures, party.id
        assert {owner.owner for owner in party.owners} <= parties, party.id


def test_opposition_is_told_on_both_sides():
    by_id = {measure.id: measure for measure in shipped().measures}
    for measure in by_id.values():
        for other in measure.opposes:
            assert measure.id in by_id[other].opposes, (measure.id, other)


def test_ids_are_unique_and_intervals_in_order():
    catalogue = shipped()
    assert len({m.id for m in catalogue.measures}) == len(catalogue.measures)
    assert len({p.id for p in catalogue.parties}) == len(catalogue.parties)
    for measure in catalogue.measures:
        for interval in measure.intervals:
            assert not interval.until or first_day(interval.since) <= last_day(interval.until)


def test_a_catalogue_is_canonical_and_its_digest_depends_on_the_lists():
    base = shipped()
    assert canonical.encode(base) == canonical.encode(shipped())
    state = ListState(
        list="own", title="x", as_of="2026-01-01", stale_after_days=1, parties=1, sha256="0" * 64
    )
    party = Party(id="own/1", names=(PartyName(text="X"),), list="own")
    more = with_lists(base, [(state, (party,))])
    assert more.digest != base.digest
    assert len(more.parties) == len(base.parties) + 1


def test_the_data_speaks_the_words_that_questions_may_use():
    for measure in shipped().measures:
        assert set(measure.binds) <= {*ROLES, "any"}, measure.id
        assert set(measure.affects) <= set(USES), measure.id
        for exemption in measure.exemptions:
            assert set(exemption.uses) <= set(USES), exemption.id
