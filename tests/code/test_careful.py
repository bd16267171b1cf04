"""The careful pass knows at least what the fast one knows, and constants from several paths."""

from assay.code.careful import constant_arguments


def test_agrees_with_the_fast_pass(indexed):
    found = indexed("hidden")
    calls = found.calls_to(frozenset({"strncasecmp", "bind", "recvfrom"}))
    for number in range(3):
        fast, known = found.arguments(calls, number)
        careful = constant_arguments(found, calls, number)
        for value, sure, values in zip(fast.tolist(), known.tolist(), careful, strict=True):
            assert not sure or value in values


def test_an_argument_that_varies_has_no_constant(indexed):
    found = indexed("hidden")
    calls = found.calls_to(frozenset({"strcpy"}))
    assert constant_arguments(found, calls, 0)[0] == ()


def test_sees_every_text_of_merged_calls(indexed):
    found = indexed("hidden")
    calls = found.calls_to(frozenset({"puts"}))
    values = {value for several in constant_arguments(found, calls, 0) for value in several}
    texts = {found.string(value) for value in values if value}
    assert {b"answer a", b"answer d", b"failed"} <= texts
