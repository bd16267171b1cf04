"""`assay show`: one file of an image by its path, as text, hex, strings, facts or machine code."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from assay._kernel.scratch import scratch_folder
from assay.cli.show_code import MOST, add_questions, asked, show_code
from assay.model.tree import Node

SUMMARY = "show a file of an image: text, hex, strings, facts or machine code"
EXAMPLES = """\
examples:
  assay show firmware.bin /etc/passwd
  assay show firmware.bin /bin/busybox --strings
  assay show firmware.bin /usr/sbin/httpd --facts
  assay show firmware.bin /usr/sbin/httpd --calls
  assay show firmware.bin /usr/sbin/httpd --xrefs system
  assay show program.elf --disassemble main
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("image", help="image file, directory or tar")
    parser.add_argument(
        "path",
        nargs="?",
        help="path in the image, in full or from its file system's root; none: IMAGE itself",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--text", action="store_true", help="as text, control characters shown")
    how.add_argument("--hex", action="store_true", help="as a hex dump")
    how.add_argument("--strings", action="store_true", help="printable strings with offsets")
    how.add_argument("--facts", action="store_true", help="what the analysers state, as JSON")
    how.add_argument("--raw", action="store_true", help="the bytes themselves")
    add_questions(how)
    parser.add_argument(
        "--most", type=int, default=MOST, metavar="N", help=f"most lines of code views ({MOST})"
    )
    parser.add_argument("--json", action="store_true", help="print code views and facts as JSON")
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def run(arguments: argparse.Namespace) -> int:
    """Find the file and print it as asked."""
    from assay.cli import PASS

    if arguments.path is None:
        _show_input(Path(arguments.image), arguments)
    else:
        _show_inside(arguments)
    return PASS


def _show_input(path: Path, arguments: argparse.Namespace) -> None:
    """Show the input itself, a program for instance, without taking it apart."""
    from assay.errors import UnreadableInput, UsageError

    if arguments.facts:
        raise UsageError("--facts needs a path in the image", advice="Give a PATH.")
    if not path.is_file():
        advice = "Give a file, or a PATH in the image."
        raise UnreadableInput(f"{path} is no file that can be read", advice=advice)
    _print_content(path.read_bytes(), arguments)


def _show_inside(arguments: argparse.Namespace) -> None:

    from assay.cli.progress import Progress
    from assay.errors import UnknownName
    from assay.gather.gather import gather

    def wanted(node: Node) -> bool:
        return arguments.path in {node.path, node.inner}

    progress = Progress(quiet=arguments.quiet)
    with scratch_folder() as store:
        _, found = gather(
            Path(arguments.image),
            store=Path(store),
            keep=wanted,
            observer=lambda *counts: progress("unpack", *counts),
        )
        progress.close()
        matches = [node for node in found.nodes if wanted(node)]
        if not matches:
            raise UnknownName(
                f"no file {arguments.path} in {arguments.image}",
                advice="`assay unpack IMAGE` lists all paths.",
            )
        for node in matches:
            content = (Path(store) / node.blob).read_bytes() if node.blob else b""
            _show(node, content, found.facts.get(node.blob or "", {}), arguments)
            if arguments.raw or arguments.json:
                break


def _show(
    node: Node, content: bytes, facts: dict[str, bytes], arguments: argparse.Namespace
) -> None:
    if not arguments.raw and not arguments.json:
        mode = f"{node.mode:04o}" if node.mode >= 0 else "----"
        print(f"{node.path}  {node.kind}  {mode}  {node.size} bytes  {node.blob or ''}")
        if node.target:
            print(f"-> {node.target}")
    if arguments.facts:
        _print_facts(facts, whole=arguments.json)
    elif content or node.kind == "file":
        _print_content(content, arguments)


def _print_content(content: bytes, arguments: argparse.Namespace) -> None:
    if asked(arguments):
        show_code(content, arguments)
    elif arguments.raw:
        sys.stdout.buffer.write(content)
    elif arguments.strings:
        for offset, text in _strings(content):
            print(f"{offset:#010x}  {text}")
    elif arguments.hex or (not arguments.text and b"\0" in content[:1024]):
        for line in _hex(content):
            print(line)
    elif content:
        print(_plain(content))


def _print_facts(facts: dict[str, bytes], *, whole: bool) -> None:
    import msgspec

    if whole:
        told = {name: msgspec.msgpack.decode(encoded) for name, encoded in facts.items()}
        print(msgspec.json.encode(told, order="sorted").decode())
        return
    for name, encoded in sorted(facts.items()):
        readable = msgspec.json.format(msgspec.json.encode(msgspec.msgpack.decode(encoded)))
        print(f"{name}: {readable.decode()}")


def _plain(content: bytes) -> str:
    """Return *content* as text that cannot control the terminal."""
    from assay._kernel.printable import printable

    return "\n".join(printable(line.expandtabs()) for line in content.splitlines())


def _strings(content: bytes, least: int = 6) -> Iterator[tuple[int, str]]:
    import re

    for match in re.finditer(rb"[\x20-\x7e\t]{%d,}" % least, content):
        yield match.start(), match.group().decode("ascii").expandtabs()


def _hex(content: bytes) -> Iterator[str]:
    from assay.inventory.kind import shown

    for at in range(0, len(content), 16):
        row = content[at : at + 16]
        yield f"{at:#010x}  {row.hex(' '):47}  {shown(row)}"
