"""What the user declares: read strictly, and kept in the options of an evaluation."""

import pytest

from assay.errors import UnreadableInput, UsageError
from assay.inventory.declared import declared_of, declared_options, read_declared

GOOD = """
[[port]]
number = 22
protocol = "tcp"
note = "SSH;  manual,\\n page 12"
[[port]]
number = 5060
[[account]]
name = "admin"
"""


def written(tmp_path, text):
    path = tmp_path / "declared.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_ports_and_accounts(tmp_path):
    declared = read_declared(written(tmp_path, GOOD))
    assert declared.names_port(22, "tcp")
    assert not declared.names_port(22, "udp")
    assert declared.names_port(5060, "udp")
    assert declared.names_port(22, "")
    assert declared.names_account("admin")
    assert not declared.names_account("root")
    assert declared.ports[0].note == "SSH; manual, page 12"


def test_options_give_the_same_back(tmp_path):
    declared = read_declared(written(tmp_path, GOOD))
    assert declared_of(declared_options(declared)) == declared
    empty = read_declared(written(tmp_path, "port = []\n"))
    assert empty.ports == ()
    assert empty.accounts is None
    assert declared_of(declared_options(empty)) == empty
    assert declared_of(declared_options(None)) is None


@pytest.mark.parametrize(
    "text",
    [
        "[[port]]\nnumber = 0\n",
        "[[port]]\nnumber = true\n",
        "[[port]]\nnumber = 22\nprotocol = 'ip'\n",
        "[[port]]\nnumber = 22\nnotes = 'x'\n",
        "[[ports]]\nnumber = 22\n",
        "[[account]]\nname = 'a b'\n",
        "port = [1]\n",
        "port = 5\n",
        "[[port\n",
        b"\xff\xfe",
    ],
)
def test_what_is_not_understood_is_refused(tmp_path, text):
    with pytest.raises(UsageError):
        read_declared(written(tmp_path, text))


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(UnreadableInput):
        read_declared(tmp_path / "none.toml")
    with pytest.raises(UnreadableInput):
        read_declared(tmp_path)
