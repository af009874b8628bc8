"""The plainest rule, and the plainest waiver of a rule: tests replace what they are about."""

from typing import Final

from interlock.identity import PolicyName, RuleName, WaiverName
from interlock.model.area import Area
from interlock.model.policy import Effect, Enforcement
from interlock.model.verdict import RuleId
from interlock.model.waiver import Waived, Waiver
from interlock.spans import typed_in
from interlock.units import Instant
from support.strategies import DIGEST, HERE, NAMES, NOW

RULE: Final = RuleId(
    policy=PolicyName("p"),
    rule=RuleName("r"),
    layer=NAMES[1],
    area=Area.TOOLS,
    effect=Effect.REQUIRE,
    enforcement=Enforcement.ENFORCE,
    digest=DIGEST,
    span=HERE,
)


def waiver_for(rule: RuleId) -> Waiver:
    """A waiver of `rule` by the highest layer, in force at `NOW` and not a moment longer."""
    return Waiver(
        name=WaiverName("w"),
        layer=NAMES[0],
        rules=(Waived(policy=rule.policy, rule=rule.rule, digest=rule.digest),),
        scope=typed_in("true"),
        owner="jane",
        approver="joe",
        reason="a migration",
        starts=NOW,
        expires=Instant(NOW + 1),
        span=HERE,
    )
