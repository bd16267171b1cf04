"""`assay profiles`: the standards that an image can be judged against."""

import argparse
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.judge.profile import Profile, Requirement

SUMMARY = "list the standards to judge against, or show one"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to *parser*."""
    parser.add_argument(
        "profile", nargs="?", metavar="PROFILE", help="id of a profile, or a .toml file, to show"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print the profiles, or the one that is named; returns the exit code."""
    from assay.judge import profile

    if arguments.profile:
        return _show(profile.load(arguments.profile), as_json=arguments.json)
    return _list([profile.load(name) for name in profile.names()], as_json=arguments.json)


def _list(profiles: "list[Profile]", *, as_json: bool) -> int:
    if as_json:
        _print_json([_facts(profile) for profile in profiles])
        return 0
    for profile in profiles:
        required = sum(item.mandatory for item in profile.requirements)
        print(f"{profile.id}  {profile.title}, {profile.edition}")
        print(f"    {len(profile.requirements)} requirements, {required} mandatory")
    return 0


def _show(profile: "Profile", *, as_json: bool) -> int:
    from assay.checks.runner import checks
    from assay.judge.profile import unknown_checks

    missing = unknown_checks(profile, {module.CHECK.id for module in checks()})
    if as_json:
        _print_json(_facts(profile) | {"profile": profile, "unknown_checks": missing})
        return 0
    print("\n".join(_lines(profile)))
    if missing:
        print(f"\nNo such test here: {', '.join(missing)}; these requirements cannot pass.")
    return 0


def _lines(profile: "Profile") -> Iterator[str]:
    yield f"{profile.title}, {profile.edition}"
    yield profile.status
    yield profile.url
    yield profile.notes
    yield ""
    for requirement in profile.requirements:
        yield from _requirement_lines(requirement)
    yield ""
    for mode, count in sorted(Counter(item.mode for item in profile.requirements).items()):
        yield f"{count:4} {mode}"
    unverified = sum(not item.verified for item in profile.requirements)
    yield f"{unverified:4} with an id that was not verified"


def _requirement_lines(requirement: "Requirement") -> Iterator[str]:
    force = "must  " if requirement.mandatory else "should"
    mark = "" if requirement.verified else "  (id not verified)"
    yield f"{requirement.id:8} {force} {requirement.mode:9} {requirement.says}{mark}"
    lists = {
        "can fail it": requirement.can_fail,
        "can pass it": requirement.can_pass,
        "can do both": requirement.both,
        "hints": requirement.hints,
    }
    for label, ids in lists.items():
        if ids:
            yield f"{'':26}{label}: {', '.join(ids)}"


def _facts(profile: "Profile") -> dict[str, object]:
    return {
        "id": profile.id,
        "title": profile.title,
        "edition": profile.edition,
        "digest": profile.digest,
        "requirements": len(profile.requirements),
        "mandatory": sum(item.mandatory for item in profile.requirements),
        "modes": dict(sorted(Counter(item.mode for item in profile.requirements).items())),
    }


def _print_json(value: object) -> None:
    import msgspec

    print(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
