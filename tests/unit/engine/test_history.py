"""What policies see of a run, one allowed request after the other."""

import asyncio
from typing import Any

import pytest

from interlock.engine import Engine
from interlock.engine.admission import Admission
from interlock.engine.group import Ask
from interlock.engine.history import MOST_CALLS, gone_on, history, runs_of
from interlock.identity import RunId
from interlock.intents.context import ExtractionContext
from interlock.intents.extract import extract
from interlock.ledger.stores.memory import MemoryLedger
from interlock.model.catalog import Catalog
from interlock.model.decision import Decision
from interlock.model.intent import Intent
from interlock.model.labels import DEFAULT_LABELS
from interlock.model.seen import NO_RUN
from interlock.units import Instant
from support.admitting import at_once
from support.budgets import call, engine_of, intent_of, limited
from support.documents import policy
from support.ledgers import NOW

RUN = {"id": "7"}


def intent(document: dict[str, Any]) -> Intent:
    return extract(document, ExtractionContext(Catalog(), DEFAULT_LABELS, Instant(0)))


def chat(words: str = "hello", **run: str) -> Intent:
    return intent(call(words=words, run=RUN | run))


def tool(name: str = "search", **arguments: Any) -> Intent:
    params = {"name": name, "arguments": arguments}
    return intent(
        {
            "mcp": {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params},
            "caller": {"server": "web", "run": RUN},
        }
    )


def access(resource: str) -> Intent:
    body = {
        "subject": {"type": "user", "id": "ana"},
        "action": {"name": "read"},
        "resource": {"type": "record", "id": resource},
    }
    return intent({"access": body, "caller": {"run": RUN}})


class Remembered:
    """What is remembered of runs as requests are allowed."""

    def __init__(self) -> None:
        self.states: dict[RunId, str] = {}

    def allow(self, request: Intent, at: int = NOW) -> None:
        self.states[runs_of(request)[0]] = gone_on(request, self.states, Instant(at))

    def seen(self, request: Intent, at: int = NOW) -> dict[str, Any]:
        return dict(history(request, self.states, Instant(at)))


def test_a_request_of_no_run_sees_nothing() -> None:
    assert Remembered().seen(intent(call())) == NO_RUN


def test_a_run_begins_empty() -> None:
    assert Remembered().seen(chat()) == NO_RUN | {"id": "7"}


def test_turns_and_calls_of_tools_are_counted_apart() -> None:
    runs = Remembered()
    for request in (chat("a"), tool("a"), tool("b"), chat("b"), tool("c")):
        runs.allow(request)
    seen = runs.seen(chat())
    assert (seen["turns"], seen["toolCalls"], len(seen["calls"])) == (2, 3, 5)


def test_calls_are_known_by_what_they_called() -> None:
    runs = Remembered()
    runs.allow(tool("search", query="x"), NOW)
    runs.allow(chat("a"), NOW + 5)
    first, second = runs.seen(chat())["calls"]
    assert (first["action"], first["server"], first["name"], first["at"]) == ("tool.call", "web", "search", NOW)
    assert (second["action"], second["server"], second["name"], second["at"]) == (
        "model.chat",
        "",
        "priced",
        NOW + 5,
    )


def test_an_access_is_known_by_the_id_and_the_type_of_its_resource() -> None:
    runs = Remembered()
    runs.allow(access("r1"))
    (seen,) = runs.seen(access("r2"))["calls"]
    assert (seen["action"], seen["class"], seen["name"], seen["server"]) == (
        "resource.access",
        "record",
        "r1",
        "",
    )


def test_what_calls_nothing_is_known_by_what_it_does() -> None:
    runs = Remembered()
    runs.allow(
        intent(
            {
                "mcp": {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}},
                "caller": {"server": "web", "run": RUN},
            }
        )
    )
    (seen,) = runs.seen(chat())["calls"]
    assert (seen["action"], seen["name"]) == ("tool.list", "")


def test_the_same_is_repeated_however_much_lies_between() -> None:
    runs = Remembered()
    runs.allow(tool(query="x"))
    for number in range(MOST_CALLS + 10):
        runs.allow(tool(query=str(number)))
    runs.allow(tool(query="x"))
    assert runs.seen(tool(query="x"))["repeated"] == 2
    assert runs.seen(tool(query="y"))["repeated"] == 0


