"""A version text against the body, with an index made for the purpose."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "identify"))

from building import findings_of, image_of
from learning import blob, flat, index_of, project, texts

from assay.checks.components import contradicted_version
from assay.inventory.fingerprints.choice import choose_index
from assay.inventory.fingerprints.index import encode


@pytest.fixture(autouse=True)
def own_index(tmp_path):
    made = index_of(project("alpha", ["1.0", "1.1", "1.3", "1.4"], units=6, changed=8))
    path = tmp_path / "own.index"
    path.write_bytes(encode(made.columns, made.components, "", ""))
    choose_index(path)
    yield
    choose_index("")


def program(body, text):
    strings = [one for one in flat(texts("alpha", body, 6, 8)) if b"version" not in one]
    return blob([*strings, b"alpha library version %s (release)" % text.encode()])


def test_a_text_of_another_release():
    (finding,) = findings_of(
        contradicted_version, image_of({"/sbin/alphad": program("1.0", "1.4")})
    )
    assert "states alpha 1.4" in finding.says
    assert finding.evidence


@pytest.mark.parametrize(("body", "text"), [("1.1", "1.1"), ("1.1", "1.2")])
def test_a_text_that_the_body_bears_out(body, text):
    image = image_of({"/sbin/alphad": program(body, text)})
    assert findings_of(contradicted_version, image) == []


def test_a_body_that_fits_no_release_contradicts_nothing():
    image = image_of({"/sbin/alphad": program("2.7", "0.3")})
    assert findings_of(contradicted_version, image) == []
