"""How many findings on the test set for undocumented access are confirmed by emulation.

    python benchmarks/backdoor_confirmation.py --half development|measured [--isa mips ...]
        [--details]

Builds the half's programs with their clean twins as `backdoors.py` does. Counts, per instruction
set, the planted programs with a finding that points at the access path, those of them with one
that is confirmed, and the confirmations on twins and beside the path. Prints Markdown.
"""

import argparse
import time
from collections import defaultdict
from dataclasses import dataclass

from backdoor_builds import HALVES, TARGETS, build, load, ways
from backdoors import share

from assay.code import Access, NotAnElf, accesses, index
from assay.code.emulate.confirm import TRIGGERED, confirmed


@dataclass
class Count:
    """Counts over the programs of one instruction set."""

    programs: int = 0
    eligible: int = 0
    confirmed: int = 0
    beside: int = 0
    twins: int = 0
    seconds: float = 0
    longest: float = 0


def examined(content: bytes, count: Count) -> list[Access]:
    """Return the ways into the program *content*, with confirmations; the time goes to *count*."""
    try:
        found = index(content)
    except NotAnElf:
        return []
    plain = accesses(found, takes_input=True)
    started = time.process_time()
    shown = confirmed(found, plain)
    spent = time.process_time() - started
    count.seconds += spent
    count.longest = max(count.longest, spent)
    found.release()
    return list(shown)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=HALVES, required=True)
    parser.add_argument("--isa", nargs="*", default=[target.name for target in TARGETS])
    parser.add_argument("--details", action="store_true")
    options = parser.parse_args()
    counts: dict[str, Count] = defaultdict(Count)
    for number, program in enumerate(load(options.half)):
        for way in ways(program, number, full=False):
            if way.target.name not in options.isa:
                continue
            count = counts[way.target.name]
            planted = build(program, way, "planted")
            found = examined(planted.content, count)
            right = [one for one in found if _inside(one, planted.addresses)]
            shown = [one for one in found if one.confirmed is not None]
            count.programs += 1
            count.eligible += any(one.shape in TRIGGERED for one in right)
            count.confirmed += any(one in right for one in shown)
            count.beside += sum(one not in right for one in shown)
            clean = examined(build(program, way, "clean").content, count)
            accused = [one for one in clean if one.confirmed is not None]
            count.twins += bool(accused)
            if options.details:
                state = "confirmed" if any(one in right for one in shown) else "-"
                shapes = ", ".join(sorted({one.shape for one in right})) or "not found"
                print(f"{state} {program.name} {way} ({program.shape}): {shapes}")
                for one in accused:
                    print(f"  twin: {one.shape} `{one.constant}` {one.payload}")
    print("| isa | programs | with a finding that can be | confirmed | beside | twins | s | most |")
    print("|---|---|---|---|---|---|---|---|")
    for name, one in sorted(counts.items()):
        print(
            f"| {name} | {one.programs} | {one.eligible} | {share(one.confirmed, one.eligible)} "
            f"| {one.beside} | {one.twins} | {one.seconds:.1f} | {one.longest:.2f} |"
        )


def _inside(way: Access, spans: tuple[tuple[int, int], ...]) -> bool:
    places = (way.function, way.compare, way.sink)
    return any(first <= place < last for first, last in spans for place in places)


if __name__ == "__main__":
    main()
