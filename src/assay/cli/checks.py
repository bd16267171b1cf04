"""`assay checks`: what is tested, and what each test leaves alone."""

import argparse

SUMMARY = "list the checks, or explain one"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("id", nargs="?", help="explain one check")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """List all checks, or explain one."""
    from msgspec.structs import asdict

    from assay._kernel import canonical
    from assay.checks.runner import checks
    from assay.cli import PASS
    from assay.errors import UnknownName

    found = [module.CHECK for module in checks()]
    if arguments.id:
        found = [check for check in found if check.id == arguments.id]
        if not found:
            raise UnknownName(f"no check named {arguments.id}", advice="See `assay checks`.")
    if arguments.json:
        print(canonical.encode([asdict(check) for check in found]).decode())
        return PASS
    for check in found:
        print(f"{check.id:34} {check.severity:9} {check.title}")
        if arguments.id:
            print(f"\n{check.about}\n\nLooks at: {check.looks_at}")
            print(f"Not a finding: {check.not_a_finding}")
            if check.advice:
                print(f"Advice: {check.advice}")
            if check.cwe:
                print("CWE: " + ", ".join(map(str, check.cwe)))
            for reference in check.references:
                print(reference)
    return PASS
