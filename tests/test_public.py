"""The public interface: what `import assay` offers."""

import subprocess
import sys

import pytest

import assay


@pytest.mark.parametrize("name", assay.__all__)
def test_every_exported_name_exists(name):
    assert getattr(assay, name) is not None


def test_unknown_names_are_refused():
    with pytest.raises(AttributeError, match="nothing"):
        _ = assay.nothing


def test_importing_is_cheap():
    code = "import sys, assay; print(len([m for m in sys.modules if m.startswith('assay.')]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
