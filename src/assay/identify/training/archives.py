"""Members of Unix archives (`.a`): the translation units of a library, with their names.

Serves the making of the index. Layout: ar(5), with GNU long names.
"""

from collections.abc import Iterator

MAGIC = b"!<arch>\n"
HEADER = 60
MOST_MEMBERS = 20_000


def members_of(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the members of an archive; a damaged rest is left out."""
    if not content.startswith(MAGIC):
        return
    at, names = len(MAGIC), b""
    for _ in range(MOST_MEMBERS):
        header = content[at : at + HEADER]
        if len(header) < HEADER or header[58:] != b"`\n" or not header[48:58].strip().isdigit():
            return
        size = int(header[48:58])
        body = content[at + HEADER : at + HEADER + size]
        name = header[:16].rstrip(b" ")
        if name == b"//":
            names = body
        elif not name.startswith((b"/ ", b"/SYM")) and name != b"/":
            yield _name(name, names), body
        at += HEADER + size + (size & 1)


def _name(name: bytes, names: bytes) -> str:
    if name[:1] == b"/" and name[1:].isdigit():
        start = int(name[1:])
        name = names[start : start + 200].split(b"\n")[0]
    return name.rstrip(b"/").decode("latin-1")
