"""Whether a kernel has the code of a flaw: what it does not name is not there."""

import pytest
from tests.vulns.conftest import component

from assay._kernel.wordset import packed
from assay.model.flaws import Setting
from assay.vulns.kernel_presence import missing_code

LINUX = component("Linux kernel", "3.10.14", "linux:linux_kernel")
WORDS = packed(["random", "ath9k", "tty_io", "tty", "ppp", "usbcore", "hub", "block", "port"])
SETTING = Setting(
    machine="MIPS",
    absent=("Linux kernel 3.10.14/TIPC", "Linux kernel 3.10.14/nf_tables",
            "Linux kernel 3.10.14/sound (ALSA)", "Linux kernel 3.10.14/binder",
            "Linux kernel 3.10.14/PHY library"),
    kernel_words=WORDS,
)  # fmt: skip


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["net/tipc/socket.c"], "TIPC"),
        (["net/tipc/socket.c", "net/sctp/socket.c"], ""),
        (["net/core/dev.c"], ""),
        (["sound/core/timer.c"], "sound (ALSA)"),
        (["drivers/scsi/qla2xxx/qla_attr.c"], "qla2xxx or qla_attr"),
        (["drivers/block/floppy.c"], "floppy"),
        (["drivers/net/wireless/ath/ath9k/htc_hst.c"], ""),
        (["drivers/char/random.c"], ""),
        (["drivers/tty/tty_io.c"], ""),
        (["drivers/usb/core/hub.c"], ""),
        (["drivers/infiniband/core/ucma.c"], "infiniband"),
        (["drivers/net/phy/phy_device.c"], "PHY library"),
        (["drivers/base/dd.c"], ""),
        (["drivers/net/mlx4/port.c"], "mlx4"),
        (["tools/lib/bpf/btf_dump.c"], "program of the source tree"),
        (["arch/x86/kvm/vmx.c"], "another machine"),
    ],
)  # fmt: skip
def test_by_source_file(files: list[str], expected: str) -> None:
    why, certain = missing_code(LINUX, files, "", SETTING)
    assert bool(why) == bool(expected)
    assert expected in why
    assert certain


@pytest.mark.parametrize(
    ("text", "expected", "certain"),
    [
        ("A use-after-free in binder.c allows an elevation of privilege.", "binder.c", True),
        ("It was discovered that a nft object or expression could refer to a set", "nft", True),
        ("The tipc_recvmsg function does not initialize a length.", "tipc_recvmsg", True),
        ("A use after free exists in the ALSA PCM package in the Linux Kernel.", "alsa", True),
        ("A flaw that also shows with TIPC in use.", "tipc", False),
        ("A flaw in SCTP and in the TIPC protocol.", "", False),
        ("The futex_requeue function does not check.", "", False),
        ("The get_user functions on the v6k and v7 ARM platforms do not check.", "ARM", True),
        ("A flaw on MIPS and ARM platforms.", "", False),
        ("A crash on some systems with little memory.", "", False),
    ],
)
def test_by_text(text: str, expected: str, *, certain: bool) -> None:
    why, sure = missing_code(LINUX, [], text, SETTING)
    assert bool(why) == bool(expected), why
    assert expected in why
    if why:
        assert sure == certain


def test_nothing_is_claimed_of_a_kernel_that_was_not_seen() -> None:
    for files, text in (
        (["net/tipc/socket.c"], ""), (["drivers/block/floppy.c"], ""), ([], "the TIPC protocol"),
    ):  # fmt: skip
        assert missing_code(LINUX, files, text, Setting(machine="MIPS"))[0] == ""
