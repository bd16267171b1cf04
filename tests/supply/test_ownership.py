from assay.supply.ownership import MOST_ANCESTORS, OwnershipGraph
from assay.supply.records import Identifier, Ownership, Party, PartyName


def party(key: str, *owners: Ownership, **more: object) -> Party:
    return Party(id=key, names=(PartyName(text=f"{key} Ltd"),), owners=owners, **more)


def graph(*parties: Party) -> OwnershipGraph:
    return OwnershipGraph({one.id: one for one in parties})


def own(owner: str, permille: int = -1, **more: object) -> Ownership:
    return Ownership(owner=owner, permille=permille, **more)


def listed(*names: str):
    return lambda key: key in names


DAY = "2025-10-01"


def test_half_is_enough_for_the_half_rule_but_no_majority():
    found = graph(party("a", own("l", 500)), party("l"))
    assert found.reach("a", listed("l"), "half", DAY).reach == "reached"
    assert found.reach("a", listed("l"), "majority-or-control", DAY).reach == "not-reached"
    assert found.reach("a", listed("l"), "none", DAY).reach == "not-reached"


def test_shares_of_several_listed_owners_add_up():
    found = graph(party("a", own("l", 250), own("m", 250)), party("l"), party("m"))
    reached = found.reach("a", listed("l", "m"), "half", DAY)
    assert (reached.reach, reached.permille) == ("reached", 500)
    assert found.reach("a", listed("l"), "half", DAY).reach == "not-reached"


def test_a_reached_owner_counts_whole_further_down():
    found = graph(party("a", own("b", 500)), party("b", own("l", 500)), party("l"))
    reached = found.reach("a", listed("l"), "half", DAY)
    assert reached.reach == "reached"
    assert [(step.party, step.owner) for step in reached.path] == [("a", "b"), ("b", "l")]


def test_shares_count_only_while_they_are_held():
    found = graph(party("a", own("l", 600, since="2024-01-01", until="2025-06-30")), party("l"))
    assert found.reach("a", listed("l"), "half", "2025-06-30").reach == "reached"
    assert found.reach("a", listed("l"), "half", "2025-07-01").reach == "not-reached"
    assert found.reach("a", listed("l"), "half", "2023-12-31").reach == "not-reached"


def test_a_share_that_is_not_stated_makes_the_answer_possible():
    found = graph(party("a", own("l")), party("l"))
    assert found.reach("a", listed("l"), "half", DAY).reach == "possible"
    controlled = graph(party("a", own("l", kind="control")), party("l"))
    assert controlled.reach("a", listed("l"), "subsidiaries", DAY).reach == "reached"


def test_rings_end_and_do_not_lift_themselves():
    ring = graph(party("a", own("b", 1000)), party("b", own("a", 1000)), party("l"))
    assert ring.reach("a", listed("l"), "half", DAY).reach == "not-reached"
    tied = graph(party("a", own("b", 600)), party("b", own("a", 400), own("l", 600)), party("l"))
    assert tied.reach("a", listed("l"), "half", DAY).reach == "reached"
    own_listing = graph(party("a", own("a", 1000)))
    assert own_listing.reach("a", listed("a"), "half", DAY).reach == "not-reached"


def test_a_bottomless_chain_is_cut_and_said_to_be():
    chain = [party(f"n{i}", own(f"n{i + 1}", 1000)) for i in range(MOST_ANCESTORS * 2)]
    found = graph(*chain).reach("n0", listed(f"n{MOST_ANCESTORS * 2 - 1}"), "half", DAY)
    assert found.reach == "not-reached"
    assert not found.complete


def test_owners_may_be_named_by_identifier():
    lei = Identifier(scheme="lei", value="529900T8BM49AURSDO55")
    found = graph(party("a", own("lei:529900T8BM49AURSDO55", 1000)), party("l", ids=(lei,)))
    assert found.reach("a", listed("l"), "half", DAY).reach == "reached"


def test_rows_of_two_lists_are_one_party_by_lei_or_by_name_and_country():
    lei = Identifier(scheme="lei", value="529900T8BM49AURSDO55")
    found = graph(
        party("x/l", list="x", ids=(lei,)),
        party("y/l", own("y/top", 1000), list="y", ids=(lei,)),
        party("y/top", list="y"),
    )
    assert found.same("x/l") == ["x/l", "y/l"]
    assert found.reach("x/l", listed("y/top"), "half", DAY).reach == "reached"
    name = (PartyName(text="Zebra Maritime Ltd"),)
    named = OwnershipGraph(
        {
            "x/1": Party(id="x/1", names=name, country="GB", list="x"),
            "y/1": Party(id="y/1", names=name, country="GB", list="y"),
            "y/2": Party(id="y/2", names=name, country="FR", list="y"),
        }
    )
    assert named.same("x/1") == ["x/1", "y/1"]
    assert named.same("y/2") == ["y/2"]
