"""`assay cache`: what is remembered of earlier evaluations, and how to forget it."""

import argparse

SUMMARY = "show or clear the cache of analysed content"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("action", nargs="?", choices=("show", "clear"), default="show")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Show how much the cache holds, or clear it."""
    from assay._kernel import canonical
    from assay._kernel.cache import Cache, default_folder
    from assay.cli import PASS
    from assay.cli.console import size_text

    cache = Cache(default_folder())
    if arguments.action == "clear":
        cache.clear()
    usage = cache.usage()
    if arguments.json:
        rows = [{"space": u.space, "entries": u.entries, "bytes": u.size} for u in usage]
        print(canonical.encode({"file": str(cache.file), "spaces": rows}).decode())
        return PASS
    print(cache.file)
    for one in usage:
        print(f"{one.space:14} {one.entries:8} entries  {size_text(one.size)}")
    if not usage:
        print("empty")
    return PASS
