"""Ways in are found on every instruction set, and ordinary servers raise no alarm."""

from assay.code import accesses


def test_finds_the_hidden_command(indexed, target, truth):
    (way,) = accesses(indexed("hidden"))
    places = truth[f"{target}-hidden"]
    assert way.shape == "command-after-constant"
    assert way.function == places["serve"]
    assert way.source == "recvfrom"
    assert way.constant == "open-sesame-91:"
    assert way.payload == "system runs what was received"
    assert way.confidence == "firm"


def test_points_at_bytes(indexed, target, fixtures):
    (way,) = accesses(indexed("hidden"))
    data = (fixtures / f"{target}-hidden.elf").read_bytes()
    line = next(text for text in way.sink_code if text.startswith(f"{way.sink:#x}:"))
    code = bytes.fromhex(line.split(": ")[1].split()[0])
    assert data[way.sink_offset : way.sink_offset + len(code)] == code
    assert "<system>" in line
    assert 0 < way.compare_offset < len(data)


def test_tells_the_port(indexed):
    (way,) = accesses(indexed("hidden"))
    assert way.ports == (7788,)


def test_an_ordinary_server_has_none(indexed):
    assert accesses(indexed("ordinary")) == ()
