"""Debugging and attack tools left in an image. Reference: ETSI EN 303 645, 5.6-4; CWE-489."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, at, attribute
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.elf import ElfFacts
from assay.model.result import Evidence, Finding
from assay.model.tree import Node

CHECK = Check(
    id="leftovers.debug-tools",
    version=1,
    title="Debugging tools in the image",
    severity="low",
    about="Debuggers, tracers and packet sniffers serve an intruder as well as a developer.",
    looks_at="names of programs and of links to multi-call programs",
    not_a_finding="Tools that any operator needs: ping, traceroute, top, wget.",
    cwe=(489, 1191),
    advice="Leave development tools out of release images.",
)
TOOLS = {
    "gdb": "debugger",
    "gdbserver": "debugger",
    "strace": "tracer",
    "ltrace": "tracer",
    "perf": "tracer",
    "valgrind": "tracer",
    "tcpdump": "packet sniffer",
    "tshark": "packet sniffer",
    "ngrep": "packet sniffer",
    "nc": "netcat",
    "ncat": "netcat",
    "netcat": "netcat",
    "socat": "netcat",
    "nmap": "scanner",
    "masscan": "scanner",
    "gcc": "compiler",
    "cc": "compiler",
    "objdump": "disassembler",
    "rpcapd": "packet sniffer",
    "tcf-agent": "debugger",
    "devmem": "memory access",
    "devmem2": "memory access",
    "memtool": "memory access",
    "adbd": "debugger",
    "openocd": "debugger",
    "dropbearmulti-debug": "debugger",
    "lldb-server": "debugger",
}
_FOLDERS = frozenset({"bin", "sbin"})


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield one list of the debugging tools in the image."""
    found: list[tuple[Node, Evidence]] = []
    for node in image.nodes:
        if node.kind not in {"file", "symlink"} or node.inner.split("/")[-2] not in _FOLDERS:
            continue
        scope.saw()
        if node.name in TOOLS and (evidence := _evidence(image, node)):
            found.append((node, evidence))
    if not found:
        return
    names = ", ".join(f"{node.inner} ({TOOLS[node.name]})" for node, _ in found[:20])
    strong = any(TOOLS[node.name] in {"debugger", "tracer", "scanner"} for node, _ in found)
    yield CHECK.finding(
        found[0][0],
        f"{_count(len(found))} in the image: {names}.",
        [evidence for _, evidence in found[:20]],
        severity="low" if strong or any(node.kind == "file" for node, _ in found) else "info",
    )


def _count(number: int) -> str:
    return "1 debugging tool is" if number == 1 else f"{number} debugging tools are"


def _evidence(image: Inventory, node: Node) -> Evidence | None:
    if node.kind == "symlink":
        target = image.resolve(node.filesystem, node.inner)
        return None if target is None else attribute(node, f"link to {node.target}")
    if image.facts(node, ElfFacts) is None:
        return None
    return at(node, Span(offset=0, length=16, text="ELF header of the program"))
