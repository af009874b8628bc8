"""What policies see of accounts, wherever in a policy it is read, and what is kept where none reads it."""

import pytest

from interlock.identity import AccountName
from interlock.model.balances import Balances, Standing
from support.budgets import call, engine_of, intent_of, limited
from support.ledgers import NOW

SPENT = {AccountName("team-tokens/tokens/"): Standing(spent=600)}

POLICY = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {{name: seeing}}
spec:
  layer: platform
  area: intent
  description: Says what is spent.
  {spec}
"""
RULES = "rules: [{{name: spends, forbid: {forbid}, message: said{more}}}]"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (RULES.format(forbid="'budgets.exists(b, b.spent == 600)'", more=""), "said"),
        (
            RULES.format(forbid="'true'", more=", messageExpression: \"'it is ' + string(budgets[0].spent)\""),
            "it is 600",
        ),
        (
            "match: {when: 'budgets.exists(b, b.spent == 600)'}\n  " + RULES.format(forbid="'true'", more=""),
            "said",
        ),
        (
            "variables: [{name: spent, expression: 'budgets[0].spent'}]\n  "
            + RULES.format(forbid="'variables.spent == 600'", more=""),
            "said",
        ),
    ],
)
def test_accounts_are_seen_wherever_a_policy_reads_them(spec: str, message: str) -> None:
    engine = engine_of(limited("tokens", 1000), POLICY.format(spec=spec))
    decision = engine.decide(intent_of(engine, call()), now=NOW, balances=Balances(accounts=SPENT))
    assert [denial.message for denial in decision.denials] == [message]


def test_what_was_spent_is_kept_with_the_decision_though_no_policy_reads_it() -> None:
    engine = engine_of(limited("tokens", 1000))
    decision = engine.decide(intent_of(engine, call()), now=NOW, balances=Balances(accounts=SPENT))
    assert decision.allowed
    assert decision.found.accounts == SPENT
    assert [charge.spent for charge in decision.charges] == [600]
