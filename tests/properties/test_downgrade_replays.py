"""Decisions whose changes rest on how accounts stand are made again from what they found."""

import pytest

from interlock.analysis.replay import Comparison, replay
from interlock.checks.read import Read
from interlock.decisionlog.entry import Entry, decode_entry, encode_entry
from interlock.engine.admission import Admission
from interlock.identity import AccountName, OrganizationName
from interlock.ledger.hold import Hold, Taking, hold_id
from interlock.ledger.stores.memory import MemoryLedger
from interlock.units import Instant
from support.admitting import at_once
from support.budgets import call, engine_of, limited
from support.ledgers import HOUR, NOW, line, whole

_DOWNGRADE = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: cheaper}
spec:
  layer: platform
  match: {actions: [model.chat], kinds: [ChatCompletion]}
  description: Who has used most of a budget gets a smaller model.
  locks:
    - {path: [model], value: unpriced, when: "budgets.exists(b, b.usedPercent >= 50)"}
"""


@pytest.mark.parametrize("spent", [0, 499, 500, 880, 900, 2000])
def test_a_logged_decision_is_replayed_with_the_changes_that_it_had(spent: int) -> None:
    by_model = '  key: "intent.models[0].name"\n'
    engine = engine_of(_DOWNGRADE, limited("tokens", 1000, by_model))
    ledger = MemoryLedger()
    for number, model in enumerate(("priced", "unpriced")):
        account = AccountName(f"team-tokens/tokens/{model}")
        taken = Hold(
            id=hold_id(OrganizationName(""), bytes([number])),
            lines=(line(account, 1, None, bucket=0, since=0),),
            expires=Instant(NOW + HOUR),
            facts={},
        )
        at_once(ledger.take(Taking(organization=OrganizationName(""), holds=(taken,)), NOW))
        at_once(ledger.settle(taken.id, whole(tokens=spent >> number), NOW))
    document = call() | {"appliesPatches": True}
    read = Read.of(engine, document, now=NOW)  # type: ignore[arg-type]
    admitted = at_once(Admission(engine, ledger).admit([read.ask], now=NOW))
    assert isinstance(admitted, tuple)
    (decision,) = admitted
    logged = decode_entry(encode_entry(Entry.of(decision, document, mutates=True)))
    assert replay(engine, logged).comparison is Comparison.SAME
    assert bool(decision.patches) == (spent >= 500)
