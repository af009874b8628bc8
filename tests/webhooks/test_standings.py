"""What people see of budgets: balances, forecasts, what is held, and what was settled."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from pydantic import TypeAdapter

from interlock.cli.remote import Remote
from interlock.clock import now
from interlock.engine import statement as statements
from interlock.engine.settlements import SettlementRecord
from interlock.engine.statement import Statement
from interlock.errors import OperatorError
from interlock.identity import HoldId
from interlock.instants import rfc3339
from interlock.ledger.hold import FOREVER
from interlock.units import Instant, days
from interlock_webhooks.accounts.reports import LONGEST
from interlock_webhooks.app import Application, check_app
from interlock_webhooks.listener import Address, Listener, address_of, bind
from support.admitting import at_once
from support.asgi import Answer, ask
from support.budgets import WORLD, call, limited
from support.failing import Unreachable
from support.ledgers import HOUR, hold, line, named, taking, whole
from support.service import LoggedService, service_over

HOSTILE = ["=cmd|' /C calc'!A0", "a\nb", "\x1b[31m", "\x00", "{}" * 20, "%2F/%25", "\u202e", "ü" * 200]
ALWAYS = {"from": "2026-01-01T00:00:00Z", "to": "2026-12-31T00:00:00+01:00"}

Serve = Callable[..., LoggedService]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """A service over budgets, beside which nothing is forbidden."""

    def over(*budgets: str) -> LoggedService:
        (tmp_path / "all.yaml").write_text("\n---\n".join([*WORLD, *budgets]), encoding="utf-8")
        return service_over(tmp_path)

    return over


def get(app: Application, path: str, **query: str) -> Answer:
    return ask(app, path, method="GET", query=urlencode(query).encode())


def told(app: Application, **query: str) -> dict[str, Any]:
    """The statement, which has exactly the shape that it is described with."""
    answer = get(app, "/v1/budgets", **query)
    assert answer.status == 200, answer.body
    TypeAdapter(Statement).validate_json(answer.body, strict=True, extra="forbid")
    found: dict[str, Any] = answer.json()
    return found


def check(app: Application, **caller: Any) -> str:
    """The hold of a check that was allowed."""
    answer = ask(app, "/v1/check", msgspec.json.encode(call(**caller))).json()
    assert answer["decision"] == "allow"
    found: str = answer["hold"]["id"]
    return found


def settle(app: Application, hold: str, **used: Any) -> None:
    assert ask(app, "/v1/settle", msgspec.json.encode({"hold": hold, "used": used})).status == 200


MONTH = "{calendar: {every: month}}"
BY_TEAM = "  key: intent.attribution.?team.orValue('')\n  warnAt: 50\n"
TOKENS = limited("tokens", 400, BY_TEAM, window=MONTH, more=", burst: {limit: 300, within: 1h}")


def test_accounts_stand_as_the_next_decision_will_find_them(serve: Serve) -> None:
    app = check_app(serve(TOKENS))
    settle(app, check(app, attribution={"team": "search"}), tokens=150)
    check(app, attribution={"team": "search"})
    window, burst = told(app)["accounts"]
    dry = {"dryRun": True, **call(attribution={"team": "search"})}
    found = ask(app, "/v1/check", msgspec.json.encode(dry)).json()["budgets"]
    for account, drawn in zip((window, burst), found, strict=True):
        same = {"budget", "unit", "key", "limit", "spent", "held", "left", "within"} & set(drawn)
        assert {key: account[key] for key in same} == {key: drawn[key] for key in same}
    assert (window["spent"], window["held"], window["level"]) == (150, 104, "warning")
    assert (window["ends"], burst["within"], "ends" in burst) == (found[0]["ends"], HOUR, False)
    assert window["starts"] < burst["starts"]


def test_nothing_is_told_of_accounts_that_nobody_uses(serve: Serve) -> None:
    found = told(check_app(serve(TOKENS)))
    assert (found["accounts"], found["others"], found["holds"]) == ([], [], [])


def test_a_forecast_says_when_the_limit_is_reached(serve: Serve) -> None:
    app = check_app(serve(limited("tokens", 10**12), limited("calls", 3, name="calls", window="{rolling: 1h}")))
    for _ in range(2):
        settle(app, check(app))
    found = {account["budget"]: account.get("exhaustedAt") for account in told(app)["accounts"]}
    assert found["team-tokens"] is None
    at = now()
    assert rfc3339(Instant(at - HOUR)) < str(found["calls"]) <= rfc3339(Instant(at + HOUR))


def test_a_run_has_an_account_of_its_own(serve: Serve) -> None:
    app = check_app(serve(limited("calls", 5, BY_TEAM, window="{run: {}}")))
    check(app, run={"id": "a/b%"}, attribution={"team": "x/y"})
    (account,) = told(app)["accounts"]
    assert (account["run"], account["key"], account["held"]) == ("a/b%", "x/y", 1)
    assert told(app, key="x/y")["holds"] != []
    assert told(app, key="y")["holds"] == []


def test_what_is_held_is_told_until_it_expires(serve: Serve) -> None:
    service = serve(TOKENS)
    app = check_app(service)
    held = check(app, attribution={"team": "search", "organization": "acme"})
    (found,) = told(app)["holds"]
    assert found["id"] == held
    assert (found["facts"]["team"], found["facts"]["model"]) == ("search", "priced")
    assert found["amounts"] == {"team-tokens/tokens/search": 104, "team-tokens/tokens.burst/search": 104}
    at_once(service.ledger.release(HoldId(held), now()))
    assert told(app)["holds"] == []


def test_holds_that_expired_count_no_more_though_nobody_swept(serve: Serve) -> None:
    service = serve(TOKENS)
    at = now()
    taken = hold(1, line("team-tokens/tokens/", forgets=FOREVER, bucket=at), expires=at - 1)
    at_once(service.ledger.take(taking(taken), Instant(at - HOUR)))
    assert told(check_app(service))["accounts"] == []


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ({}, ["", "a", "b", "b"]),
        ({"organization": "acme"}, ["a", "b"]),
        ({"organization": ""}, ["", "b"]),
        ({"key": "b"}, ["b", "b"]),
        ({"key": ""}, [""]),
        ({"budget": "team-tokens", "organization": "acme", "key": "a"}, ["a"]),
        ({"budget": "other"}, []),
    ],
)
def test_a_query_names_whose_accounts_are_wanted(serve: Serve, query: dict[str, str], keys: list[str]) -> None:
    app = check_app(serve(limited("calls", 5, BY_TEAM)))
    check(app)
    check(app, attribution={"team": "b"})
    for team in ("a", "b"):
        check(app, attribution={"team": team, "organization": "acme"})
    found = told(app, **query)
    assert sorted(account["key"] for account in found["accounts"]) == keys
    assert sorted(hold["facts"].get("team", "") for hold in found["holds"]) == keys


def test_accounts_of_budgets_that_are_gone_are_told_apart(serve: Serve, tmp_path: Path) -> None:
    service = serve(TOKENS)
    app = check_app(service)
    settle(app, check(app), tokens=7)
    (tmp_path / "all.yaml").write_text("\n---\n".join(WORLD), encoding="utf-8")
    asyncio.run(service.policies.reload())
    found = told(app)
    assert found["accounts"] == []
    assert [(each["account"], each["spent"]) for each in found["others"]] == [
        ("team-tokens/tokens.burst/", 7),
        ("team-tokens/tokens/", 7),
    ]
    assert found["policySet"] == service.policies.in_force.engine.policies.digest
    assert told(app, budget="other")["others"] == []


def test_an_account_with_a_name_that_no_budget_gives_is_told_to_who_wants_all(serve: Serve) -> None:
    service = serve(TOKENS)
    app = check_app(service)
    at_once(service.ledger.take(taking(hold(1, line("{}/\x00"), expires=now() + HOUR)), now()))
    assert [each["account"] for each in told(app)["others"]] == ["{}/\x00"]
    for query in ({"budget": "{}"}, {"key": ""}, {"organization": "other"}):
        found = told(app, **query)
        assert (found["others"], found["holds"]) == ([], [])
    assert len(told(app, organization="acme")["holds"]) == 1


def test_a_statement_has_an_end_and_says_what_it_leaves_out(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = check_app(serve(limited("calls", 5, BY_TEAM)))
    for team in ("a", "b", "c"):
        check(app, attribution={"team": team})
    monkeypatch.setattr(statements, "MOST_ACCOUNTS", 2)
    monkeypatch.setattr(statements, "MOST_HOLDS", 1)
    found = told(app)
    assert [len(found[part]) for part in ("accounts", "holds")] == [2, 1]
    assert found["omitted"] == {"accounts": 1, "others": 0, "holds": 2}


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_key_is_it_is_told_as_it_is(serve: Serve, text: str) -> None:
    service = serve(limited("calls", 5, BY_TEAM))
    app = check_app(service)
    taken = hold(1, line(f"team-tokens/calls/{text}", bucket=0), expires=now() + HOUR)
    at_once(service.ledger.take(taking(taken), now()))
    (account,) = told(app, key=text)["accounts"]
    assert account["key"] == text


def settled(app: Application, **query: str) -> list[dict[str, Any]]:
    answer = get(app, "/v1/settlements", **{**ALWAYS, **query})
    assert answer.status == 200, answer.body
    assert answer.body == b"" or answer.body.endswith(b"\n")
    lines = answer.body.splitlines()
    for each in lines:
        TypeAdapter(SettlementRecord).validate_json(each, strict=True, extra="forbid")
    return [msgspec.json.decode(each) for each in lines]


def test_a_settlement_says_who_used_what(serve: Serve) -> None:
    app = check_app(serve(TOKENS, limited("cost", '"1"', name="cost")))
    hold = check(app, attribution={"team": "search"}, agent={"name": "bot"})
    settle(app, hold, tokens=7, cost="0.00001925")
    (found,) = settled(app, to=rfc3339(Instant(now() + HOUR)))
    assert found["hold"] == hold
    assert found["actual"] == {"tokens": "7", "cost": "19.25"}
    assert (found["facts"]["team"], found["facts"]["agent"]) == ("search", "bot")


def settling(service: LoggedService, count: int) -> None:
    """Settle `count` holds, one a millisecond."""
    at = Instant(now())
    taken = [hold(number, line(limit=None), expires=at + HOUR) for number in range(count)]
    at_once(service.ledger.take(taking(*taken), at))
    for number in range(count):
        at_once(service.ledger.settle(named(number), whole(tokens=number), Instant(at + number)))


def recent() -> dict[str, str]:
    return {"from": rfc3339(Instant(now() - HOUR)), "to": rfc3339(Instant(now() + HOUR))}


def test_settlements_come_in_the_order_of_time_however_many_there_are(serve: Serve) -> None:
    service = serve(TOKENS)
    settling(service, 1201)
    answer = get(check_app(service), "/v1/settlements", **recent())
    assert answer.sends > 3
    found = [msgspec.json.decode(each)["actual"]["tokens"] for each in answer.body.splitlines()]
    assert found == [str(number) for number in range(1201)]


def test_a_time_ends_just_before_its_end(serve: Serve) -> None:
    service = serve(TOKENS)
    settling(service, 4)
    app = check_app(service)
    first, second, _, last = (each["at"] for each in settled(app, **recent()))
    assert len(settled(app, **{"from": second, "to": last})) == 2
    assert settled(app, **{"from": first, "to": first}) == []
    assert settled(app, **{"from": last, "to": first}) == []


def test_what_breaks_off_does_not_look_whole(serve: Serve) -> None:
    service = serve(TOKENS)
    service.ledger = ledger = Unreachable()
    ledger.lasts = 501
    settling(service, 600)
    with pytest.raises(RuntimeError, match="already started"):
        get(check_app(service), "/v1/settlements", **recent())


def test_who_reads_what_breaks_off_is_not_told_that_it_ends(serve: Serve) -> None:
    service = serve(TOKENS)
    service.ledger = ledger = Unreachable()
    ledger.lasts = 501
    settling(service, 600)

    def read(url: str) -> list[SettlementRecord]:
        return list(Remote(url).lines("/v1/settlements", recent(), SettlementRecord))

    async def scenario() -> None:
        with bind(Address("127.0.0.1", 0)) as bound:
            server = Listener(check_app(service), None)
            serving = asyncio.create_task(server.serve(sockets=[bound]))
            try:
                with pytest.raises(OperatorError, match="does not answer"):
                    await asyncio.to_thread(read, f"http://{address_of(bound)}")
                ledger.lasts, ledger.is_mended = 600, True
                assert len(await asyncio.to_thread(read, f"http://{address_of(bound)}")) == 600
            finally:
                server.should_exit = True
                await serving

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("path", "query", "message"),
    [
        ("/v1/budgets", {"organisation": "acme"}, "there is no parameter `organisation`"),
        ("/v1/settlements", {"from": ALWAYS["from"]}, "the parameter `to` is missing"),
        ("/v1/settlements", ALWAYS | {"from": "2026"}, "the parameter `from` must be a time with its offset"),
        ("/v1/settlements", ALWAYS | {"from": "2026-01-01T00:00:00"}, "the parameter `from` must be a time"),
        ("/v1/settlements", ALWAYS | {"from": "2026-02-30T00:00:00Z"}, "the parameter `from` must be a time"),
        ("/v1/settlements", ALWAYS | {"from": "2024-01-01T00:00:00Z"}, "is more than 366 days"),
        ("/v1/settlements", ALWAYS | {"\x1b": "1"}, "there is no parameter ` `"),
    ],
)
def test_what_cannot_be_meant_is_refused(serve: Serve, path: str, query: dict[str, str], message: str) -> None:
    answer = get(check_app(serve(TOKENS)), path, **query)
    error = answer.json()["error"]
    assert (answer.status, error["code"]) == (400, "request.invalid")
    assert message in error["message"]


def test_reports_are_not_for_the_cluster(webhook: Application) -> None:
    assert get(webhook, "/v1/budgets").status == 404


def test_the_reference_names_every_field_and_bound() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/http.md").read_text(encoding="utf-8")
    for shape in (statements.AccountRecord, statements.OtherRecord, statements.HoldRecord, SettlementRecord):
        assert sorted(name for name in shape.__annotations__ if f"`{name}`" not in page) == []
    assert ", ".join(f'"{name}"' for name in Statement.__annotations__) in page
    bounds = f"up to {statements.MOST_ACCOUNTS:,} accounts of each kind and {statements.MOST_HOLDS:,}\nholds"
    assert bounds in page
    assert f"{LONGEST // days(1)} days at most" in page
