"""Kernels whose branch gets no more fixes. Reference: kernel.org releases; CWE-1104."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope
from assay.checks.kernel.versions import KernelSeen, kernels_of, support_of
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="kernel.end-of-life",
    version=1,
    title="Kernel without upstream support",
    severity="medium",
    about="A kernel branch that its maintainers have left gets no fixes for new flaws.",
    looks_at="kernel banners, and the version that kernel modules were built for",
    not_a_finding="A distributor or maker may keep an old branch alive by itself; that is not "
    "seen here.",
    cwe=(1104,),
    advice="Move to a longterm branch and keep up with its releases.",
    references=("https://www.kernel.org/releases.html",),
    applies=False,
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each kernel whose branch was out of support at the reference date."""
    for kernel in kernels_of(image):
        scope.saw()
        support = support_of(kernel.version)
        if support is None:
            scope.gap(f"kernel {kernel.version}: the end of support of its branch is not known")
            continue
        if support.ended:
            when = f"in {support.until}" if support.exact else f"by {support.until} at the latest"
            yield CHECK.finding(
                kernel.node,
                f"{_seen(kernel)}; kernel.org's support of this branch ended {when} "
                f"(table as of {support.as_of}).",
                [kernel.evidence],
                confidence="certain" if kernel.source == "banner" else "firm",
            )


def _seen(kernel: KernelSeen) -> str:
    if kernel.source == "banner":
        return f"The image holds Linux {kernel.version}"
    if kernel.source == "folder":
        return f"{kernel.node.inner} is for modules of Linux {kernel.version}"
    return f"Kernel modules were built for Linux {kernel.version}"