def test_only_the_last_calls_are_listed() -> None:
    runs = Remembered()
    for number in range(MOST_CALLS + 3):
        runs.allow(tool(f"t{number}"))
    names = [each["name"] for each in runs.seen(chat())["calls"]]
    assert (len(names), names[0], names[-1]) == (MOST_CALLS, "t3", f"t{MOST_CALLS + 2}")


def test_what_is_remembered_of_a_run_is_bounded_however_long_it_is() -> None:
    runs = Remembered()
    for number in range(600):
        runs.allow(tool("t" * 10_000, query=str(number)))
    assert len(runs.states[RunId("7")]) < 50_000


def test_the_context_is_that_of_the_last_call_to_a_model() -> None:
    runs = Remembered()
    runs.allow(chat("x" * 400))
    runs.allow(tool())
    assert runs.seen(chat())["contextTokens"] == 104


def test_wall_time_is_counted_from_the_first_request() -> None:
    runs = Remembered()
    runs.allow(chat(), NOW)
    runs.allow(chat(), NOW + 500)
    assert runs.seen(chat(), NOW + 1500)["wallTime"] == 1500
    assert runs.seen(chat(), NOW - 1)["wallTime"] == 0


def test_a_run_is_as_deep_as_its_parent_and_one() -> None:
    runs = Remembered()
    runs.allow(intent(call(run={"id": "a"})))
    runs.allow(intent(call(run={"id": "b", "parent": "a"})))
    assert runs.seen(intent(call(run={"id": "c", "parent": "b"})))["depth"] == 2
    assert runs.seen(intent(call(run={"id": "d", "parent": "unheard of"})))["depth"] == 1


def test_a_run_stays_as_deep_as_it_began() -> None:
    runs = Remembered()
    runs.allow(intent(call(run={"id": "a", "parent": "x"})))
    assert runs.seen(intent(call(run={"id": "a"})))["depth"] == 1


# In decisions


THREE = policy(
    "three", layer="platform", rules="    - {name: at-most, require: run.turns < 3, message: enough}\n"
)


def _admit(engine: Engine, ledger: MemoryLedger, *documents: dict[str, Any]) -> list[bool]:
    admission = Admission(engine, ledger)
    asks = [Ask(intent=intent_of(engine, document)) for document in documents]
    answer = at_once(admission.admit(asks, now=NOW))
    assert isinstance(answer, tuple)
    return [decision.allowed for decision in answer]


def test_a_policy_ends_a_run() -> None:
    engine, ledger = engine_of(THREE), MemoryLedger()
    request = call(run=RUN)
    assert [_admit(engine, ledger, request)[0] for _ in range(5)] == [True] * 3 + [False] * 2
    assert _admit(engine, ledger, call(run={"id": "8"})) == [True]


def test_a_denied_request_is_not_remembered() -> None:
    engine, ledger = engine_of(THREE, limited("tokens", 50)), MemoryLedger()
    assert _admit(engine, ledger, call(run=RUN)) == [False]
    assert at_once(ledger.peek(*_nobody(), NOW)).runs[0].version == 0


def _nobody() -> tuple[Any, Any, Any]:
    return "", (), (RunId("7"),)


def test_requests_of_a_group_see_each_other() -> None:
    engine, ledger = engine_of(THREE), MemoryLedger()
    assert _admit(engine, ledger, *[call(run=RUN)] * 4) == [False] * 4
    assert _admit(engine, ledger, *[call(run=RUN)] * 3) == [True] * 3
    assert _admit(engine, ledger, call(run=RUN)) == [False]


@pytest.mark.parametrize("many", [1, 4, 40])
def test_of_many_requests_at_once_no_more_pass_than_one_after_the_other(many: int) -> None:
    engine, ledger = engine_of(THREE), MemoryLedger()

    async def all_at_once() -> list[Decision]:
        admission = Admission(engine, ledger)
        answers = await asyncio.gather(
            *[admission.admit([Ask(intent=intent_of(engine, call(run=RUN)))], now=NOW) for _ in range(many)]
        )
        return [decision for answer in answers if isinstance(answer, tuple) for decision in answer]

    allowed = [decision.allowed for decision in asyncio.run(all_at_once())]
    assert allowed.count(True) == min(many, 3)


def test_nothing_is_remembered_where_nobody_asks_for_it() -> None:
    engine, ledger = engine_of(limited("calls", 5)), MemoryLedger()
    _admit(engine, ledger, call(run=RUN))
    assert at_once(ledger.peek(*_nobody(), NOW)).runs[0].version == 0
