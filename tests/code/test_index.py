"""The whole index on every instruction set, against what the linker's symbols say."""

import numpy as np

IMPORTS = {"recvfrom", "strncasecmp", "system", "bind", "socket", "puts", "strcpy"}


def test_finds_every_function_of_a_stripped_program(indexed, target, truth):
    starts = set(indexed("hidden").functions.starts.tolist())
    missing = {name for name, at in truth[f"{target}-hidden"].items() if at not in starts}
    assert missing == set()


def test_claims_few_functions_that_are_none(indexed, target, truth):
    found = indexed("ordinary")
    known = truth[f"{target}-ordinary"].values()
    low, high = min(known), max(known)
    claimed = [at for at in found.functions.starts.tolist() if low <= at <= high]
    false = [at for at in claimed if at not in known]
    # Start-up code and import stubs lie between the program's own functions.
    assert len(false) <= 12


def test_names_the_imports_that_are_called(indexed):
    assert set(indexed("hidden").callee_names) >= IMPORTS


def test_knows_who_calls_whom(indexed, target, truth):
    found = indexed("hidden")
    places = truth[f"{target}-hidden"]
    pairs = set()
    for row, callee in zip(found.calls.row.tolist(), found.callee_names, strict=True):
        owner = int(found.owner[row])
        pairs.add((int(found.functions.starts[owner]), callee))
    assert (places["serve"], "recvfrom") in pairs
    assert (places["run"], "system") in pairs
    assert (places["remember"], "strcpy") in pairs


def test_sees_string_references(indexed, target, truth):
    found = indexed("hidden")
    places = truth[f"{target}-hidden"]
    seen = {}
    for row, at, length in zip(
        found.references.row.tolist(),
        found.references.target.tolist(),
        found.references.length.tolist(),
        strict=True,
    ):
        if length:
            owner = int(found.functions.starts[found.owner[row]])
            seen.setdefault(found.texts.text(at), set()).add(owner)
    assert places["serve"] in seen[b"open-sesame-91:"]
    assert places["answer"] in seen[b"status-of-all"]
    assert places["answer"] in seen[b"answer e"]


def test_reads_constant_arguments(indexed):
    found = indexed("hidden")
    calls = found.calls_to(frozenset({"strncasecmp"}))
    values, known = found.arguments(calls, 2)
    assert known.all()
    assert set(values.tolist()) == {15}
    texts, known = found.arguments(calls, 1)
    assert known.all()
    assert found.string(int(texts[0])) == b"open-sesame-91:"
    calls = indexed("ordinary").calls_to(frozenset({"listen"}))
    values, known = indexed("ordinary").arguments(calls, 1)
    assert known.tolist() == [True]
    assert values.tolist() == [5]


def test_explains_nearly_all_code(indexed):
    total, known = indexed("hidden").explained()
    assert total > 500
    assert known * 1000 // total >= 970


def test_rows_ascend_and_do_not_overlap(indexed):
    table = indexed("hidden").listing
    ends = table.address + table.size
    assert bool(np.all(table.address[1:] >= ends[:-1]))
