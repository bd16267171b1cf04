"""The answer that a reader needs first: what got worse, what better, what could not be told."""

from collections.abc import Iterator

from assay.compare.versions.records import (
    TENTATIVE,
    Answer,
    Edition,
    Entry,
    Section,
    Weight,
)

_NOUNS: dict[str, tuple[str, str]] = {
    "programs": ("ability of a program", "abilities of programs"),
    "places": ("changed place", "changed places"),
    "openings": ("opening", "openings"),
    "rights": ("file with rights of its own", "files with rights of their own"),
    "ways-in": ("way in", "ways in"),
    "findings": ("finding", "findings"),
    "flaws": ("known flaw", "known flaws"),
    "components": ("component", "components"),
    "services": ("service", "services"),
    "accounts": ("account", "accounts"),
    "keys": ("key", "keys"),
    "endpoints": ("host", "hosts"),
    "files": ("file", "files"),
}
_WORDS = {
    "new": "{} new {}",
    "gone": "{} {} gone",
    "up": "{} newer {}",
    "down": "{} older {}",
    "changed": "{} changed {}",
    "unclear": "{} {} of unclear version",
}
_SEVERITIES = ("critical", "high", "medium", "low")
MOST_NAMED = 3
SHORT = 90
NOTHING_SEEN = "Nothing that these tests see"


def answer_of(sections: tuple[Section, ...], old: Edition, new: Edition) -> Answer:
    """Return the answer that *sections* give."""
    worse, better = _lines(sections, "worse"), _lines(sections, "better")
    unclear = (*_lines(sections, "unknown"), *_blind(old, new, sections))
    return Answer(line=_line(worse, better, unclear), worse=worse, better=better, unclear=unclear)


def _line(worse: tuple[str, ...], better: tuple[str, ...], unclear: tuple[str, ...]) -> str:
    parts = [
        f"worse: {_leads(worse)}" if worse else "nothing that was tested got worse",
        f"better: {_leads(better)}" if better else "nothing that was tested got better",
    ]
    if unclear:
        parts.append(f"{len(unclear)} point{'s' if len(unclear) > 1 else ''} could not be told")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _leads(lines: tuple[str, ...]) -> str:
    """Return the counts that *lines* begin with."""
    return ", ".join(line.partition(":")[0] for line in lines)


def _lines(sections: tuple[Section, ...], weight: Weight) -> tuple[str, ...]:
    return tuple(line for section in sections for line in _of_section(section, weight))


def _of_section(section: Section, weight: Weight) -> Iterator[str]:
    for change, word in _WORDS.items():
        those = [one for one in section.entries if (one.weight, one.change) == (weight, change)]
        if those:
            one, many = _NOUNS[section.name]
            noun = one if len(those) == 1 else many
            named = "; ".join(_named(entry) for entry in those[:MOST_NAMED])
            more = f"; and {len(those) - MOST_NAMED} more" if len(those) > MOST_NAMED else ""
            yield f"{word.format(len(those), noun)}{_severities(those)}: {named}{more}"


def _severities(those: list[Entry]) -> str:
    counts = [(sum(one.severity == name for one in those), name) for name in _SEVERITIES]
    told = [f"{count} {name}" if len(those) > 1 else name for count, name in counts if count]
    tentative = sum(one.what.endswith(TENTATIVE) for one in those)
    if tentative:
        told.append(f"{tentative} tentative" if len(those) > 1 else "tentative")
    return f" ({', '.join(told)})" if told else ""


def _named(entry: Entry) -> str:
    text = entry.what.rstrip(".")
    if len(text) > SHORT:
        text = f"{text[:SHORT].rsplit(' ', 1)[0]} …"
    if entry.old and entry.new and len(entry.old + entry.new) <= SHORT:
        text += f" ({entry.old} → {entry.new})"
    return text


def _blind(old: Edition, new: Edition, sections: tuple[Section, ...]) -> Iterator[str]:
    """Yield what could not be seen of either version, and what was therefore not compared."""
    for which, one in (("old", old), ("new", new)):
        if one.coverage < 990:
            share = f"{one.coverage // 10}.{one.coverage % 10} %"
            yield f"only {share} of the {which} version's bytes are accounted for"
        if one.unread:
            yield f"{one.unread} files of the {which} version could not be read"
        if not one.files:
            yield f"no file was found in the {which} version: it may be encrypted or unknown"
    if new.problems > old.problems:
        yield f"reading the new version met {new.problems} problems, the old one {old.problems}"
    for section in sections:
        told = section.entries or section.note.startswith("Flaws")
        if section.name == "flaws" and section.note and not told:
            yield "known flaws: no advisories were used (`assay feeds sync`, then this again)"
        if section.name == "services" and section.note:
            yield section.note.rstrip(".")
