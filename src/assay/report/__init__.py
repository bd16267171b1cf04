"""Reports, one file per format, found by folder: a module has `REPORT` and `render`."""

from collections.abc import Callable, Iterator
from typing import Protocol

from assay._kernel.registry import modules_with
from assay._kernel.value import Value
from assay.model.result import Evaluation


class Report(Value):
    """The declaration of a report: its file name in a bundle, and what it is."""

    file: str
    about: str
    references: tuple[str, ...] = ()


class ReportModule(Protocol):
    """The shape of a report module.

    `render` takes the evaluation and the name under which the image was handed in; the same
    arguments always give the same bytes.
    """

    REPORT: Report
    render: Callable[[Evaluation, str], bytes]


def found() -> Iterator[ReportModule]:
    """Yield all report modules, each imported when its turn comes."""
    yield from modules_with("assay.report", "REPORT")


def reports() -> tuple[ReportModule, ...]:
    """Return all report modules, by file name."""
    return tuple(sorted(found(), key=lambda module: module.REPORT.file))


def render_all(evaluation: Evaluation, name: str) -> dict[str, bytes]:
    """Return every report of *evaluation* by file name."""
    return {module.REPORT.file: module.render(evaluation, name) for module in reports()}
