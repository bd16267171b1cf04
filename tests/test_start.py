"""What every start pays for: modules neither compile expressions nor define dataclasses.

`assay claims` is left out: its modules are loaded by no other command.
"""

import ast
import subprocess
import sys
from pathlib import Path

import assay

ROOT = Path(assay.__file__).parent
MODULES = sorted(path for path in ROOT.rglob("*.py") if "claims" not in path.parts)
SELDOM = {"bcrypt", "cryptography", "cvss", "iced_x86", "numpy.ma", "pkgutil", "tomllib"}
"""What few runs need, and what takes long to load."""


def run_on_import(tree):
    """Yield the nodes of *tree* that are executed when the module is loaded."""
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            pending += [*node.decorator_list, *node.args.defaults]
        elif not isinstance(node, ast.Lambda):
            yield node
            pending += ast.iter_child_nodes(node)


def offences(path):
    """Yield what the module at *path* does when it is loaded and should not."""
    for node in run_on_import(ast.parse(path.read_bytes())):
        called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        if called == "re.compile":
            yield f"{path.relative_to(ROOT)}:{node.lineno}: use assay._kernel.lazy_re"
        if isinstance(node, ast.ImportFrom) and node.module == "dataclasses":
            yield f"{path.relative_to(ROOT)}: use Value, Record or msgspec.Struct"


def test_no_module_compiles_or_defines_dataclasses_when_it_is_loaded():
    assert len(MODULES) > 500
    assert [one for path in MODULES for one in offences(path)] == []


def test_the_stages_load_no_library_that_few_images_need():
    code = (
        "import sys\n"
        "import assay.pipeline\n"
        "from assay.gather.gather import _load_examiner\n"
        "list(_load_examiner())\n"
        "list(assay.pipeline._load_stages(()))\n"
        f"print(sorted({SELDOM!r} & set(sys.modules)))"
    )
    for _ in range(2):  # the first may have had to parse what is kept from then on
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
    if not sys.dont_write_bytecode:
        assert done.stdout.strip() == "[]"


LOADED_LATE = {"html", "importlib.resources", "logging"}
"""Of the standard library, what a command without trouble does without in its own process."""


def test_commands_load_no_slow_part_of_the_standard_library():
    code = (
        "import sys\n"
        "from assay.cli import _commands, _parser\n"
        "for name in ('compare', 'evaluate'):\n"
        "    _parser(_commands([name]), [name])\n"
        "import assay.compare, assay.pipeline, assay.cli.results, assay.report.markup\n"
        "list(assay.pipeline._load_stages(()))\n"
        f"print(sorted({LOADED_LATE!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
