"""What a confirmation by emulation states: the input, what happened with it and with neighbours."""

from assay.model.record import Record


class Given(Record):
    """One message of an input: how it comes in, its bytes as hex and as printable text.

    `size` is its length in bytes; hex and text end after 512. `says` tells the bytes that matter.
    """

    name: str
    hex: str
    text: str
    size: int
    says: str


class Confirmation(Record):
    """A run that reached what a finding names, and runs that did not.

    `entry` is the function that was called in isolation. `inputs` are the messages it got,
    `trigger` the bytes of them that the named comparison asks for,
    `effect` what happened at the end in words, `trace` the steps: the address and the library call
    or the comparison. `neighbours` are the changes of one byte of the trigger that did not lead
    there. `steps` counts instructions of the confirming run.
    """

    entry: int
    entry_name: str
    trigger: str
    inputs: tuple[Given, ...]
    effect: str
    trace: tuple[str, ...]
    neighbours: tuple[str, ...]
    steps: int
