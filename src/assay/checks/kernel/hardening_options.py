"""Kernel options that make attacks harder, where the configuration is built in.

Reference: the kernel self-protection project's recommended settings; CWE-693.
"""

from collections.abc import Iterator

from assay._kernel.value import Value
from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.inventory.kinds.kernel import KernelFacts
from assay.model.result import Finding
from assay.model.tree import Node

CHECK = Check(
    id="kernel.hardening-options",
    version=1,
    title="Kernel option against hardening",
    severity="low",
    about="Some kernel options open memory to programs, others keep errors from being exploited.",
    looks_at="the configuration built into the kernel (CONFIG_IKCONFIG)",
    not_a_finding="Options that the kernel's version or machine does not know.",
    cwe=(693,),
    advice="Follow the recommended settings of the kernel self-protection project.",
    references=("https://kspp.github.io/Recommended_Settings",),
    applies=False,
)


class _Advice(Value):
    """Options of which one should have *value*; the option counts only where it is stated."""

    names: tuple[str, ...]
    value: str
    why: str


ADVICE = (
    _Advice(
        ("STACKPROTECTOR", "CC_STACKPROTECTOR", "CC_STACKPROTECTOR_REGULAR"),
        "y",
        "no guards on kernel stacks",
    ),
    _Advice(("STRICT_KERNEL_RWX", "DEBUG_RODATA"), "y", "kernel code and constants stay writable"),
    _Advice(("STRICT_MODULE_RWX", "DEBUG_SET_MODULE_RONX"), "y", "module code stays writable"),
    _Advice(("RANDOMIZE_BASE",), "y", "the kernel is loaded at a fixed address"),
    _Advice(("HARDENED_USERCOPY",), "y", "copies from programs are not checked"),
    _Advice(("FORTIFY_SOURCE",), "y", "copies inside the kernel are not checked"),
    _Advice(("SECCOMP",), "y", "programs cannot give up system calls"),
    _Advice(("SLAB_FREELIST_RANDOM",), "y", "the order of allocations can be foretold"),
    _Advice(("SECURITY_DMESG_RESTRICT",), "y", "every program reads the kernel's messages"),
    _Advice(("MODULE_SIG",), "y", "modules are loaded without a signature"),
    _Advice(("DEVMEM",), "n", "/dev/mem opens memory to programs"),
    _Advice(("DEVKMEM",), "n", "/dev/kmem opens kernel memory to programs"),
    _Advice(("PROC_KCORE",), "n", "/proc/kcore shows kernel memory"),
    _Advice(("COMPAT_BRK",), "n", "the heap of programs starts at a fixed place"),
    _Advice(("LEGACY_PTYS",), "n", "old pseudo terminals are on"),
    _Advice(("MAGIC_SYSRQ",), "n", "keys on the console command the kernel"),
    _Advice(("KGDB",), "n", "the kernel can be debugged over a port"),
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield one finding for each kernel with the options that weaken it."""
    for node, facts in image.of(KernelFacts):
        if facts.config is None:
            scope.gap(f"{node.path}: Linux {facts.version} has no configuration built in")
            continue
        scope.saw(len(ADVICE))
        wrong = [said for one in ADVICE if (said := _deviation(facts, one))]
        if wrong:
            yield _finding(node, facts, wrong)


def _deviation(facts: KernelFacts, one: _Advice) -> str:
    stated = {name: value for name in one.names if (value := facts.option(name))}
    if not stated or one.value in stated.values():
        return ""
    name, value = next(iter(stated.items()))
    return f"CONFIG_{name}={value} ({one.why})"


def _finding(node: Node, facts: KernelFacts, wrong: list[str]) -> Finding:
    evidence = [at(node, facts.banner)] + ([at(node, facts.config)] if facts.config else [])
    return CHECK.finding(
        node,
        f"Linux {facts.version} is built with {len(wrong)} option(s) against hardening: "
        f"{', '.join(wrong)}.",
        evidence,
    )
