"""What an Intent draws on accounts."""

from typing import Any

import pytest

from interlock.decisionlog.record import record
from interlock.engine.charging import Budgets, Drawn
from interlock.ledger.hold import FOREVER
from interlock.model.balances import Balances, Standing
from support.budgets import call, engine_of, intent_of, limited
from support.ledgers import NOW

UNKNOWN = "nobody knows what the request draws on budget `team-tokens`: "


def drawn(*documents: str, request: dict[str, Any] | None = None) -> Drawn:
    engine = engine_of(*documents)
    intent = intent_of(engine, request)
    return Budgets.of(engine.policies.budgets).drawn(intent, NOW, None)


def amounts(found: Drawn) -> dict[str, int]:
    return {line.account: line.amount for line in found.lines}


def reasons(*documents: str, request: dict[str, Any] | None = None) -> list[str]:
    engine = engine_of(*documents)
    decision = engine.decide(intent_of(engine, request), now=NOW)
    assert not decision.allowed
    return [f"{each['message']}; {each['remedy']}" for each in record(decision)["reasons"]]


@pytest.mark.parametrize(
    ("unit", "amount"),
    [("calls", 1), ("inputTokens", 4), ("outputTokens", 100), ("tokens", 104), ("cost", 204)],
)
def test_a_call_draws_what_it_may_use_at_most(unit: str, amount: int) -> None:
    assert amounts(drawn(limited(unit, 1000))) == {f"team-tokens/{unit}/": amount}


@pytest.mark.parametrize("unit", ["tokens", "cost", "gpuTime"])
def test_what_is_no_call_to_a_model_draws_neither_tokens_nor_money(unit: str) -> None:
    tool = {"mcp": {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "search"}}}
    most = '"1"' if unit == "cost" else "1s" if unit == "gpuTime" else "1"
    assert amounts(drawn(limited(unit, most), request=tool)) == {f"team-tokens/{unit}/": 0}


def test_devices_are_drawn_until_the_deadline() -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "trainer"},
        "spec": {
            "activeDeadlineSeconds": 60,
            "containers": [{"name": "a", "resources": {"limits": {"nvidia.com/gpu": 2}}}],
        },
    }
    assert amounts(drawn(limited("gpuTime", "1h"), request=pod)) == {"team-tokens/gpuTime/": 120_000}


def test_each_key_has_an_account_of_its_own() -> None:
    by_team = limited("calls", 5, "  key: intent.attribution.team\n")
    found = drawn(by_team, request=call(attribution={"team": "a/b", "organization": "acme"}))
    assert amounts(found) == {"team-tokens/calls/a/b": 1}
    assert found.organization == "acme"


def test_only_budgets_that_match_are_drawn_on() -> None:
    other = limited("calls", 5, "  match: {when: \"intent.models.exists(m, m.name == 'other')\"}\n")
    chats = limited("calls", 5, "  match: {actions: [model.chat]}\n", name="chats")
    tools = limited("calls", 5, "  match: {actions: [tool.call]}\n", name="tools")
    assert amounts(drawn(other, chats, tools)) == {"chats/calls/": 1}


def test_a_burst_is_a_line_of_its_own() -> None:
    found = drawn(limited("calls", 100, more=", burst: {limit: 10, within: 1s}"))
    window, burst = found.lines
    assert (window.account, window.limit, window.forgets) == ("team-tokens/calls/", 100, FOREVER)
    assert (burst.account, burst.limit) == ("team-tokens/calls.burst/", 10)
    assert NOW - burst.since >= 1000


def test_a_budget_that_only_warns_limits_nothing() -> None:
    (line,) = drawn(limited("calls", 1, "  onExceed: warn\n")).lines
    assert line.limit is None


@pytest.mark.parametrize("run", ["r", "a/b", "a%2Fb"])
def test_each_run_has_an_account_of_its_own(run: str) -> None:
    per_run = limited("calls", 5, "  key: '\"b\"'\n", window="{run: {}}")
    (line,) = drawn(per_run, request=call(run={"id": run})).lines
    escaped = {"r": "r", "a/b": "a%2Fb", "a%2Fb": "a%252Fb"}[run]
    assert line.account == f"team-tokens/calls/{escaped}/b"


