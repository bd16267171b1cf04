"""`assay formats`: what can be unpacked, and within which limits."""

import argparse

SUMMARY = "list the formats that can be unpacked"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("name", nargs="?", help="show one format in full")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """List all formats, or show one."""
    from assay._kernel import canonical
    from assay.cli import PASS
    from assay.errors import UnknownName
    from assay.unpack.registry import formats

    found = sorted((m.FORMAT for m in formats()), key=lambda f: (f.family, f.name))
    if arguments.name:
        found = [one for one in found if one.name == arguments.name]
        if not found:
            raise UnknownName(f"no format named {arguments.name}", advice="See `assay formats`.")
    if arguments.json:
        rows = [
            {"name": f.name, "family": f.family, "about": f.about, "limits": f.limits,
             "references": f.references} for f in found
        ]  # fmt: skip
        print(canonical.encode(rows).decode())
        return PASS
    for one in found:
        print(f"{one.family:12} {one.name:18} {one.about}")
        if arguments.name:
            for line in (*one.limits, *one.references):
                print(f"{'':12} {line}")
    return PASS
