"""Is the code of a kernel flaw in this kernel? By configuration, by name, by machine.

A flaw's place is the source files that a record lists or its text names, else the words of its
text. A part of the kernel that the image's kernel and modules do not name is not built; the
kernel's own configuration, where it states one, decides first.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from assay._kernel import lazy_re
from assay._kernel.wordset import holds, joined, packed, unpacked
from assay.inventory.image import Inventory
from assay.inventory.kernel_features import (
    LONGEST,
    SHORTEST,
    Feature,
    features,
    named_in,
    words_of,
)
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.kernel import KernelFacts
from assay.model.flaws import Setting
from assay.model.result import Component
from assay.vulns.kernel_conditions import lacking_options
from assay.vulns.needs import kernel_folders

NO_PART = ("tools/", "samples/", "scripts/", "Documentation/")
"""Folders of the source that go into no kernel."""
DRIVERS = ("drivers/", "sound/")
ALWAYS = {"base", "of", "core", "clocksource", "irqchip", "clk", "pinctrl", "firmware", "soc"}
"""Folders of drivers in which files are not named after what they drive."""
WITHIN = {"core", "common", "lib", "host", "main"}
"""Folders within a driver: the one above them bears its name."""
UNRELATED = {
    "3com", "8390", "accel", "acpi", "adc", "amd", "arcnet", "atm", "block", "bluetooth", "boards",
    "broadcom", "busses", "char", "chips", "chrome", "class", "codecs", "console", "dac", "devices",
    "drivers", "dvb_frontends", "eeprom", "ethernet", "fbdev", "function", "gadget", "gameport",
    "google", "gyro", "hamradio", "hid", "hisilicon", "hw_random", "hwmon", "i2c", "ieee802154",
    "input", "intel", "isa", "isdn", "joystick", "keyboard", "keymaps", "legacy", "light", "maps",
    "marvell", "md", "media", "mfd", "misc", "mouse", "mtd", "net", "other", "pci", "pcmcia", "phy",
    "platform", "power", "pressure", "proximity", "qcom", "qualcomm", "raw", "rc", "scsi", "serial",
    "serio", "slaves", "staging", "storage", "supply", "synopsys", "tablet", "target",
    "temperature", "touchscreen", "tty", "tuners", "udc", "usb", "video", "wan", "watchdog",
    "wireless", "x86",
}  # fmt: skip
"""Folders of unrelated drivers: only the file bears a driver's name."""
GENERIC = {
    "base", "cmd", "common", "control", "core", "debug", "dev", "dma", "eeprom", "ethtool", "fw",
    "hw", "init", "ioctl", "irq", "mac", "main", "netdev", "object", "pci", "phy", "port", "queue",
    "rx", "socket", "sysfs", "table", "timer", "tx", "usb", "util", "xmit",
}  # fmt: skip
"""Names of files that say nothing of the driver whose folder they are in."""
_MACHINES = {"mips": "mips", "arm": "arm", "aarch64": "arm64", "powerpc": "powerpc",
             "x86": "x86", "risc-v": "riscv"}  # fmt: skip
_NAMES = {
    "x86": "x86", "x86_64": "x86", "x86-64": "x86", "amd64": "x86", "i386": "x86", "intel": "x86",
    "arm": "arm", "arm64": "arm64", "aarch64": "arm64", "powerpc": "powerpc", "ppc": "powerpc",
    "mips": "mips", "risc-v": "riscv", "riscv": "riscv", "s390": "s390", "s390x": "s390",
    "sparc": "sparc", "alpha": "alpha", "ia64": "ia64", "itanium": "ia64", "parisc": "parisc",
    "pa-risc": "parisc", "sparc64": "sparc",
}  # fmt: skip
_ON = lazy_re.compile(
    r"\bon (?:the |certain |some |all )?((?:[\w-]+,? (?:and |or )?){1,6}?)"
    r"(?:platforms?|architectures?|systems|machines|processors|cpus?|hosts?)\b",
    re.IGNORECASE,
)
_WORD = lazy_re.compile(r"[a-z0-9][a-z0-9_.+/-]*")
_SUBJECT = lazy_re.compile(
    r"\s+(?:\S+\s+)?(?:subsystem|driver|drivers|implementation|filesystem|file system|module"
    r"|package|protocol|functionality|component|code|layer|stack|object|support|server|client"
    r"|sockets?|classifier|scheduler)\b"
)


