"""The run record says what the run was like, with printable names."""

import re
from pathlib import Path

from assay._kernel import canonical
from assay.seal.run import RunRecord, Watch


def test_a_watch_gives_a_record_that_survives_encoding() -> None:
    record = Watch().record(Path("/somewhere/router.bin"), workers=3, reused=7)
    assert (record.image, record.workers, record.reused) == ("router.bin", 3, 7)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", record.started)
    assert record.started <= record.ended
    assert record.milliseconds >= 0
    assert record.peak_kib > 1000
    assert canonical.decode(canonical.encode(record), RunRecord) == record


def test_a_hostile_file_name_is_made_printable() -> None:
    record = Watch().record(Path("/x/a\nb\udcff"), workers=1)
    assert record.image == "a\\x0ab\\xff"
