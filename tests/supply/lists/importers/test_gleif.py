from pathlib import Path

from assay.supply.lists.importers import gleif_entities, gleif_relations
from assay.supply.lists.importing import merged
from assay.supply.lists.reading import ReadingReport

CHILD, PARENT = "CHILD000000000000001", "PARENT00000000000002"
ENTITIES = f"""LEI,Entity.LegalName,Entity.LegalName.xmllang,\
Entity.OtherEntityNames.OtherEntityName.1,\
Entity.LegalAddress.Country,Entity.RegistrationAuthority.RegistrationAuthorityID,\
Entity.RegistrationAuthority.RegistrationAuthorityEntityID
{CHILD},Quorvex GmbH,de,QV GmbH,DE,RA000242,HRB 1
{PARENT},Quorvex Holding SA,fr,,LU,,
short,Broken,en,,US,,
"""
RELATIONS = f"""Relationship.StartNode.NodeID,Relationship.StartNode.NodeIDType,\
Relationship.EndNode.NodeID,Relationship.EndNode.NodeIDType,Relationship.RelationshipType,\
Relationship.RelationshipStatus,Relationship.Period.1.startDate,Relationship.Period.1.endDate,\
Relationship.Period.1.periodType,Relationship.Period.2.startDate,Relationship.Period.2.endDate,\
Relationship.Period.2.periodType,Relationship.Quantifiers.1.QuantifierAmount,\
Relationship.Quantifiers.1.QuantifierUnits,Registration.LastUpdateDate
{CHILD},LEI,{PARENT},LEI,IS_DIRECTLY_CONSOLIDATED_BY,ACTIVE,2019-01-01,2019-12-31,\
ACCOUNTING_PERIOD,2018-05-01T00:00:00Z,,RELATIONSHIP_PERIOD,75.5,PERCENTAGE,2020-01-01
{CHILD},LEI,{PARENT},LEI,IS_FUND-MANAGED_BY,ACTIVE,,,,,,,,,
x,LEI,{PARENT},LEI,IS_DIRECTLY_CONSOLIDATED_BY,ACTIVE,,,,,,,,,
{PARENT},LEI,{CHILD},LEI,IS_ULTIMATELY_CONSOLIDATED_BY,INACTIVE,,,,,,,,,2021-06-01
"""


def test_entities_and_relations_join(tmp_path: Path):
    one, two = tmp_path / "lei2.csv", tmp_path / "rr.csv"
    one.write_text(ENTITIES)
    two.write_text(RELATIONS)
    first, second = ReadingReport(), ReadingReport()
    parties = [*gleif_entities.read(one, first), *gleif_relations.read(two, second)]
    child, parent = merged(parties)
    assert [name.text for name in child.names] == ["Quorvex GmbH", "QV GmbH"]
    assert (child.country, child.ids[1].scheme) == ("DE", "RA000242")
    (share,) = child.owners
    assert (share.owner, share.kind, share.permille) == (parent.id, "consolidation", 755)
    assert (share.since, share.until) == ("2018-05-01", "")
    assert parent.owners[0].until == "2021-06-01"
    assert (first.count, second.count) == (1, 1)
