"""One record in one line of text, for the terminal."""

from assay.claims.records import Bearing, Claim, Measure, Relation, Statement
from assay.claims.register.collection import Register


def one_line(kind: str, row: object, register: Register) -> str:
    """Return *row*, a record of *kind*, in one line."""
    del kind
    if isinstance(row, Statement):
        names = [register.get("actors", link.actor) for link in row.chain]
        chain = " → ".join(
            actor.name if actor else link.mention
            for actor, link in zip(names, row.chain, strict=True)
        )
        return (
            f"{chain} | {row.act}, {row.mode}, {row.evidence.kind} | "
            f"{row.content.text} | {row.rule} {row.confidence // 10} %"
        )
    if isinstance(row, Claim):
        return f"{row.text} | {row.kind}, {row.form} | {len(row.assertions)} assertions"
    if isinstance(row, Measure):
        return (
            f"{row.kind}: {row.authority} → {row.target} | "
            f"{row.instrument or 'no instrument named'} | "
            f"{row.effective.date or 'undated'}"
        )
    if isinstance(row, Relation):
        return f"{row.source} {row.kind} {row.target} | {row.reason}"
    if isinstance(row, Bearing):
        return f"{row.effect} {row.claim} | {row.reason}"
    return repr(row)
