"""Waivers: never approved by their owner, and over after they start."""

from interlock.documents.document import Document
from interlock.errors import Problem
from interlock.identity import Digest, LayerName, PolicyName, RuleName, WaiverName
from interlock.loading.decode.names import NAME
from interlock.loading.kinds.waiver import WaivedShape, WaiverDocument
from interlock.model.waiver import Waived, Waiver
from interlock.units import Instant


def decode_waiver(document: Document, shape: WaiverDocument) -> tuple[Waiver | None, list[Problem]]:
    """The waiver that `shape` describes; how long it may last is for the policy set to say."""
    spec = shape.spec
    problems: list[Problem] = []
    if spec.owner.strip().casefold() == spec.approver.strip().casefold():
        message = "approver is the owner, who benefits: have somebody else approve"
        problems.append(document.problem(("spec", "approver"), message))
    if spec.expires <= spec.starts:
        message = "`spec.expires` is not after `spec.starts`: choose a later time"
        problems.append(document.problem(("spec", "expires"), message))
    if problems:
        return None, problems
    waiver = Waiver(
        name=WaiverName(shape.metadata.name),
        layer=LayerName(spec.layer),
        rules=tuple(_waived(w) for w in spec.rules),
        scope=document.text(("spec", "scope")),
        owner=spec.owner,
        approver=spec.approver,
        reason=spec.reason,
        starts=Instant(spec.starts),
        expires=Instant(spec.expires),
        max_uses=spec.max_uses,
        span=document.span(NAME),
    )
    return waiver, []


def _waived(shape: WaivedShape) -> Waived:
    return Waived(policy=PolicyName(shape.policy), rule=RuleName(shape.rule), digest=Digest(shape.digest))
