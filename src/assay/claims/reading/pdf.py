"""PDF to text through the optional package pypdf, in a child process with limits.

A PDF is a hostile program as much as a page: the child may use little memory and time, and what
it returns is text with page breaks.
"""

import json
import subprocess
import sys

from assay.errors import UnreadableInput

MOST_BYTES = 64 << 20
_SECONDS = 60
_CHILD = """
import io, json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
resource.setrlimit(resource.RLIMIT_CPU, (50, 50))
import logging
logging.disable(logging.CRITICAL)
NAMES = {"title": "/Title", "author": "/Author", "date": "/CreationDate"}
try:
    import pypdf
except ImportError:
    print(json.dumps({"absent": True}))
    raise SystemExit
try:
    reader = pypdf.PdfReader(io.BytesIO(sys.stdin.buffer.read()))
    pages, total = [], 0
    for page in reader.pages[:2000]:
        text = page.extract_text() or ""
        total += len(text)
        pages.append(text)
        if total > 4_000_000:
            break
    meta = reader.metadata or {}
    said = {key: str(meta.get(name) or "") for key, name in NAMES.items()}
    print(json.dumps({"pages": pages, **said}))
except Exception as error:
    print(json.dumps({"error": type(error).__name__}))
"""


def is_pdf(data: bytes) -> bool:
    """Tell whether *data* is a PDF."""
    return data[:1024].lstrip().startswith(b"%PDF-")


def read_pdf(data: bytes) -> tuple[str, dict[str, str]]:
    """Return the text of a PDF, pages apart by a form feed, and its title, author and date.

    Raises UnreadableInput when the extra is absent, a limit is met or the file is broken.
    """
    if len(data) > MOST_BYTES:
        raise UnreadableInput("The PDF is larger than 64 MiB.", advice="Hand in its text instead.")
    try:
        child = subprocess.run(
            [sys.executable, "-I", "-c", _CHILD],
            input=data,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnreadableInput(
            "Reading the PDF took too long.", advice="Hand in its text instead."
        ) from None
    try:
        answer = json.loads(child.stdout.decode("utf-8", "replace") or "{}")
    except ValueError:
        answer = {}
    if answer.get("absent"):
        raise UnreadableInput(
            "Reading PDF needs the optional package pypdf.",
            advice="Install assay[pdf], or hand in the text.",
        )
    if "pages" not in answer:
        reason = answer.get("error", "it stopped at a limit")
        raise UnreadableInput(
            f"The PDF cannot be read: {reason}.", advice="Hand in its text instead."
        )
    date = str(answer["date"]).removeprefix("D:")
    stamp = f"{date[:4]}-{date[4:6]}-{date[6:8]}" if date[:8].isdigit() else ""
    text = "\n\n".join(str(page) for page in answer["pages"])
    text = text.encode("utf-8", "replace").decode()
    return text, {"title": str(answer["title"]), "author": str(answer["author"]), "date": stamp}
