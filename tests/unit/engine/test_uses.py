"""Counted waivers in decisions: who takes a use, who does not, and what the decision says of it."""

import sqlite3
from collections.abc import Collection
from pathlib import Path
from typing import Any

import msgspec
import pytest

from interlock.analysis.replay import replay
from interlock.decisionlog.entry import Entry, decode_entry, encode_entry
from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.errors import OperatorError
from interlock.identity import WaiverName
from interlock.intents.extract import extract
from interlock.ledger.waivers.memory import MemoryUses
from interlock.ledger.waivers.sqlite import SqliteUses
from interlock.ledger.waivers.uses import Claim, Left, Quota
from interlock.model.balances import Balances
from interlock.model.decision import Balance, Decision
from support.admitting import admitted
from support.reviews import chat
from support.waivers import NOW, asks_for, policies_with, waiver

_TRIAL = waiver("trial", "small", uses=2)
_REQUEST = {"uid": "1", "object": {"replicas": 3}}


def _engine(*waivers: Any, uses: Any = None) -> Engine:
    return Engine(policies_with(waivers), uses)


def _admitted(engine: Engine, model: str, request: dict[str, Any] | None = None) -> Decision:
    return admitted(engine, asks_for(model, engine), now=NOW, request=request)


def _uses(decision: Decision) -> dict[str, int]:
    return {each.waiver: each.left for each in decision.uses}


def _left(engine: Engine) -> dict[str, int]:
    """What waivers of whatever `large-beta` needs have left, asked without taking anything."""
    return _uses(engine.decide(asks_for("large-beta", engine), now=NOW))


def test_each_allowance_takes_a_use_until_none_is_left() -> None:
    engine = _engine(_TRIAL)
    decisions = [_admitted(engine, "large") for _ in range(4)]
    assert [decision.allowed for decision in decisions] == [True, True, False, False]
    assert [record(decision)["uses"] for decision in decisions] == [
        {"trial": 2},
        {"trial": 1},
        {"trial": 0},
        {"trial": 0},
    ]
    assert [denial.message for denial in decisions[2].denials] == ["too large"]


def test_deciding_and_mutating_take_nothing() -> None:
    engine = _engine(_TRIAL)
    for _ in range(3):
        assert engine.decide(asks_for("large", engine), now=NOW).allowed
        read, changes = engine.mutate({}, lambda _: asks_for("large", engine))
        assert engine.decide(read, now=NOW, changes=changes).allowed
    assert _left(engine) == {"trial": 2}


def test_a_denial_takes_nothing() -> None:
    engine = _engine(_TRIAL)
    decision = _admitted(engine, "large-banned")
    assert not decision.allowed
    assert [verdict.waiver for verdict in decision.waived] == ["trial"]
    assert _uses(decision) == {"trial": 2}
    assert _left(engine) == {"trial": 2}


def test_what_needs_no_waiver_takes_and_says_nothing() -> None:
    engine = _engine(_TRIAL)
    decision = _admitted(engine, "small")
    assert decision.allowed
    assert decision.uses == ()
    assert "uses" not in record(decision)
    assert _left(engine) == {"trial": 2}


def test_a_waiver_that_lifts_two_violations_of_a_decision_is_used_once() -> None:
    engine = _engine(waiver("both", "small", "finished", uses=2))
    decision = _admitted(engine, "large-beta")
    assert len(decision.waived) == 2
    assert _left(engine) == {"both": 1}


def test_uses_of_several_waivers_are_taken_together_or_not_at_all() -> None:
    engine = _engine(waiver("a", "small", uses=2), waiver("b", "finished", uses=1))
    first, second = (_admitted(engine, "large-beta") for _ in range(2))
    assert first.allowed
    assert not second.allowed
    assert _uses(second) == {"a": 1, "b": 0}
    assert _left(engine) == {"a": 1, "b": 0}


def test_what_is_not_enforced_takes_nothing() -> None:
    engine = _engine(waiver("trial", "old", uses=1, policy="tried"))
    for _ in range(2):
        decision = _admitted(engine, "old")
        assert decision.allowed
        assert decision.warnings == ()
        assert _uses(decision) == {"trial": 1}


def test_a_waiver_that_nobody_counts_goes_before_one_that_is_counted() -> None:
    engine = _engine(_TRIAL, waiver("unlimited", "small"))
    decision = _admitted(engine, "large")
    assert [verdict.waiver for verdict in decision.waived] == ["unlimited"]
    assert decision.uses == ()


def test_counted_waivers_are_used_up_in_the_order_of_their_names() -> None:
    engine = _engine(_TRIAL, waiver("early", "small", uses=1))
    used = [_admitted(engine, "large").waived for _ in range(4)]
    assert [[verdict.waiver for verdict in waived] for waived in used] == [["early"], ["trial"], ["trial"], []]


