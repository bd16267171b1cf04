"""The list of default passwords: every row has a source that its head explains."""

from importlib import resources

TEXT = resources.files("assay.inventory.data").joinpath("default-passwords.tsv").read_text("utf-8")
HEAD = [line for line in TEXT.splitlines() if line.startswith("# ")]
ROWS = [line.split("\t") for line in TEXT.splitlines() if not line.startswith("# ")]


def test_every_row_names_sources_that_the_head_explains() -> None:
    explained = {
        line[4]
        for line in HEAD
        if line.startswith("#   ") and line[4:7].endswith("  ") and line[4] != " "
    }
    assert all(len(row) == 2 and row[0] and set(row[1]) <= explained for row in ROWS)
    assert explained == set("".join(row[1] for row in ROWS))


def test_no_row_is_a_remark() -> None:
    assert all(" " not in row[0] and row[0].isascii() for row in ROWS)
