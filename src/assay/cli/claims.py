"""`assay claims`: who said what, on which evidence, and what bears on it."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.claims.extract import Proposer
    from assay.claims.records import Bearing, Extraction
    from assay.claims.register.collection import Register

SUMMARY = "keep a register of claims: who said what, on which evidence, what bears on it"
EXAMPLES = """\
examples:
  assay claims extract articles/*.txt --register register/
  assay claims review --register register/
  assay claims link bundle.assay --vendor Example --product R100 --register register/
  assay claims report --subject Example --output report.html

The register is a folder of JSON Lines files, or one SQLite file if its name ends in .sqlite.
"""
REGISTER = "claims-register"
FORMATS = ("html", "json", "csv", "cyclonedx", "claimreview")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the actions and their arguments to *parser*."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    _configure_extract(actions.add_parser("extract", help="read documents into the register"))
    _configure_review(actions.add_parser("review", help="accept, edit or reject proposals"))
    _configure_merge(actions.add_parser("merge", help="merge two claims or two actors"))
    _configure_link(actions.add_parser("link", help="link claims to results, lists, documents"))
    _configure_report(actions.add_parser("report", help="write the report on a subject"))
    _configure_train(actions.add_parser("train", help="learn from annotated texts"))


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--register",
        type=Path,
        default=Path(REGISTER),
        metavar="PATH",
        help="folder or SQLite file (default: ./%(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quiet", "-q", action="store_true", help="no remarks on stderr")


def _configure_extract(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("documents", nargs="+", type=Path, metavar="FILE", help="text, HTML or PDF")
    parser.add_argument("--publisher", default="", help="who published them, if you know")
    parser.add_argument("--author", default="", help="who wrote them, if you know")
    parser.add_argument("--published", default="", metavar="DATE", help="when, if you know")
    parser.add_argument("--url", default="", help="where they were published")
    parser.add_argument(
        "--model", type=Path, metavar="FILE", help="add what a trained model proposes"
    )
    parser.add_argument("--dry-run", action="store_true", help="print, but keep nothing")
    _common(parser)


def _configure_review(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "record",
        nargs="?",
        default="",
        metavar="ID",
        help="one record; without it, all that wait, one by one",
    )
    parser.add_argument("--accept", action="store_true")
    parser.add_argument("--reject", action="store_true")
    parser.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", help="edit a field"
    )
    _who(parser)
    _common(parser)


def _configure_merge(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("record", metavar="ID")
    parser.add_argument("into", metavar="INTO")
    _who(parser)
    _common(parser)


def _who(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--who", default="", help="who decides (default: your user name)")
    parser.add_argument("--why", default="", help="why")
    parser.add_argument("--date", default="", help="day of the decision (default: today, UTC)")


def _configure_link(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "bundles", nargs="*", type=Path, metavar="BUNDLE", help="sealed evaluations"
    )
    parser.add_argument("--vendor", default="", help="vendor of the evaluated product")
    parser.add_argument("--product", default="", help="its model")
    parser.add_argument("--version", default="", help="its firmware version")
    parser.add_argument("--measures", action="store_true", help="compare measures with the lists")
    parser.add_argument("--parties", action="store_true", help="join actors with listed parties")
    parser.add_argument(
        "--document", type=Path, metavar="FILE", help="a document that bears on a claim"
    )
    parser.add_argument(
        "--claim", default="", metavar="ID", help="the claim that the document bears on"
    )
    parser.add_argument(
        "--effect", choices=("supports", "weakens", "contradicts", "none"), default="none"
    )
    _who(parser)
    _common(parser)


def _configure_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--subject", default="", help="only claims about this (default: all)")
    parser.add_argument("--format", choices=FORMATS, default="")
    parser.add_argument(
        "--output", "-o", type=Path, metavar="FILE", help="default: standard output"
    )
    _common(parser)


def _configure_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="annotated texts (see docs/claims.md)"
    )
    parser.add_argument(
        "--output", "-o", type=Path, metavar="FILE", help="where to write the model"
    )
    _common(parser)


def run(arguments: argparse.Namespace) -> int:
    """Carry out the action asked for."""
    actions = {
        "extract": _extract,
        "review": _review,
        "merge": _merge,
        "link": _link,
        "report": _report,
        "train": _train,
    }
    return actions[arguments.action](arguments)


def _extract(arguments: argparse.Namespace) -> int:
    from assay.claims.register import storage
    from assay.errors import UnreadableInput

    register = storage.load(arguments.register)
    failed = 0
    for path in arguments.documents:
        try:
            extraction = _extract_one(path, arguments)
        except UnreadableInput as error:
            failed += 1
            print(f"assay: {path}: {error} {error.advice}".rstrip(), file=sys.stderr)
            continue
        register.add(extraction)
        _show_extraction(path, extraction, arguments)
    register.relate()
    if not arguments.dry_run:
        storage.save(register, arguments.register)
        _remark(arguments, f"register: {arguments.register}")
    return 2 if failed and failed == len(arguments.documents) else 0


def _extract_one(path: Path, arguments: argparse.Namespace) -> "Extraction":
    from assay.claims.extract import extract
    from assay.claims.reading.document import MOST_BYTES
    from assay.claims.reading.metadata import Hints
    from assay.claims.reading.pdf import MOST_BYTES as MOST_PDF
    from assay.errors import UnreadableInput

    try:
        with path.open("rb") as file:
            data = file.read(max(MOST_BYTES, MOST_PDF) + 1)
    except OSError as error:
        raise UnreadableInput(
            f"cannot be read: {error.strerror}.", advice="Name a readable file."
        ) from error
    hints = Hints(
        path.name, arguments.url, arguments.publisher, arguments.author, arguments.published
    )
    return extract(data, hints, more=_model(arguments.model))


def _model(path: Path | None) -> "Proposer | None":
    if path is None:
        return None
    from functools import partial

    import msgspec

    from assay._kernel import canonical
    from assay.claims.training import Model, propose
    from assay.errors import UnreadableInput

    try:
        return partial(propose, canonical.decode(path.read_bytes(), Model))
    except (OSError, msgspec.MsgspecError) as error:
        raise UnreadableInput(
            f"{path} is no model: {error}",
            advice="Make one with `assay claims train DIR --output FILE`.",
        ) from error


def _show_extraction(path: Path, extraction: "Extraction", arguments: argparse.Namespace) -> None:
    from assay._kernel import canonical

    if arguments.json:
        sys.stdout.write(canonical.encode(extraction).decode() + "\n")
        return
    document = extraction.document
    notes = f"; {'; '.join(document.notes)}" if document.notes else ""
    print(
        f"{path}: {len(extraction.statements)} statements, "
        f"{len(extraction.claims)} claims, {len(extraction.measures)} "
        f"measures{notes}"
    )


def _review(arguments: argparse.Namespace) -> int:
    from assay.claims.register import review, storage
    from assay.errors import UsageError

    register = storage.load(arguments.register)
    who, when = _decider(arguments)
    if not arguments.record:
        return _review_all(register, arguments, who, when)
    if arguments.accept:
        decision = review.accept(register, arguments.record, who=who, when=when, why=arguments.why)
    elif arguments.reject:
        decision = review.reject(register, arguments.record, who=who, when=when, why=arguments.why)
    elif arguments.set:
        decision = review.edit(
            register,
            arguments.record,
            _changes(arguments.set),
            who=who,
            when=when,
            why=arguments.why,
        )
    else:
        raise UsageError(
            "no decision was given", advice="Use --accept, --reject or --set FIELD=VALUE."
        )
    storage.save(register, arguments.register)
    print(f"{decision.action}: {decision.record} by {decision.who} on {decision.when}")
    return 0


def _changes(pairs: list[str]) -> dict[str, str]:
    from assay.errors import UsageError

    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise UsageError(f"{wrong[0]!r} is not FIELD=VALUE", advice="For instance --set act=deny.")
    return {field: value for field, _, value in (pair.partition("=") for pair in pairs)}


def _review_all(register: "Register", arguments: argparse.Namespace, who: str, when: str) -> int:
    """Go through what waits; without a terminal only list it."""
    from functools import partial

    from assay.claims.register import review, storage
    from assay.claims.register.prompt import Prompt, review_waiting
    from assay.claims.report.lines import one_line

    if not sys.stdin.isatty():
        for kind, row in review.waiting(register):
            print(f"{row.id}  {kind[:-1]:<10}  {one_line(kind, row, register)}")
        return 0
    keep = partial(storage.save, register, arguments.register)
    review_waiting(register, Prompt(input, print, keep, who, when, arguments.why))
    return 0


def _merge(arguments: argparse.Namespace) -> int:
    from assay.claims.register import review, storage

    register = storage.load(arguments.register)
    who, when = _decider(arguments)
    decision = review.merge(
        register, arguments.record, arguments.into, who=who, when=when, why=arguments.why
    )
    storage.save(register, arguments.register)
    print(f"merged {decision.record} into {decision.into}")
    return 0


def _link(arguments: argparse.Namespace) -> int:
    from assay.claims.register import storage
    from assay.errors import UsageError

    register = storage.load(arguments.register)
    if not (arguments.bundles or arguments.measures or arguments.parties or arguments.document):
        raise UsageError(
            "nothing to link was named",
            advice="Name a bundle, or use --measures, --parties or --document.",
        )
    for path in arguments.bundles:
        _show_bearings(_link_bundle(register, path, arguments), register, arguments)
    if arguments.measures:
        _link_measures(register)
    if arguments.parties:
        _link_parties(register, arguments)
    if arguments.document:
        _link_document(register, arguments)
    storage.save(register, arguments.register)
    return 0


def _link_bundle(
    register: "Register", path: Path, arguments: argparse.Namespace
) -> "list[Bearing]":
    from assay.claims.bearing.facts import ImageFact
    from assay.claims.bearing.linking import link_image
    from assay.seal import bundle

    read = bundle.read(path)
    if not (arguments.vendor and arguments.product):
        _remark(arguments, "without --vendor and --product no claim can be matched to the image")
    fact = ImageFact(
        bundle=read.digest,
        sha256=read.evaluation.subject.sha256,
        vendor=arguments.vendor,
        product=arguments.product,
        version=arguments.version,
        evaluation=read.evaluation,
    )
    return link_image(register, fact)


def _show_bearings(
    bearings: "list[Bearing]", register: "Register", arguments: argparse.Namespace
) -> None:
    from assay._kernel import canonical

    if arguments.json:
        sys.stdout.write(canonical.encode(bearings).decode() + "\n")
        return
    for one in bearings:
        claim = register.get("claims", one.claim)
        print(
            f"{one.effect:<11} {claim.id}  {claim.text}\n            {one.reason} "
            f"[{one.scope_match}]"
        )
    if not bearings:
        print("no claim of the register meets this image")


def _link_measures(register: "Register") -> None:
    from assay.claims.bearing.facts import facts_of
    from assay.claims.bearing.linking import link_measures
    from assay.supply.catalogue import shipped

    met = link_measures(register, facts_of(shipped()))
    print(f"{met} measures meet a recorded one")
    for one in register.all("measures"):
        for item in one.discrepancies:
            print(
                f"  {one.kind} on {one.target}: {item.field}: told {item.claimed!r}, "
                f"recorded {item.recorded!r}"
            )


def _link_parties(register: "Register", arguments: argparse.Namespace) -> None:
    from assay.claims.bearing.linking import link_parties
    from assay.claims.bearing.parties import parties_of

    _, when = _decider(arguments)
    parties = parties_of(register.all("actors"), when)
    print(
        f"{link_parties(register, lambda name: parties.get(name, ''))} actors "
        f"joined with listed parties"
    )


def _link_document(register: "Register", arguments: argparse.Namespace) -> None:
    import hashlib

    from assay.claims.bearing.linking import link_document
    from assay.errors import UnreadableInput

    try:
        digest = hashlib.sha256(arguments.document.read_bytes()).hexdigest()
    except OSError as error:
        raise UnreadableInput(
            f"{arguments.document} cannot be read: {error.strerror}", advice="Name a readable file."
        ) from error
    who, _ = _decider(arguments)
    bearing = link_document(
        register,
        arguments.claim,
        document=digest,
        effect=arguments.effect,
        who=who,
        why=arguments.why,
    )
    print(f"{bearing.effect}: {bearing.claim} by document {digest[:16]}")


def _report(arguments: argparse.Namespace) -> int:
    from assay.claims.register import storage
    from assay.claims.report.view import view_of
    from assay.errors import UsageError

    if not arguments.register.exists():
        raise UsageError(
            f"there is no register at {arguments.register}",
            advice="Run `assay claims extract` first, or name one with --register.",
        )
    text = _written(
        view_of(storage.load(arguments.register), arguments.subject), _format(arguments)
    )
    if arguments.output is None:
        sys.stdout.write(text)
        return 0
    from assay.seal.storage import write_atomically

    write_atomically(arguments.output, [text.encode("utf-8")])
    _remark(arguments, f"written: {arguments.output}")
    return 0


def _format(arguments: argparse.Namespace) -> str:
    if arguments.json:
        return "json"
    suffix = arguments.output.suffix.lstrip(".") if arguments.output else ""
    return arguments.format or (suffix if suffix in FORMATS else "html")


def _written(view: object, form: str) -> str:
    from assay.claims.report import exchange, html, tables

    writers = {
        "html": html.as_html,
        "json": tables.as_json,
        "csv": tables.as_csv,
        "cyclonedx": exchange.as_cyclonedx,
        "claimreview": exchange.as_claim_review,
    }
    return writers[form](view)  # type: ignore[arg-type]


def _train(arguments: argparse.Namespace) -> int:
    from assay._kernel import canonical
    from assay.claims.training import train

    model = train(arguments.folder)
    text = canonical.encode(model).decode() + "\n"
    if arguments.output:
        from assay.seal.storage import write_atomically

        write_atomically(arguments.output, [text.encode()])
        print(
            f"{model.texts} texts, {len(model.weights)} weights; held out: "
            f"precision {model.precision}, recall {model.recall} permille"
        )
    else:
        sys.stdout.write(text)
    return 0


def _decider(arguments: argparse.Namespace) -> tuple[str, str]:
    """Return who decides and on which day; only the command line asks the host for either."""
    import getpass

    from assay.cli.screen import today

    return arguments.who or getpass.getuser(), arguments.date or today()


def _remark(arguments: argparse.Namespace, text: str) -> None:
    if not arguments.quiet:
        print(f"assay: {text}", file=sys.stderr)