def test_a_waiver_out_of_scope_is_not_asked_for_its_uses() -> None:
    engine = _engine(waiver("trial", "small", uses=1, scope="false"))
    decision = _admitted(engine, "large")
    assert not decision.allowed
    assert decision.uses == ()


def test_a_request_that_is_made_again_takes_its_use_once() -> None:
    engine = _engine(waiver("trial", "small", uses=1))
    first, again = (_admitted(engine, "large", dict(_REQUEST)) for _ in range(2))
    assert first.allowed
    assert record(again) == record(first)
    assert not _admitted(engine, "large", {**_REQUEST, "object": {"replicas": 9}}).allowed
    assert not _admitted(engine, "large").allowed


class _Overtaken(MemoryUses):
    """Another request takes a use between a decision and its own taking, as long as there are any."""

    def take(self, quotas: Collection[Quota], claim: Claim) -> Left | None:
        super().take(quotas, Claim(NOW))
        return super().take(quotas, claim)


def test_who_is_overtaken_is_decided_again() -> None:
    engine = _engine(_TRIAL, uses=_Overtaken())
    first, second = (_admitted(engine, "large") for _ in range(2))
    assert first.allowed
    assert _uses(first) == {"trial": 1}, "what was left when the use was taken, not when it was asked for"
    assert not second.allowed
    assert _uses(second) == {"trial": 0}


def test_who_is_overtaken_on_the_last_use_goes_on_with_another_waiver() -> None:
    engine = _engine(waiver("a", "small", uses=1), waiver("b", "small", uses=2), uses=_Overtaken())
    decision = _admitted(engine, "large")
    assert [verdict.waiver for verdict in decision.waived] == ["b"]
    assert _uses(decision) == {"a": 0, "b": 1}


def test_a_recorded_decision_is_made_again_from_its_uses() -> None:
    waivers = waiver("a", "small", uses=1), waiver("b", "finished", uses=2)
    engine, fresh = _engine(*waivers), _engine(*waivers)
    for model in ("large-beta", "large-beta", "beta", "beta", "large"):
        decision = _admitted(engine, model)
        left = {each.waiver: each.left for each in decision.uses}
        again = fresh.decide(asks_for(model, fresh), now=NOW, balances=Balances(uses=left))
        assert msgspec.json.encode(record(again)) == msgspec.json.encode(record(decision))


def test_a_logged_decision_is_replayed_with_its_uses() -> None:
    engine = _engine(waiver("a", "small", uses=1), waiver("b", "small", "finished", uses=2))
    for model in ("large-beta", "large", "beta", "large"):
        document = chat(model)
        decision = admitted(engine, extract(document, engine.context_at(NOW)), now=NOW)
        logged = decode_entry(encode_entry(Entry.of(decision, document, mutates=True)))
        assert replay(engine, logged).changes == ()


def test_a_waiver_of_which_a_recorded_decision_says_nothing_has_all_its_uses() -> None:
    engine = _engine(_TRIAL)
    assert engine.decide(asks_for("large", engine), now=NOW, balances=Balances()).uses == (
        Balance(WaiverName("trial"), 2),
    )


def test_uses_are_counted_on_when_policies_are_loaded_again() -> None:
    uses = MemoryUses()
    assert _admitted(_engine(_TRIAL, uses=uses), "large").allowed
    assert _left(_engine(_TRIAL, waiver("more", "finished"), uses=uses)) == {"trial": 1}


def test_without_counted_waivers_nothing_is_kept(tmp_path: Path) -> None:
    with SqliteUses(tmp_path / "uses.sqlite") as uses:
        assert _admitted(_engine(waiver("unlimited", "small"), uses=uses), "large").allowed
    assert list(tmp_path.iterdir()) == []


def test_an_engine_that_can_not_count_does_not_come_to_be(tmp_path: Path) -> None:
    with SqliteUses(tmp_path) as uses, pytest.raises(OperatorError, match="can't be counted: unable to open"):
        _engine(_TRIAL, uses=uses)


def test_where_uses_can_not_be_counted_nothing_rests_on_them(tmp_path: Path) -> None:
    path = tmp_path / "uses.sqlite"
    with SqliteUses(path) as uses:
        engine = _engine(_TRIAL, waiver("later", "old", uses=1, policy="tried"), uses=uses)
        with sqlite3.connect(path) as file:
            file.execute("DROP TABLE taken")
        file.close()
        decision = _admitted(engine, "large")
        assert not decision.allowed
        assert decision.failure == "the uses of waivers can't be counted now"
        tried = _admitted(engine, "old")
        assert tried.allowed
        assert tried.untried == "the uses of waivers can't be counted now"
        assert _admitted(engine, "small").allowed
