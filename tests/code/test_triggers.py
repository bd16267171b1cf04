"""Hidden commands are found on every instruction set, and ordinary servers raise no alarm."""

from assay.code import command_triggers


def test_finds_the_hidden_command(indexed, target, truth):
    (trigger,) = command_triggers(indexed("hidden"))
    places = truth[f"{target}-hidden"]
    assert trigger.function == places["serve"]
    assert trigger.source == "recvfrom"
    assert trigger.compare_name == "strncasecmp"
    assert trigger.constant == "open-sesame-91:"
    assert trigger.sink_name == "system"
    assert trigger.confidence == "firm"
    assert trigger.command == "what was received"


def test_points_at_bytes(indexed, target, fixtures):
    (trigger,) = command_triggers(indexed("hidden"))
    data = (fixtures / f"{target}-hidden.elf").read_bytes()
    line = next(text for text in trigger.disassembly if text.startswith(f"{trigger.sink:#x}:"))
    code = bytes.fromhex(line.split(": ")[1].split()[0])
    assert data[trigger.sink_offset : trigger.sink_offset + len(code)] == code
    assert "<system>" in line
    assert 0 < trigger.compare_offset < len(data)


def test_tells_the_port(indexed, target):
    (trigger,) = command_triggers(indexed("hidden"))
    # On i386 the compiler builds the address in ways that are not followed.
    assert trigger.ports == (() if target == "x86" else (7788,))


def test_an_ordinary_server_has_none(indexed):
    assert command_triggers(indexed("ordinary")) == ()
