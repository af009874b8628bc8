"""Why a decision is what it is: each rule with what its expressions were made of."""

from dataclasses import dataclass

from interlock.cel.explanation.trace import Step
from interlock.decisionlog.codes import ReasonCode
from interlock.engine.refusals import ExplainedRefusal
from interlock.model.decision import Decision, Demand, Limitation
from interlock.model.limit import Bound
from interlock.model.verdict import Outcome, RuleId
from interlock.model.waiver import Waiver
from interlock.spans import SourceText


@dataclass(frozen=True, slots=True)
class NamingWaiver:
    """A waiver that names the rule; `obstacle` is why it lifts nothing here, or nothing where it lifts."""

    waiver: Waiver
    obstacle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedRule:
    """What one rule said of one item, and why.

    `clause` is the part of the policy that settled it: the rule's effect, or
    `match.when` where that is why the policy does not apply or nobody knows
    whether it does. `expression` is that part as it was written and `step`
    what it was made of; both are None where action or kind don't match.
    `variables` are the policy's own that were read, each once, in the order
    in which they were first read. Of a limit, `computed` are its bounds that
    are expressions, `bound` is what it sets, and `together` what all limits
    in force leave of what it measures. `outcome` is that of the rule, and
    `unpermitted` of a permit whose expression is false.
    """

    rule: RuleId
    item: str
    outcome: str
    clause: str
    expression: SourceText | None
    step: Step | None
    variables: tuple[tuple[str, Step], ...]
    obstacle: str = ""
    """Why the policy does not apply, as the rest of a sentence about it, or nothing where it does."""
    message: str = ""
    remedy: str = ""
    waivers: tuple[NamingWaiver, ...] = ()
    computed: tuple[tuple[str, Step], ...] = ()
    bound: Bound | None = None
    together: Limitation | None = None

    @property
    def is_silent(self) -> bool:
        """Whether the rule neither denies nor permits nor fails."""
        return self.outcome in {Outcome.SATISFIED, Outcome.NOT_APPLICABLE, ReasonCode.UNPERMITTED}


@dataclass(frozen=True, slots=True)
class MissingPermit:
    """A demand that no permit met, and every permit of that layer and area with why it did not."""

    demand: Demand
    considered: tuple[ExplainedRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A decision with all rules that apply, in the decision's order, and all permits that it lacks.

    `refusals` are what Kubernetes' policies have against it.
    """

    decision: Decision
    rules: tuple[ExplainedRule, ...]
    missing: tuple[MissingPermit, ...]
    refusals: tuple[ExplainedRefusal, ...] = ()
