"""A screening as an HTML page."""

from html import escape

from assay.supply.answers import Match, Question, Screening, ScreeningReport
from assay.supply.report.page import basis, page, rulings_table, tag

MOST_SHOWN = 2_000


def screening_html(report: ScreeningReport) -> str:
    """Return the report as one self-contained page."""
    body = f'<p class="disclaimer">{escape(report.disclaimer)}</p>'
    body += f"<p>{question_text(report.question)}</p>"
    shown = report.screenings[:MOST_SHOWN]
    body += _overview(shown)
    if len(report.screenings) > len(shown):
        left = len(report.screenings) - len(shown)
        body += f"<p>{left} more subjects are in the JSON and CSV results.</p>"
    body += "".join(_section(screening) for screening in shown if _told(screening))
    body += basis(report.lists, report.catalogue, report.gaps, report.opposing)
    return page(f"Screening on {report.question.date}", body)


def question_text(question: Question) -> str:
    """Return the question in words, escaped."""
    parts = [f"Day: <strong>{escape(question.date)}</strong>"]
    parts.append(
        f"as known {escape(question.known) if question.known else 'with all that is loaded'}"
    )
    for name, values in (
        ("law of", question.jurisdictions),
        ("role", question.roles),
        ("use", question.uses),
    ):
        if values:
            parts.append(f"{name} {escape(', '.join(values))}")
    if question.domain:
        parts.append(f"domain {escape(question.domain)}")
    return "; ".join(parts)


def _overview(screenings: tuple[Screening, ...]) -> str:
    rows = "".join(
        f"<tr><td>{screening.subject.row}</td><td>{escape(screening.subject.name)}</td>"
        f"<td>{tag(screening.result)}</td><td>{escape(screening.says)}</td></tr>"
        for screening in screenings
    )
    head = "<tr><th>Row</th><th>Name</th><th>Result</th><th>In words</th></tr>"
    return f'<div class="wide"><table>{head}{rows}</table></div>'


def _section(screening: Screening) -> str:
    text = f"<h2>{escape(screening.subject.name)}</h2>"
    if screening.category:
        text += "<p>By what it is and where it was made:</p>" + rulings_table(screening.category)
    return text + "".join(_match(match) for match in screening.matches)


def _told(screening: Screening) -> bool:
    return bool(screening.matches or screening.category)


def _match(match: Match) -> str:
    decided = "taken for the same" if match.decision == "same" else "possibly the same"
    parts = "".join(
        f"<tr><td>{escape(part.part)}</td><td>{part.effect:+d}</td><td>{escape(part.says)}</td></tr>"
        for part in match.parts
    )
    return (
        f"<h3>{escape(match.name)}</h3><p>{decided}: score {match.score} of 1000 against "
        f"“{escape(match.matched_name)}” ({escape(match.name_kind)}, list {escape(match.list)})</p>"
        f"<details><summary>How the score came about (thousandths of log odds)</summary>"
        f"<table>{parts}</table></details>{rulings_table(match.rulings)}"
    )
