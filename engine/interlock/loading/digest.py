"""The digest of a rule: it changes exactly when the rule may mean something else."""

from interlock.digests import digest_of
from interlock.identity import Digest
from interlock.loading.kinds.policy import PolicySpec, RuleShape
from interlock.model.policy import Effect, Match


def rule_digest(policy: PolicySpec, match: Match, rule: RuleShape, effect: Effect, expression: str) -> Digest:
    """The digest of all that the meaning of `rule` depends on.

    That is its own name, effect and expression and its policy's layer, area,
    onError, match and variables. Texts for people and the enforcement mode
    are left out: rewording a message or enforcing what was audited needs no
    new approval.
    """
    meaning = {
        "layer": policy.layer,
        "area": policy.area,
        "onError": policy.on_error,
        "actions": sorted(match.actions),
        "kinds": sorted(match.kinds),
        "when": policy.match.when,
        "variables": [[variable.name, variable.expression] for variable in policy.variables],
        "rule": rule.name,
        "effect": effect,
        "expression": expression,
    }
    return digest_of(meaning)
