"""Which commands verify, write and stop."""

import pytest

from assay.checks.backdoors.scripts.verification import by_tool, stops, verifies, writes


@pytest.mark.parametrize(
    "line",
    [
        "usign -V -q -m f -p k",
        "/usr/bin/usign -Vq -m f",
        "ucert -V -m - -c c",
        "openssl dgst -sha256 -verify k.pem -signature s f",
        "openssl smime -verify -in f",
        "gpgv --keyring k f.sig",
        "gpg --batch --verify f.sig",
        "busybox usign -V f",
    ],
)
def test_tools_that_verify(line):
    assert verifies(line.split())
    assert by_tool(line.split())


@pytest.mark.parametrize(
    "line",
    [
        "signature_checker -b",
        "check_signature f",
        "verify_fw_sign f",
        "/sbin/rsa_verify.sh f",
        "lua /usr/lib/sig_check.lua f",
        "image_signature_verify",
    ],
)
def test_programs_that_verify_by_their_name(line):
    assert verifies(line.split())
    assert not by_tool(line.split())


@pytest.mark.parametrize(
    "line",
    [
        "usign -S -m f -s k",
        "openssl dgst -sha256 f",
        "md5sum -c f",
        "verify_checksum f",
        "design_check",
        "signal_check",
        "check_assign",
        "echo usign -V",
        "",
    ],
)
def test_what_verifies_nothing(line):
    assert not verifies(line.split())


@pytest.mark.parametrize(
    ("line", "targets", "place"),
    [
        ("mtd -r write f firmware", (), "firmware"),
        ("mtd write - rootfs", (), "rootfs"),
        ("dd if=f of=/dev/mmcblk0p2 bs=1M", (), "/dev/mmcblk0p2"),
        ("cat f", (">/dev/mtdblock4",), "/dev/mtdblock4"),
        ("flashcp f /dev/mtd1", (), "/dev/mtd1"),
        ("sysupgrade -n f", (), "sysupgrade"),
        ("opkg install /data/a.ipk", (), "/data/a.ipk"),
    ],
)
def test_writes(line, targets, place):
    assert writes(line.split(), targets) == place


@pytest.mark.parametrize(
    ("line", "targets"),
    [
        ("mtd erase firmware", ()),
        ("mtd write f rootfs_data", ()),
        ("dd if=/dev/zero of=/dev/mtd3 bs=4 count=1", ()),
        ("dd if=/dev/mtd3 of=/tmp/f", ()),
        ("sysupgrade -b /tmp/backup", ()),
        ("opkg install luci", ()),
        ("cat f", (">/tmp/x",)),
        ("nandwrite -p /dev/mtd/config f.nvram", ()),
    ],
)
def test_what_is_no_write_of_firmware(line, targets):
    assert writes(line.split(), targets) == ""


def test_names_that_stop_a_script():
    assert stops("die")
    assert stops("error_exit")
    assert not stops("logger")
