"""The checks of accounts on account files of real root file systems."""

import tarfile
from pathlib import Path

from building import File, findings_of, image_of

from assay.checks.accounts import default_password, duplicate_root


def _etc(archive: Path) -> dict[str, File]:
    with tarfile.open(archive) as opened:
        wanted = [m for m in opened if m.isfile() and m.name.endswith(("/passwd", "/shadow"))]
        found = {member.name: opened.extractfile(member) for member in wanted}
        return {
            f"/etc/{Path(name).name}": (stream.read(), 0o644)
            for name, stream in found.items()
            if stream is not None and "/etc" in f"/{name}"
        }


def test_default_and_locked_passwords_of_real_devices(corpus: Path) -> None:
    weak = image_of(_etc(corpus / "rootfs" / "luxul-XBR4400.tar.xz"))
    (finding,) = findings_of(default_password, weak)
    assert "'admin'" in finding.says
    second = image_of(_etc(corpus / "rootfs" / "alcatel-ONT.tar.xz"))
    assert len(findings_of(duplicate_root, second)) == 1
    assert findings_of(default_password, second) == []
