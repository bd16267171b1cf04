"""Ways past the signature check of an update."""

import pytest
from building import findings_of, image_of

from assay.checks.backdoors import update_past_signature
from assay.checks.check import Scope

VERIFY = 'usign -V -q -m "$1" -p /etc/key.pub'
OPENSSL = "openssl dgst -sha256 -verify /etc/k.pem -signature s f"
ELF = b"\x7fELF" + bytes(60)
WRITE = 'mtd write "$1" firmware\n'


def found(text, path="/usr/sbin/update", **others):
    files = {path: b"#!/bin/sh\n" + text.encode(), **others}
    return findings_of(update_past_signature, image_of(files))


@pytest.mark.parametrize(
    "text",
    [
        f"{VERIFY} || exit 1\n{WRITE}",
        f"{VERIFY} && {WRITE}",
        f"if ! {VERIFY}; then echo bad; exit 1; fi\n{WRITE}",
        f"if {VERIFY}; then {WRITE}fi\n",
        f"{VERIFY}\nRC=$?\nif [ $RC -ne 0 ]; then exit 1; fi\n{WRITE}",
        f"{VERIFY}\n[ $? -eq 0 ] || {{ echo no; exit 1; }}\n{WRITE}",
        f'R=$({OPENSSL})\nif [ "$R" != "Verified OK" ]; then exit 1; fi\n{WRITE}',
        f"{OPENSSL} | grep -q OK || exit 2\n{WRITE}",
        f'ERR=$({VERIFY} 2>&1)\n[ -n "$ERR" ] && exit 1\n{WRITE}',
        f"check() {{\n if {VERIFY}; then return 0; fi\n return 1\n}}\nif check; then {WRITE}fi\n",
        f"{VERIFY}\ncase $? in 0) ;; *) exit 1;; esac\n{WRITE}",
        f"for f in a b; do\n {VERIFY} || continue\n {WRITE}done\n",
        f"if which usign; then {VERIFY} || exit 1; fi\n{WRITE}",
        f"bad=0\n{VERIFY} || bad=1\n[ $bad = 0 ] || exit 1\n{WRITE}",
        f"({VERIFY}) &\nwait $!\nS=$?\nif [ $S -ne 0 ]; then exit 1; fi\n{WRITE}",
        (
            f'case "$1" in -n) KEEP=0;; -h) exit 1;; esac\n{VERIFY} || exit 1\n'
            f'[ "$KEEP" = 0 ] && rm x\n{WRITE}'
        ),
        f"{VERIFY} || exit 1\nmtd write f rootfs_data\n{WRITE}",
        f"[ $# -gt 0 ] || exit 1\n{VERIFY} || die bad\n{WRITE}",
        f"md5sum -c f || exit 1\n{WRITE}",
    ],
)
def test_what_verifies_on_every_way(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"if [ ! -f /tmp/x ]; then {VERIFY} || exit 1; fi\n{WRITE}", "the file /tmp/x"),
        (f'[ "$2" = lab ] || {VERIFY} || exit 1\n{WRITE}', "an argument"),
        (
            f'{VERIFY}\nif [ $? -ne 0 -a "$(nvram get dbg)" != 1 ]; then exit 1; fi\n{WRITE}',
            "a stored setting",
        ),
        (
            f"if grep -q lab /proc/cmdline; then :; else {VERIFY} || exit 1; fi\n{WRITE}",
            "a word of the kernel's command line",
        ),
        (f'if [ -f "$1.sig" ]; then {VERIFY} || exit 1; fi\n{WRITE}', "leaving the signature out"),
        (
            (
                f"F=0\ncase $2 in --force) F=1;; esac\nif ! {VERIFY}; then\n"
                f" if [ $F -eq 0 ]; then exit 1; fi\nfi\n{WRITE}"
            ),
            "the argument `--force`, which sets F",
        ),
        (
            f"check() {{\n [ -f /data/.dev ] && return 0\n {VERIFY}\n}}\ncheck || exit 1\n{WRITE}",
            "the file /data/.dev",
        ),
    ],
)
def test_a_switch_that_leads_past_the_check(text, says):
    (finding,) = found(text)
    assert says in finding.says
    assert "writes what nothing verified" in finding.says
    assert (finding.severity, finding.confidence) == ("medium", "firm")
    body = "#!/bin/sh\n" + text
    for evidence in finding.evidence:
        assert (
            body[evidence.offset : evidence.offset + evidence.length]
            == evidence.excerpt.replace(".", "\n")
            or "\n" not in body[evidence.offset : evidence.offset + evidence.length]
        )
    shown = [evidence.excerpt for evidence in finding.evidence]
    assert VERIFY in shown
    assert WRITE.strip() in shown


