"""`assay unpack`: the tree of an image, listed or written to a folder."""

import argparse
from collections.abc import Iterable
from pathlib import Path

from assay.model.tree import Container, Node

SUMMARY = "list what an image holds, or write it to a folder"
EXAMPLES = """\
examples:
  assay unpack firmware.bin                    list every file with its mode and origin
  assay unpack firmware.bin --map              what every byte range of the image is
  assay unpack firmware.bin --to out/          write the files to a new folder
"""
LETTERS = {
    "file": "-", "directory": "d", "symlink": "l", "device": "c", "fifo": "p", "socket": "s",
    "hardlink": "h", "part": "=",
}  # fmt: skip


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("image", help="image file, directory or tar")
    parser.add_argument("--to", metavar="DIR", help="write the files to a new folder")
    parser.add_argument("--map", action="store_true", help="show what every byte range is")
    parser.add_argument("--workers", type=int, default=0, help="worker processes (default: all)")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Unpack, then list or export."""
    from assay.cli import INCONCLUSIVE, PASS
    from assay.cli.progress import Progress
    from assay.gather.export import export, prepare
    from assay.gather.gather import gather

    folder = Path(arguments.to) if arguments.to else None
    store = prepare(folder) if folder else None
    progress = Progress(quiet=arguments.quiet)
    try:
        _, found = gather(
            Path(arguments.image),
            workers=arguments.workers,
            observer=lambda *counts: progress("unpack", *counts),
            store=store,
            keep=(lambda node: node.kind == "file") if store else None,
        )
    except BaseException:
        _remove(folder)
        raise
    finally:
        progress.close()
    if folder and store:
        done = export(found.nodes, store, folder)
        print(f"{done.files} files and {done.links} links written to {folder}")
        if done.links_kept_as_data:
            print(f"{done.links_kept_as_data} links lead outside and are in tree.json only")
    else:
        _print(found.nodes, found.containers, arguments)
    return INCONCLUSIVE if found.problems else PASS


def _remove(folder: Path | None) -> None:
    import shutil

    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


def _print(nodes: list[Node], containers: list[Container], arguments: argparse.Namespace) -> None:
    from assay._kernel import canonical
    from assay.model.accounting import image_map

    if arguments.json:
        print(canonical.encode({"nodes": nodes, "containers": containers}).decode())
    elif arguments.map:
        for row in image_map(containers, nodes):
            says = " ".join(filter(None, (row.format, row.note)))
            print(f"{row.offset:#010x} {row.length:>10} {row.account:9} {says:32} {row.path}")
    else:
        _list(nodes)


def _list(nodes: Iterable[Node]) -> None:
    for node in nodes:
        mode = f"{node.mode:04o}" if node.mode >= 0 else "----"
        owner = f"{node.uid}:{node.gid}" if node.uid >= 0 else "-"
        extra = f" -> {node.target}" if node.target else f" {node.device}" if node.device else ""
        print(f"{LETTERS[node.kind]} {mode} {owner:>9} {node.size:>9} {node.path}{extra}")
