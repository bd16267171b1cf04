"""What must be there besides the product: there, not there, or not to be told from the image.

A platform by itself never makes a match. Networks devices run Linux or a real-time system; a
flaw that needs Windows or a browser's plug-in platform does not concern them.
"""

from typing import Literal

from assay.vulns.advisory import Affected, Platform
from assay.vulns.identities import cpe_key
from assay.vulns.matching.spans import answer, written
from assay.vulns.matching.subjects import Subject

Met = Literal["met", "unmet", "unknown"]

HERE = {"linux", "linux_kernel", "unix", "openwrt", "embedded", "gnu/linux", "posix", "busybox"}
ELSEWHERE = {
    "windows", "windows_nt", "macos", "mac_os", "mac_os_x", "iphone_os", "ipados", "ios", "tvos",
    "watchos", "android", "solaris", "sunos", "aix", "hp-ux", "freebsd", "openbsd", "netbsd",
    "dragonfly_bsd", "z/os", "openvms", "netware", "os/2", "irix", "tru64", "qnx", "chrome_os",
    "cygwin", "wordpress", "joomla", "joomla!", "drupal", "node.js", "nodejs", "python", "ruby",
    "rust", "go", "golang", "perl", "java", "maven", "npm", "jenkins", "chrome", "firefox",
    "visual_studio_code", "docker", "kubernetes", "moodle", "magento", "typo3", "erlang", ".net",
    "php", "splunk", "atlassian", "wear_os", "harmonyos", "visionos", "macos_server",
}  # fmt: skip
VENDORS_ELSEWHERE = {"microsoft", "apple"}


def platforms_met(entry: Affected, present: list[Subject], machine: str) -> tuple[Met, str]:
    """Return whether the image has what *entry* needs, and what is missing or not known."""
    unknown = ""
    for group in entry.platforms:
        answers = [_met(platform, present, machine) for platform in group]
        if "met" in answers:
            continue
        if "unknown" not in answers:
            return "unmet", _named(group)
        unknown = unknown or _named(group)
    return ("unknown", unknown) if unknown else ("met", "")


def _met(platform: Platform, present: list[Subject], machine: str) -> Met:
    product = platform.product
    if platform.part == "sw":
        return "met" if product in HERE else "unmet" if product in ELSEWHERE else "unknown"
    if platform.part == "hw":
        return _machine_met(product, machine)
    key = cpe_key(platform.vendor, product)
    for subject in present:
        if key in subject.keys:
            if platform.part == "h":  # the version of hardware is no version of firmware
                return "unknown" if platform.spans else "met"
            return _version_met(platform, subject)
    if platform.part == "o" and (
        product in ELSEWHERE or platform.vendor in VENDORS_ELSEWHERE or "windows" in product
    ):
        return "unmet"
    return "unknown"


def _version_met(platform: Platform, subject: Subject) -> Met:
    if not platform.spans:
        return "met"
    found = answer(Affected(product="", by="", spans=platform.spans), subject.versions)
    return "met" if found == "affected" else "unmet" if found == "unaffected" else "unknown"


def _machine_met(product: str, machine: str) -> Met:
    families = {"x86": "x86", "x64": "x86", "x86_64": "x86", "arm": "arm", "arm64": "arm",
                "aarch64": "arm", "mips": "mips", "powerpc": "ppc", "ppc": "ppc"}  # fmt: skip
    wanted = families.get(product)
    here = next((value for key, value in families.items() if key in machine.lower()), "")
    if not wanted or not here:
        return "unknown"
    return "met" if wanted == here else "unmet"


def _named(group: tuple[Platform, ...]) -> str:
    names = [_one(platform) for platform in group[:3]]
    more = f" or {len(group) - 3} others" if len(group) > 3 else ""
    return " or ".join(names) + more


def _one(platform: Platform) -> str:
    versions = [written(span) for span in platform.spans[:2]]
    words = (platform.vendor, platform.product, " or ".join(versions))
    return " ".join(word.replace("_", " ") for word in words if word)