def test_an_outcome_that_nothing_looks_at():
    (finding,) = found(f"{VERIFY} && echo good\n{WRITE}")
    assert "nothing stops the script when the check fails" in finding.says
    assert finding.confidence == "tentative"


def test_another_arm_that_writes_without_the_check():
    (finding,) = found(
        f'case "$1" in\nup) {VERIFY} || exit 1; {WRITE};;\nlab) mtd write "$2" firmware;;\nesac\n'
    )
    assert "another way through the script does not come to it" in finding.says
    assert finding.evidence[-1].excerpt == 'mtd write "$2" firmware'
    assert (finding.severity, finding.confidence) == ("low", "tentative")


SOURCED = b"""check_image() {
 (signature_checker -b <$PIPE) &
 PID=$!
 (mtd -n write - $BANK <$PIPE2) &
 wait $PID
 RESULT=$?
 write_all
 if [ $WRITTEN -ne 0 ]; then return 1; fi
 if [ $RESULT -ne 0 ]; then
  if [ ${IGNORE_SIGNATURE:-0} -eq 0 ]; then return 1
  else echo ignored; fi
 fi
 return 0
}
"""


def test_a_function_that_reports_success_and_a_switch_set_in_another_script():
    image = image_of(
        {
            "/lib/upgrade/platform.sh": SOURCED,
            "/sbin/sysupgrade": b'#!/bin/sh\ncase "$1" in --nosig) IGNORE_SIGNATURE=1;; esac\n'
            b'. /lib/upgrade/platform.sh\ncheck_image "$2"\n',
        }
    )
    (finding,) = findings_of(update_past_signature, image)
    assert "`--nosig`, which sets IGNORE_SIGNATURE" in finding.says
    assert "reports success for what nothing verified" in finding.says
    assert "WRITTEN" not in finding.says
    assert finding.evidence[-1].path.endswith("/sbin/sysupgrade")


def test_what_a_distribution_does_by_design_is_low():
    text = f'check_signature() {{\n[ "$REQUIRE_IMAGE_SIGNATURE" = 1 ] || return 0\n{VERIFY}\n}}\n'
    (finding,) = found(text, path="/lib/upgrade/fwtool.sh")
    assert finding.severity == "low"
    assert "By design" in finding.says
    (other,) = found(text, path="/lib/upgrade/vendor.sh")
    assert other.severity == "medium"


def test_a_script_that_is_called_and_verifies():
    checker = b'#!/bin/sh\nopenssl dgst -verify /k -signature s "$1" || exit 1\nexit 0\n'
    others = {"/usr/sbin/verify.sh": checker}
    assert found(f"/usr/sbin/verify.sh f || exit 1\n# check_sig\n{WRITE}", **others) == []
    (finding,) = found(f"/usr/sbin/verify.sh f\n# check_sig\n{WRITE}", **others)
    assert "nothing stops the script" in finding.says


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (b"skip_signature_check", 1),
        (b"allow unsigned firmware", 1),
        (b"IGNORE_SIG_VERIFICATION", 1),
        (b"ignore signal check", 0),
        (b"no signature check", 0),
        (b"skip the signature", 0),
    ],
)
def test_names_in_programs(text, count):
    program = ELF + b"\0" + text + b"\0"
    findings = findings_of(update_past_signature, image_of({"/lib/modules/x.ko": program}))
    assert len(findings) == count
    for finding in findings:
        assert (finding.severity, finding.confidence) == ("low", "tentative")
        assert finding.evidence[0].offset == len(ELF) + 1


@pytest.mark.parametrize(
    "piece",
    [
        "usign -V f\n",
        "if usign -V f; then ",
        "case $x in a) usign -V b;; ",
        "f() { usign -V; f; f; }\nf\n",
        "usign -V || mtd write x firmware\n",
        "usign -V $(",
    ],
)
def test_hostile_scripts_end(piece):
    text = ("#!/bin/sh\n" + piece * 20_000)[: 12 << 10].encode()
    scope = Scope()
    assert len(list(update_past_signature.run(image_of({"/bin/x": text}), scope))) <= 5
    assert scope.examined == 1


def test_scripts_without_signatures_are_not_looked_at():
    scope = Scope()
    image = image_of({"/bin/x": b"#!/bin/sh\nmtd write f firmware\n"})
    assert list(update_past_signature.run(image, scope)) == []
    assert scope.examined == 0
