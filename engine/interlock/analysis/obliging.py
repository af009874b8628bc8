"""Where a policy obliges somebody who meets no obligations: the API server.

Kubernetes asks whether an object may be stored and does nothing else. What a
rule obliges to is met by gateways.
"""

from collections.abc import Iterator

from interlock.analysis.finding import Finding, Severity
from interlock.loading.compiled import CompiledPolicy
from interlock.model.intent import Action
from interlock.model.policy import PERMIT
from interlock.model.verdict import RuleId
from interlock.spelling import quoted

_ASKED_BY_THE_API_SERVER = frozenset(action.value for action in Action if action.startswith("workload."))


def obliging(compiled: CompiledPolicy) -> Iterator[Finding]:
    """The rules and limits of `compiled` that oblige the API server, if it asks about Intents of this sort."""
    actions = compiled.policy.match.actions
    if actions and _ASKED_BY_THE_API_SERVER.isdisjoint(actions):
        return
    for clause in compiled.rules_and_limits:
        if clause.id.obligations:
            yield Finding(clause.id.span, Severity.WARNING, _message(clause.id))


def _message(rule: RuleId) -> str:
    names = ", ".join(quoted(each.name) for each in rule.obligations)
    effect = "what this permits is denied there" if rule.effect is PERMIT else "its denials go without"
    return f"the API server does not meet {names}, so {effect}: match only `model.*` or `tool.*` actions"
