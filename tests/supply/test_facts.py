from assay.supply.facts import measure_facts


def test_the_entity_listing_of_2019_with_its_affiliates():
    facts = [
        fact
        for fact in measure_facts()
        if fact.measure == "us.bis.entity-list" and "Huawei" in fact.names
    ]
    counts = [(fact.since, fact.affiliates) for fact in facts]
    assert counts == [("2019-05-16", 68), ("2019-08-19", 46), ("2020-08", 38)]
    assert facts[0].authority == "US"
    assert "84 FR" in facts[1].reference
    assert not facts[2].verified


def test_measures_without_a_listing_date_count_from_their_own():
    (fact,) = [
        fact
        for fact in measure_facts()
        if fact.measure == "gb.dvd-huawei" and "Huawei" in fact.names
    ]
    assert (fact.since, fact.until, fact.affiliates) == ("2022-10-13", "", -1)


def test_the_order_is_fixed():
    facts = measure_facts()
    keys = [(fact.measure, fact.target, fact.since) for fact in facts]
    assert keys == sorted(keys)
    assert len(facts) > 40
