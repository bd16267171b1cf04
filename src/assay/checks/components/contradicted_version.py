"""Programs whose own version text is contradicted by their body: a fork, a backport, a disguise."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, at
from assay.identify.fingerprints.decision import Claim
from assay.identify.matchers import banners
from assay.identify.matchers.fingerprints import claims_in
from assay.identify.sighting import Sighting
from assay.inventory.image import Inventory
from assay.model.result import Finding
from assay.model.tree import Node

CHECK = Check(
    id="components.contradicted-version",
    version=1,
    title="Version text that the program's body contradicts",
    severity="low",
    about="Who looks up known flaws by the version that a program states gets wrong answers when "
    "its body is that of another release.",
    looks_at="files that state a version of a component whose features are known",
    not_a_finding="A body that fits no release that was learnt contradicts nothing.",
    cwe=(1104,),
    advice="Ask for the true release and for the fixes that were carried over.",
    applies=False,
    needs_components=True,
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each file whose body is sure to be of another release than it says."""
    stated: dict[tuple[str, str], list[Sighting]] = {}
    for one in banners.match(image):
        if one.version:
            stated.setdefault((one.node.path, one.key), []).append(one)
    for node, claim in claims_in(image):
        texts = stated.get((node.path, claim.key), [])
        if texts or claim.release.contradicts:
            scope.saw()
            yield from _contradiction(node, claim, texts)


def _contradiction(node: Node, claim: Claim, texts: list[Sighting]) -> Iterator[Finding]:
    release = claim.release
    told = [one for one in texts if not release.includes(one.version)]
    fits = len(told) < len(texts)
    version = release.contradicts or (told[0].version if told and not fits else "")
    if not version or not release.sure or claim.form == "fragment":
        return
    between = f"between {release.low or 'the oldest'} and {release.high or 'the newest'}"
    body = between if release.low or release.high else release.version
    evidence = [at(node, one.span) for one in told[:1]] + [at(node, one) for one in claim.spans[:3]]
    yield CHECK.finding(
        node,
        f"{node.inner or node.path} states {claim.key} {version}; its body is that of a release "
        f"{body} known to the index ({claim.hits} features).",
        evidence,
        confidence="firm",
    )
