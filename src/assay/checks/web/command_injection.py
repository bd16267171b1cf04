"""Shell handlers that run a part of the request as a command. Reference: RFC 3875; CWE-78."""

from collections.abc import Iterator

from assay._kernel import lazy_re
from assay.checks.check import Check, Scope, at
from assay.checks.web.pages import is_handler
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.text import TextFacts
from assay.model.result import Finding

CHECK = Check(
    id="web.command-injection",
    version=1,
    title="Shell handler that evaluates the request",
    severity="critical",
    about="`eval` and `sh -c` read the request as shell text: whoever reaches the page runs "
    "commands with the server's rights.",
    looks_at="shell scripts that read variables of the common gateway interface",
    not_a_finding="Scripts that only compare or print the request; what programs do with it.",
    cwe=(78, 95),
    advice="Take the request apart without eval, and check each value against what it may be.",
    references=("https://www.rfc-editor.org/rfc/rfc3875#section-4.1",),
)

_SHELL = lazy_re.compile(r"#![ \t]*\S*/(?:env[ \t]+)?(?:b?a|da|k)?sh\b")
_REQUEST = r"\$\{?(?:QUERY_STRING|PATH_INFO|REQUEST_URI|HTTP_[A-Z_]{2,30}|REMOTE_USER|POST_DATA)\b"
_READS = lazy_re.compile(_REQUEST)
_EVALUATES = lazy_re.compile(
    r"(?:^|[;&|({`]|\b(?:then|do|else))[ \t]*(?:eval|(?:/bin/)?(?:a|ba)?sh[ \t]+-c)[ \t]"
    rf"[^#\n]{{0,200}}?{_REQUEST}"
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for every shell handler that evaluates the request."""
    for node, facts in image.of(TextFacts):
        if _SHELL.match(facts.text) is None or _READS.search(facts.text) is None:
            continue
        scope.saw()
        if facts.truncated:
            scope.gap(f"{node.path}: only the beginning of the script was read")
        lines = [line for line in facts.lines() if _evaluates(line)]
        if lines:
            yield CHECK.finding(
                node,
                f"The shell script {node.inner} evaluates a part of the web request as shell "
                "text, without a check in that command.",
                [at(node, line) for line in lines[:10]],
                severity="critical" if is_handler(image, node) else "high",
                confidence="firm",
            )


def _evaluates(line: Span) -> bool:
    text = line.text.strip(". ")
    return not text.startswith("#") and _EVALUATES.search(text) is not None
