"""The last answer is kept for the same object, and for no other."""

from assay._kernel.latest import latest


def test_asks_once_for_the_same_object_and_again_for_another():
    asked = []

    @latest
    def size(content: bytes) -> int:
        asked.append(content)
        return len(content)

    first, second = bytes(bytearray(b"alike")), bytes(bytearray(b"alike"))
    assert [size(first), size(first), size(second), size(first)] == [5, 5, 5, 5]
    assert [one is first for one in asked] == [True, False, True]


def test_nothing_is_an_answer_too():
    asked = []
    ask = latest(asked.append)
    content = b"x" * 9
    assert ask(content) is None
    assert ask(content) is None
    assert len(asked) == 1
