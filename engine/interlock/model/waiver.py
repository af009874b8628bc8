"""A governed exception: who lifts which rule, for what, why and until when."""

from dataclasses import dataclass

from interlock.identity import Digest, LayerName, PolicyName, RuleName, WaiverName
from interlock.spans import SourceText, Span
from interlock.units import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived:
    """One exact rule, as it was when the waiver was approved."""

    policy: PolicyName
    rule: RuleName
    digest: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """Lifts violations of the rules that it names, where `scope` is true.

    In force from `starts` until just before `expires`. `layer` is the
    authority that issued it and reaches its own layer and those below.
    `approver` is never `owner`, who benefits. `max_uses` is how many allowed
    requests it may lift something for, where that is counted.
    """

    name: WaiverName
    layer: LayerName
    rules: tuple[Waived, ...]
    scope: SourceText
    owner: str
    approver: str
    reason: str
    starts: Instant
    expires: Instant
    max_uses: int | None = None
    span: Span

    def is_in_force(self, now: Instant) -> bool:
        """Whether `now` lies in the half-open interval from `starts` to `expires`."""
        return self.starts <= now < self.expires