def test_a_request_of_no_run_is_denied_by_a_budget_of_runs() -> None:
    (told,) = reasons(limited("calls", 5, window="{run: {}}"))
    assert told.removeprefix(UNKNOWN) == (
        "it counts each run for itself, and the request names none; "
        "say in `run` which run the request belongs to"
    )


def test_what_does_not_say_how_much_it_writes_is_denied() -> None:
    (told,) = reasons(limited("tokens", 1000), request=call(most=None))
    assert told.removeprefix(UNKNOWN) == (
        "nobody knows how much `tokens` it may use; set the most tokens that may be written"
    )


def test_an_unpriced_model_is_denied_unless_the_budget_assumes_a_price() -> None:
    assert "price" in reasons(limited("cost", '"1"'), request=call("unpriced"))[0]
    assumed = drawn(limited("cost", '"1"', more=', assume: "0.25"'), request=call("unpriced"))
    assert amounts(assumed) == {"team-tokens/cost/": 250_000}


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ("  match: {when: intent.attribution.team == 'a'}\n", "`match.when` could not be evaluated"),
        ("  key: intent.attribution.team\n", "`key` could not be evaluated"),
        ("  key: object.model\n", "`key` is not a text"),
        ("  key: object.words\n", "`key` is longer than 512 characters"),
    ],
)
def test_a_budget_that_fails_denies(spec: str, why: str) -> None:
    request = call()
    request["chat"] |= {"user": "x"}
    request["chat"]["words"] = "x" * 513
    request["chat"]["model"] = ["priced"] if "model" in spec else "priced"
    if isinstance(request["chat"]["model"], list):
        request = {"intent": {"action": "model.chat", "object": {"model": 5}}}
    (told,) = reasons(limited("calls", 5, spec), request=request)
    assert why in told


def test_a_decision_says_how_accounts_stand() -> None:
    engine = engine_of(
        limited("tokens", 1000, "  warnAt: 50\n  notifyAt: 90\n", window="{calendar: {every: year}}")
    )
    found = Balances(accounts={engine_account(): Standing(spent=500, parts=1, held=10)})
    recorded = record(engine.decide(intent_of(engine), now=NOW, balances=found))
    assert recorded["decision"] == "allow"
    assert recorded["budgets"] == [
        {
            "budget": "team-tokens",
            "unit": "tokens",
            "key": "",
            "amount": 104,
            "limit": 1000,
            "spent": 501,
            "held": 10,
            "left": 489,
            "level": "warning",
            "ends": "2028-01-01T00:00:00.000Z",
        }
    ]


def engine_account() -> Any:
    return "team-tokens/tokens/"


def test_what_does_not_fit_is_denied_with_a_remedy() -> None:
    engine = engine_of(limited("cost", '"0.000203"'), limited("calls", 0, name="none"))
    told = [each["message"] for each in record(engine.decide(intent_of(engine), now=NOW))["reasons"]]
    assert told == [
        "budget `none` has 0 calls left, and the request may use 1 calls",
        "budget `team-tokens` has 0.000203 USD left, and the request may use 0.000204 USD",
    ]


@pytest.mark.parametrize(
    ("window", "spent", "remedy"),
    [
        ("{lifetime: true}", 0, "ask for less: it is more than there ever is"),
        ("{lifetime: true}", 60, "ask for less, or ask the owners of the budget for more"),
        ("{calendar: {every: year}}", 60, "ask for less, or wait until 2028-01-01T00:00:00.000Z"),
    ],
)
def test_a_remedy_says_what_helps(window: str, spent: int, remedy: str) -> None:
    engine = engine_of(limited("tokens", 150 if spent else 50, window=window))
    found = Balances(accounts={engine_account(): Standing(spent)})
    (told,) = record(engine.decide(intent_of(engine), now=NOW, balances=found))["reasons"]
    assert told["remedy"] == remedy


def test_what_only_warns_is_allowed_beyond_its_limit() -> None:
    engine = engine_of(limited("calls", 0, "  onExceed: warn\n"))
    recorded = record(engine.decide(intent_of(engine), now=NOW))
    assert (recorded["decision"], recorded["budgets"][0]["level"]) == ("allow", "exceeded")
