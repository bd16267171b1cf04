"""The graph of who answers whom, as SVG with whole numbers: the same everywhere."""

from assay.claims.report.view import Answer
from assay.report.markup import Markup, join, tag

MOST_ACTORS = 24
_ROW, _LEFT, _RIGHT, _WIDTH = 34, 250, 510, 760


def draw(answers: tuple[Answer, ...]) -> Markup | None:
    """Return speakers on the left, those they answer on the right, lines between."""
    if not answers:
        return None
    speakers = sorted({one.source for one in answers})[:MOST_ACTORS]
    targets = sorted({one.target for one in answers})[:MOST_ACTORS]
    height = _ROW * (max(len(speakers), len(targets)) + 1)
    pairs = sorted(
        {
            (one.source, one.target, one.kind)
            for one in answers
            if one.source in speakers and one.target in targets
        }
    )
    lines = [
        _line(speakers.index(source), targets.index(target), kind) for source, target, kind in pairs
    ]
    names = [_name(place, name, left=True) for place, name in enumerate(speakers)]
    names += [_name(place, name, left=False) for place, name in enumerate(targets)]
    return tag(
        "svg",
        join([*lines, *names]),
        viewBox=f"0 0 {_WIDTH} {height}",
        role="img",
        aria_label="Who answers whom",
    )


def _line(source: int, target: int, kind: str) -> Markup:
    y1, y2 = _ROW * (source + 1) - 5, _ROW * (target + 1) - 5
    dash = {"stroke_dasharray": "5 4"} if kind == "answers" else {}
    line = tag(
        "line",
        x1=str(_LEFT + 8),
        y1=str(y1),
        x2=str(_RIGHT - 8),
        y2=str(y2),
        stroke="currentColor",
        stroke_width="1.5",
        **dash,
    )
    label = tag(
        "text",
        kind,
        x=str((_LEFT + _RIGHT) // 2),
        y=str((y1 + y2) // 2 - 4),
        text_anchor="middle",
        font_size="11",
        fill="currentColor",
    )
    return join([line, label])


def _name(place: int, name: str, *, left: bool) -> Markup:
    shown = name if len(name) <= 34 else name[:33] + "…"
    x, anchor = (_LEFT, "end") if left else (_RIGHT, "start")
    return tag(
        "text",
        shown,
        x=str(x),
        y=str(_ROW * (place + 1)),
        text_anchor=anchor,
        font_size="13",
        fill="currentColor",
    )
