"""A small evaluation whose files and components a test chooses."""

from collections.abc import Callable

import pytest

from assay.judge.verdict import overall
from assay.model.result import Component, Coverage, Evaluation, Subject, Tool
from assay.model.tree import Node, Origin

ORIGIN = Origin(container="0" * 64, format="squashfs", offset=0, length=1)


def component(name: str, cpe: str = "") -> Component:
    return Component(
        name=name, version="1", purl="", cpe=cpe, kind="program", method="x", confidence=900
    )


@pytest.fixture
def made_evaluation() -> Callable[..., Evaluation]:
    """Return a function that makes an evaluation of an image with the given paths."""

    def make(*paths: str, name: str = "busybox", cpe: str = "", image: str = "a") -> Evaluation:
        return Evaluation(
            schema="x",
            subject=Subject(sha256=image * 64, size=1, kind="image"),
            tool=Tool(name="assay", version="0", digest="0" * 64),
            profile="p",
            profile_title="P",
            options=(),
            verdict=overall(()),
            coverage=Coverage(size=1, parsed=1, padding=0, encrypted=0, unknown=0),
            containers=(),
            nodes=tuple(Node(path=path, kind="file", origin=ORIGIN) for path in paths),
            components=(component(name, cpe),),
            results=(),
            verdicts=(),
            problems=(),
        )

    return make
