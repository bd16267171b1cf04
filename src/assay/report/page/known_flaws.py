"""Known flaws: the ten that matter first with their proofs, the others, and what was searched."""

from assay.model.flaws import FlawSearch, KnownFlaw, Searched
from assay.model.result import Evaluation
from assay.report.flaws.entries import STATUS_WORDS
from assay.report.markup import Markup, join, tag
from assay.report.page.words import badge, plural

FIRST = 10
MOST_ROWS = 400
MOST_EXCLUDED = 200


def known_flaws_section(evaluation: Evaluation) -> Markup:
    """Return the section; without advisories it says how to get some."""
    search = evaluation.flaw_search
    heading = tag("h2", "Known flaws", id="flaws")
    if search is None or not search.snapshot:
        says = search.problems[0] if search and search.problems else "They were not looked for."
        return tag("section", heading, tag("p", f"Not looked for: {says}"))
    flaws = [one for one in evaluation.flaws if one.status != "not-affected"]
    excluded = [one for one in evaluation.flaws if one.status == "not-affected"]
    return tag(
        "section",
        heading,
        tag("p", _intro(search, flaws)),
        join(_first(flaw) for flaw in flaws[:FIRST]),
        _table(flaws[FIRST:], "The others"),
        _excluded(excluded),
        _searched(search),
    )


def _intro(search: FlawSearch, flaws: list[KnownFlaw]) -> str:
    sure = sum(flaw.status == "affected" for flaw in flaws)
    exploited = sum(bool(flaw.exploited) for flaw in flaws)
    return (
        f"{plural(sure, 'flaw')} that affect components of the image, {len(flaws) - sure} that "
        f"may; {exploited} of them known to be exploited. Advisories until {search.as_of} "
        f"({', '.join(search.sources)}), snapshot {search.snapshot[:16]}. The order is by "
        "severity, exploitation and exposure in this image."
    )


def _first(flaw: KnownFlaw) -> Markup:
    facts = [STATUS_WORDS[flaw.status]]
    if flaw.score >= 0:
        facts.append(f"CVSS {flaw.score // 10}.{flaw.score % 10}")
    if flaw.exploited:
        facts.append(f"exploited, listed since {flaw.exploited}")
    if flaw.likelihood >= 0:
        facts.append(f"EPSS {flaw.likelihood // 10_000}.{flaw.likelihood // 1000 % 10} %")
    facts += [f"CWE-{number}" for number in flaw.cwe[:3]]
    return tag(
        "details",
        tag("summary", badge(flaw.severity), tag("b", flaw.id), " ", flaw.says),
        tag("p", flaw.summary) if flaw.summary else None,
        tag("p", " · ".join(facts), class_="small"),
        _list("Rests on", [f"{one.by}: {one.affects} ({one.status})" for one in flaw.grounds]),
        _list("Speaks against it, or is not known", list(flaw.doubts)),
        _list("In this image", list(flaw.exposure)),
        _list("Stated", [f"{one.author}: {one.status} {one.says}" for one in flaw.statements]),
        join(
            tag(
                "figure",
                tag("figcaption", f"{one.path}  offset {one.offset:#x}", class_="path"),
                tag("pre", one.excerpt),
            )
            for one in flaw.proofs[:1]
        ),
        class_=f"finding {flaw.severity}",
        open="open",
    )


def _list(title: str, lines: list[str]) -> Markup | None:
    if not lines:
        return None
    return join([tag("p", tag("b", f"{title}: "), "; ".join(lines))])


def _table(flaws: list[KnownFlaw], title: str) -> Markup | None:
    if not flaws:
        return None
    head = join(tag("th", text) for text in ("Flaw", "Component", "Answer", "Why"))
    body = join(_row(flaw) for flaw in flaws[:MOST_ROWS])
    left = len(flaws) - MOST_ROWS
    return tag(
        "details",
        tag("summary", f"{title}: {len(flaws)}"),
        tag("div", tag("table", tag("thead", tag("tr", head)), tag("tbody", body)), class_="wide"),
        tag("p", f"{left} more are in evaluation.json.") if left > 0 else None,
    )


def _row(flaw: KnownFlaw) -> Markup:
    ground = f"{flaw.grounds[0].by}: {flaw.grounds[0].affects}" if flaw.grounds else ""
    return tag(
        "tr",
        tag("td", badge(flaw.severity), flaw.id),
        tag("td", f"{flaw.component} {flaw.version}"),
        tag("td", STATUS_WORDS[flaw.status]),
        tag("td", "; ".join([ground, *flaw.doubts[:1]])),
    )


def _excluded(flaws: list[KnownFlaw]) -> Markup | None:
    """Return the flaws that a record counts and that do not apply here, with why."""
    if not flaws:
        return None
    rows = join(tag("li", flaw.says) for flaw in flaws[:MOST_EXCLUDED])
    return tag(
        "details",
        tag("summary", f"Counted by a record, but not affecting this image: {len(flaws)}"),
        tag("ul", rows),
    )


def _searched(search: FlawSearch) -> Markup:
    titles = ("Component", "Records held", "Affect", "May affect", "Do not", "Undecided")
    head = join(tag("th", text) for text in titles)
    body = join(_counts(one) for one in search.searched)
    return tag(
        "details",
        tag("summary", "What the advisories held on each component"),
        tag("div", tag("table", tag("thead", tag("tr", head)), tag("tbody", body)), class_="wide"),
    )


def _counts(one: Searched) -> Markup:
    numbers = (one.records, one.affected, one.possibly, one.not_affected, one.undecided)
    return tag(
        "tr",
        tag("td", f"{one.component} {one.version or '(version unknown)'}"),
        join(tag("td", str(number)) for number in numbers),
    )
