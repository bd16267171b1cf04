"""A table of evaluations: format chain, files, bytes unknown, findings, seconds.

Usage: python benchmarks/table.py IMAGE [IMAGE …]. Every image is evaluated without a cache; its
regions must cover every byte. Prints Markdown.
"""

import sys
import time
from collections import Counter
from pathlib import Path

from assay.model.accounting import image_map
from assay.model.result import SEVERITIES, Evaluation
from assay.pipeline import evaluate


def chain(evaluation: Evaluation) -> str:
    """Return the formats of the image's map in the order of their bytes, once each."""
    rows = image_map(evaluation.containers, evaluation.nodes)
    names = [row.format for row in rows if row.format]
    inner = [c.regions[0].format for c in evaluation.containers if c.path and c.regions]
    return " ".join(dict.fromkeys(name for name in [*names, *inner] if name))


def counted(evaluation: Evaluation) -> str:
    """Return how many findings there are of each severity."""
    counts = Counter(finding.severity for finding in evaluation.findings)
    return " ".join(f"{counts[word]}{word[0]}" for word in SEVERITIES if counts[word]) or "0"


def main() -> None:
    """Evaluate and print one row for each image; exit with 1 when bytes are not accounted for."""
    print("| image | formats | files | unknown | encrypted | findings | verdict | problems | s |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name in sys.argv[1:]:
        started = time.perf_counter()
        done = evaluate(name).evaluation
        seconds = time.perf_counter() - started
        covered = done.coverage
        whole = covered.parsed + covered.padding + covered.encrypted + covered.unknown
        if whole != done.subject.size:
            raise SystemExit(f"{name}: {done.subject.size - whole} bytes are not accounted for")
        print(
            f"| {Path(name).name} | {chain(done)} | {covered.files} | {covered.unknown} "
            f"| {covered.encrypted} | {counted(done)} | {done.verdict} | {len(done.problems)} "
            f"| {seconds:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