def absent_features(image: Inventory, components: Sequence[Component]) -> tuple[str, ...]:
    """Return `component version/feature` for what no kernel and no module of the image names."""
    kernels = _kernels(image)
    text = b"\n".join(name.encode() for name in _module_names(image))
    named = {name for facts in kernels for name in facts.features} | set(named_in(text))
    return tuple(
        f"{component.name} {component.version}/{one.name}"
        for component in components
        if component.kind == "kernel" and kernels
        for one in features()
        if one.marks and one.name not in named
    )


def kernel_words(image: Inventory) -> str:
    """Return the words in the kernels and in the names of modules, as `wordset` packs them."""
    kernels = _kernels(image)
    if not kernels:
        return ""
    names = words_of(b"\n".join(name.encode() for name in _module_names(image)))
    return joined([packed(names), *(facts.words for facts in kernels)])


def _kernels(image: Inventory) -> list[KernelFacts]:
    """Return the kernels; none where no program is in sight: modules may be out of sight too."""
    if not any(facts.role == "program" for _, facts in image.of(ElfFacts)):
        return []
    return [facts for _, facts in image.of(KernelFacts)]


def _module_names(image: Inventory) -> list[str]:
    names = {node.name.lower().partition(".ko")[0] for node in image.files() if ".ko" in node.name}
    return sorted({name for one in names for name in (one, one.replace("-", "_"))})


def missing_code(
    component: Component, files: Sequence[str], text: str, setting: Setting
) -> tuple[str, bool]:
    """Return why a flaw's code is not in the kernel *component*, and whether that is certain.

    *files* are source files of the flaw, *text* its summary. Empty where it may be there.
    """
    why, certain = _missing_place(component, files, text, setting)
    if not why:
        why, certain = lacking_options(text, setting)
    return why, certain or not why


def _missing_place(
    component: Component, files: Sequence[str], text: str, setting: Setting
) -> tuple[str, bool]:
    sources = [file for file in files if file.endswith(".c")]
    own = f"{component.name} {component.version}/"
    absent = {one.removeprefix(own) for one in setting.absent if one.startswith(own)}
    if sources:
        return (
            _no_part(sources)
            or _other_machine(sources, setting)
            or _not_built(sources, setting)
            or _unnamed(sources, absent, unpacked(setting.kernel_words))
        ), True
    if why := _text_of_other_machine(text, setting):
        return why, True
    return _told(text.lower(), absent)


def _no_part(files: Sequence[str]) -> str:
    if all(file.startswith(NO_PART) for file in files):
        return f"{files[0]} is a program of the source tree, not a part of the kernel"
    return ""


def _here(setting: Setting) -> str:
    machine = setting.machine.lower()
    return next((folder for name, folder in _MACHINES.items() if machine.startswith(name)), "")


def _other_machine(files: Sequence[str], setting: Setting) -> str:
    """Return which other machine all of *files* are for; empty where they are not, or may not."""
    here = _here(setting)
    folders = [file.split("/")[1] if file.startswith("arch/") else "" for file in files]
    if not here or not all(folders) or here in folders:
        return ""
    return f"{files[0]} is for another machine than this one ({setting.machine})"


def _text_of_other_machine(text: str, setting: Setting) -> str:
    """Return which other machine the text limits the flaw to: `… on the ARM platform …`."""
    here, found = _here(setting), _ON.search(text)
    if not here or found is None:
        return ""
    named = {_NAMES[word] for word in re.findall(r"[\w-]+", found[1].lower()) if word in _NAMES}
    if not named or here in named or {here, *named} == {"arm", "arm64"}:
        return ""
    return (
        f"its text is about another machine ({found[1].strip()}) than this one ({setting.machine})"
    )


