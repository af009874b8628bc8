"""Checks that are decided in this process, with budgets. What holds of clients, too, is tested with them."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from interlock import Engine, Gate, OperatorError, RequestError, Settlement, UnavailableError, Used
from interlock.clock import now
from interlock.decisionlog.record import record
from support.budgets import call, engine_of, limited
from support.decisionlog import room_for
from support.foreign.policies import binding, policy
from support.points import entered
from support.policies import write_policies
from support.reviews import call as tool_call
from support.reviews import chat, pod, review

_TOKENS = limited("tokens", 300)


def _but_for_time(recorded: Any) -> Any:
    return {**recorded, "time": ""}


@pytest.mark.parametrize(
    "check",
    [chat("good-1"), chat("bad-1"), tool_call("read_file"), {"admission": review(pod(team="shop"))["request"]}],
)
def test_what_draws_on_nothing_is_decided_as_by_the_engine(tmp_path: Path, check: Any) -> None:
    write_policies(tmp_path)
    (tmp_path / "kubernetes.yaml").write_text(
        "\n---\n".join(map(json.dumps, [policy("object.kind == 'Job'"), binding()]))
    )
    engine = Engine.load(tmp_path)
    assert engine.asks_kubernetes
    with entered(engine) as gate:
        decided = gate.check(check).record
    assert _but_for_time(decided) == _but_for_time(record(engine.check(check, now=now())))


def test_what_is_kept_in_a_file_outlives_the_gate(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path / 'ledger.sqlite'}"
    check: Any = call()
    with entered(engine_of(_TOKENS), url) as gate:
        assert gate.check(check).hold
    with entered(engine_of(_TOKENS), url) as gate:
        (account,) = gate.check(check | {"dryRun": True}).record["budgets"]
        assert account["held"] == 104


def test_decisions_are_logged_before_they_are_told(tmp_path: Path) -> None:
    log = tmp_path / "decisions.jsonl"
    check: Any = call()
    with entered(engine_of(_TOKENS), decision_log=log) as gate:
        results = [gate.check(check) for _ in range(3)]
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    assert [entry["decision"] for entry in entries] == [result.record for result in results]
    assert [entry["document"] for entry in entries] == [check] * 3


def test_what_cannot_be_logged_is_no_allowance(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="is no regular file"), entered(engine_of(), decision_log=tmp_path):
        pass
    check: Any = call()
    with (
        entered(engine_of(_TOKENS), decision_log=tmp_path / "log") as gate,
        room_for(0),
        pytest.raises(OperatorError, match="can't be written: file too large"),
    ):
        gate.check(check)


def test_what_could_not_be_logged_is_no_allowance_when_it_is_asked_again(tmp_path: Path) -> None:
    log = tmp_path / "log"
    check: Any = {**call(), "idempotencyKey": "a"}
    with entered(engine_of(_TOKENS), decision_log=log) as gate:
        with room_for(0):
            for _ in range(2):
                with pytest.raises(OperatorError, match="can't be written: file too large"):
                    gate.check(check)
        answered = [gate.check(check).record for _ in range(2)]
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    assert [entry["decision"] for entry in entries] == answered
    assert [entry["repeats"] for entry in entries] == [True, True]


def test_another_engine_counts_from_the_next_check_on() -> None:
    check: Any = call()

    async def swapped() -> list[bool]:
        async with Gate(engine_of()) as gate:
            first = await gate.check(check)
            gate.engine = engine_of(limited("tokens", 1))
            return [first.allowed, (await gate.check(check)).allowed]

    assert asyncio.run(swapped()) == [True, False]


def test_a_gate_that_was_not_entered_says_so() -> None:
    with pytest.raises(OperatorError, match="enter it by `async with`"):
        asyncio.run(Gate(engine_of(_TOKENS)).release("a"))


@pytest.mark.parametrize("ledger", ["nowhere:", "sqlite:"])
def test_a_ledger_that_is_none_is_refused(ledger: str) -> None:
    with pytest.raises(OperatorError), entered(engine_of(), ledger):
        pass


def test_a_ledger_that_does_not_answer_in_time_is_no_answer(tmp_path: Path) -> None:
    check: Any = call()
    with entered(engine_of(_TOKENS), f"sqlite://{tmp_path / 'ledger.sqlite'}") as gate:
        hold = gate.check(check).hold or ""
        with pytest.raises(UnavailableError, match="within 0 seconds"):
            gate.release(hold, within=timedelta())


@pytest.mark.parametrize(
    ("checks", "terms", "said"),
    [
        ([], {}, "one check at least"),
        ([call(), {}], {}, r"`checks\[1\]`: a check request has exactly one"),
        ([call(), None], {}, r"`checks\[1\]`: a check request is an object"),
        ([call()], {"idempotency_key": "a"}, "have keys of their own"),
        ([call() | {"dryRun": True}], {"linked": True}, "a linked check is no dry run"),
    ],
)
def test_a_batch_that_cannot_be_understood_is_not_decided(checks: Any, terms: Any, said: str) -> None:
    with entered(engine_of(_TOKENS)) as gate, pytest.raises(RequestError, match=said):
        gate.check_batch(checks, **terms)


@pytest.mark.parametrize("used", [Used(calls=-1), Used(cost="1e9"), Used(tokens=True), Used(cost=1)])  # type: ignore[arg-type]  # from outside
def test_what_was_used_is_within_bounds_or_not_booked(used: Used) -> None:
    check: Any = call()
    with entered(engine_of(_TOKENS)) as gate:
        hold = gate.check(check).hold or ""
        with pytest.raises(RequestError, match="the settlement can't be understood"):
            gate.settle(Settlement(hold=hold, used=used))
        assert gate.release(hold).was == "open"
