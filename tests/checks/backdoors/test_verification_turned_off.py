"""Checks that an option turns off."""

import pytest
from building import findings_of, image_of

from assay.checks.backdoors import verification_turned_off

VERIFYING = {"/lib/upgrade/check.sh": b"#!/bin/sh\nusign -V -m x -p k || exit 1\n"}


def found(text, path="/usr/bin/get", **others):
    return findings_of(
        verification_turned_off, image_of({path: b"#!/bin/sh\n" + text.encode(), **others})
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("opkg --force-signature update\n", "takes packages"),
        ("apk add --allow-untrusted /data/x.apk\n", "takes packages"),
        ("fw_setenv verify n\n", "boot loader"),
        ("fw_setenv secure_boot 0\n", "boot loader"),
        ("curl -sk -o /data/f https://h/f\nmtd write /data/f firmware\n", "certificate"),
        (
            "wget --no-check-certificate -O /data/a.ipk $U\nopkg install /data/a.ipk\n",
            "certificate",
        ),
        ("curl -k https://h/f | mtd write - firmware\n", "certificate"),
    ],
)
def test_options(text, says):
    (finding,) = found(text)
    assert says in finding.says
    assert (finding.severity, finding.confidence) == ("medium", "firm")
    assert all(one.excerpt in text for one in finding.evidence)


@pytest.mark.parametrize(
    "text",
    [
        "opkg update\n",
        "fw_setenv verify y\n",
        "fw_setenv bootdelay 0\n",
        "curl -o /data/f https://h/f\nmtd write /data/f firmware\n",
        "curl -k -o /data/f https://h/f\nmtd write /data/other firmware\n",
        "curl -k -o /data/f https://h/f\nusign -V -m /data/f || exit 1\nmtd write /data/f fw\n",
        "echo opkg --force-signature\n",
        "sysupgrade -F /tmp/f\n",
    ],
)
def test_what_turns_nothing_off(text):
    assert found(text) == []


def test_forced_upgrades_count_where_scripts_verify():
    (finding,) = found("sysupgrade -F /tmp/f\n", **VERIFYING)
    assert "forces an upgrade" in finding.says
    assert found("sysupgrade /tmp/f\n", **VERIFYING) == []
    assert found("sysupgrade -F -T /tmp/f\n", **VERIFYING) == []


def test_at_boot_it_is_high_and_on_a_condition_tentative():
    text = "curl -k -o /data/f https://h/f\nmtd write /data/f firmware\n"
    (finding,) = found(text, path="/etc/init.d/rcS")
    assert finding.severity == "high"
    (finding,) = found("if [ -f /data/x ]; then opkg --force-signature update; fi\n")
    assert finding.confidence == "tentative"
    assert "on a condition" in finding.says