def _not_built(files: Sequence[str], setting: Setting) -> str:
    """Return which options would build all of *files*, when none of them is set."""
    if not setting.options:
        return ""
    values = dict(one.split("=", 1) for one in setting.options)
    named = []
    for file in files:
        options = next(iter(_options_of(file)), ())
        if not options or any(values.get(one, "n") != "n" for one in options):
            return ""
        named.append(options[0])
    first = ", ".join(f"CONFIG_{one}" for one in dict.fromkeys(named))
    return f"the kernel's own configuration does not build {files[0]} ({first} is not set)"


def _options_of(file: str) -> Iterator[tuple[str, ...]]:
    return (options for path, options in kernel_folders() if file.startswith(path))


def _unnamed(files: Sequence[str], absent: set[str], words: bytes) -> str:
    """Return what all of *files* belong to, when neither the kernel nor a module names it."""
    owners = []
    for file in files:
        owner = _feature(file, absent)
        if not owner and file.startswith(DRIVERS):
            owner = driver_not_named(file, words)
        if not owner:
            return ""
        owners.append(owner)
    return _not_named(files[0], owners)


def _not_named(place: str, owners: Iterable[str]) -> str:
    names = " and ".join(dict.fromkeys(owners))
    return f"neither the kernel nor a module in the image names {names}, to which {place} belongs"


def _feature(file: str, absent: set[str]) -> str:
    """Return the feature that *file* belongs to when it is *absent*, else nothing."""
    found = [(len(path), one.name) for path, one in _by_path() if file.startswith(path)]
    name = max(found)[1] if found else ""
    return name if name in absent else ""


def driver_not_named(file: str, words: bytes) -> str:
    """Return the driver of the source *file* when none of its names is among *words*.

    A driver prints or registers the name of its file or folder, nearly always
    (benchmarks/kernel_presence.py counts the exceptions).
    """
    *folders, stem = file.lower().replace("-", "_").removesuffix(".c").split("/")
    if not words or len(folders) < 2 or folders[1] in ALWAYS:
        return ""
    while len(folders) > 1 and folders[-1] in WITHIN:
        folders.pop()
    names = [stem] if folders[-1] in UNRELATED else [folders[-1]]
    names += [stem] if stem not in GENERIC and stem not in names else []
    parts = {part for name in names for part in _telling(name)}
    if not parts or any(holds(words, part) for part in parts):
        return ""
    return " or ".join(dict.fromkeys(names))


def _telling(name: str) -> list[str]:
    """Return *name*, what it begins with, and both without numbers, as far as they tell enough."""
    first, _, rest = name.partition("_")
    first = first if len(first) >= SHORTEST else rest.partition("_")[0]
    forms = (name, first, name.rstrip("0123456789"), first.rstrip("0123456789"))
    return [one for one in forms if SHORTEST <= len(one) <= LONGEST]


@lru_cache(maxsize=1)
def _by_path() -> tuple[tuple[str, Feature], ...]:
    return tuple((path, one) for one in features() for path in one.paths)


@lru_cache(maxsize=1)
def _by_word() -> tuple[dict[str, Feature], tuple[tuple[str, Feature], ...]]:
    """Return the features by the single words of advisories, and by words of several parts."""
    words = [(word, one) for one in features() for word in one.words]
    plain = {word.rstrip("_"): one for word, one in words if _WORD.fullmatch(word)}
    return plain, tuple((word, one) for word, one in words if not _WORD.fullmatch(word))


def _told(text: str, absent: set[str]) -> tuple[str, bool]:
    """Return the answer from the words of *text*: certain where they name its code or subject."""
    if not absent:
        return "", False
    found: dict[Feature, tuple[str, bool]] = {}
    plain, phrases = _by_word()
    for match in _WORD.finditer(text):
        word = match[0].rstrip(".")
        stem = word.removesuffix(".c")
        for name, sure in (
            (word, _SUBJECT.match(text, match.end()) is not None),
            (stem, stem != word),
            (stem.partition("_")[0], "_" in stem),
        ):
            if name in plain:
                found[plain[name]] = (word, sure or found.get(plain[name], ("", False))[1])
                break
    found |= {one: (word, True) for word, one in phrases if word in text}
    if not found or any(one.name not in absent for one in found):
        return "", False
    return (
        _not_named(next(iter(found.values()))[0], (one.name for one in found)),
        any(sure for _, sure in found.values()),
    )
