"""What one rule says of one item of one Intent.

These are made and hashed for every request, so they are Structs, which
do both faster than frozen dataclasses (docs/decisions/0006).
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from interlock.identity import Digest, LayerName, PolicyName, RuleName, WaiverName
from interlock.model.area import Area
from interlock.model.limit import Bound
from interlock.model.obligation import Obligation
from interlock.model.policy import Effect, Enforcement
from interlock.spans import Span


class Outcome(StrEnum):
    """The five things that a rule can say."""

    SATISFIED = "satisfied"
    VIOLATED = "violated"
    PERMITTED = "permitted"
    NOT_APPLICABLE = "notApplicable"
    ERRORED = "errored"


# Looking a member up in its enum takes 0.16 µs more than a name on Python 3.11, which hot loops feel.
SATISFIED: Final = Outcome.SATISFIED
VIOLATED: Final = Outcome.VIOLATED
PERMITTED: Final = Outcome.PERMITTED
ERRORED: Final = Outcome.ERRORED


class RuleId(Struct, frozen=True, kw_only=True, cache_hash=True):
    """Which rule spoke: enough to find it, to waive it and to weigh it.

    `obligations` and `advice` go with a decision that rests on the rule: those
    of a permit with an allowance, all others with a denial.
    """

    policy: PolicyName
    rule: RuleName
    layer: LayerName
    area: Area
    effect: Effect
    enforcement: Enforcement
    digest: Digest
    span: Span
    obligations: tuple[Obligation, ...] = ()
    advice: tuple[Obligation, ...] = ()


class Verdict(Struct, frozen=True, kw_only=True):
    """One rule's outcome for one item.

    `item` is the path of the item in the Intent, such as `tools[0]`, and
    `intent` for the Intent itself. `message` says what is wrong and `remedy`
    what to do about it, where the rule has one. `error` is set exactly where
    the outcome is errored; `ignored` where the policy lawfully ignores it.
    `waiver` names the waiver that lifts this violation. `bound` is what a limit
    sets, also where it is satisfied.
    """

    rule: RuleId
    outcome: Outcome
    item: str
    message: str = ""
    remedy: str = ""
    error: str = ""
    ignored: bool = False
    waiver: WaiverName | None = None
    bound: Bound | None = None
