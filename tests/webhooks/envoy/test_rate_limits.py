"""Rate limits are budgets: what Envoy and Kuadrant ask and report is counted on the same accounts."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from interlock.decisionlog.sink import DecisionLog
from interlock.errors import RequestError
from interlock_webhooks.envoy.ratelimit.codec import decode_descriptors
from interlock_webhooks.envoy.ratelimit.descriptor import Descriptor
from interlock_webhooks.envoy.ratelimit.handlers import SHOULD_RATE_LIMIT, RateLimitHandlers
from interlock_webhooks.envoy.ratelimit.hits import Hits, Unit
from support.budgets import limited
from support.decisionlog import room_for
from support.documents import policy
from support.envoy import Over, asked
from support.ratelimits import OK, OVER_LIMIT, descriptor, looked, message, reported, should, told
from support.service import LoggedService

_TEAM = {"team": "research"}
_BY_TEAM = '  key: intent.attribution.?team.orValue("nobody")\n'
_DAILY = "{calendar: {every: day}}"


def _account(service: LoggedService) -> tuple[int, int]:
    """What is spent and held on the only account; nothing where there is none yet."""
    accounts = asyncio.run(service.ledger.accounts())
    assert len(accounts) < 2
    return (accounts[0].standing.spent, accounts[0].standing.held) if accounts else (0, 0)


def test_calls_are_taken_until_none_is_left(over: Over) -> None:
    service = over(limited("calls", 2))
    codes = [should(service, descriptor(_TEAM)).overall_code for _ in range(3)]
    assert codes == [OK, OK, OVER_LIMIT]
    assert _account(service) == (2, 0)


def test_each_descriptor_is_told_how_its_account_stands(over: Over) -> None:
    service = over(limited("calls", 5, _BY_TEAM, window=_DAILY))
    response = should(service, descriptor(_TEAM), descriptor({"team": "search"}, 3))
    first, second = response.statuses
    assert (first.code, first.limit_remaining, first.current_limit.requests_per_unit) == (OK, 4, 5)
    assert (second.code, second.limit_remaining, second.current_limit.name) == (OK, 2, "team-tokens")
    assert 0 < first.duration_until_reset.ToSeconds() <= 24 * 60 * 60


def test_what_is_over_the_limit_says_when_to_try_again(over: Over) -> None:
    service = over(limited("calls", 1, window=_DAILY))
    should(service, descriptor(_TEAM))
    response = should(service, descriptor(_TEAM))
    headers = {each.key: each.value for each in response.response_headers_to_add}
    assert response.overall_code == OVER_LIMIT
    assert int(headers["retry-after"]) > 0
    assert headers["x-interlock-reasons"] == "exhausted"
    assert msgspec.json.decode(response.raw_body)["error"]["code"] == "exhausted"
    (status,) = response.statuses
    assert (status.code, status.limit_remaining) == (OVER_LIMIT, 0)


def test_all_descriptors_are_taken_together_or_none_is(over: Over) -> None:
    service = over(limited("calls", 1, _BY_TEAM))
    should(service, descriptor({"team": "search"}))
    response = should(service, descriptor(_TEAM), descriptor({"team": "search"}))
    assert response.overall_code == OVER_LIMIT
    assert msgspec.json.decode(response.raw_body)["error"]["code"] == "exhausted"
    assert should(service, descriptor(_TEAM)).overall_code == OK


def test_so_many_hits_are_so_many_calls(over: Over) -> None:
    service = over(limited("calls", 5))
    assert should(service, descriptor(_TEAM), hits=3).overall_code == OK
    assert should(service, descriptor(_TEAM), hits=3).overall_code == OVER_LIMIT
    assert should(service, descriptor(_TEAM, 2), hits=3).overall_code == OK
    assert _account(service) == (5, 0)


def test_no_hits_are_a_look(over: Over) -> None:
    service = over(limited("calls", 1))
    response = should(service, descriptor(_TEAM, 0))
    assert (response.overall_code, response.statuses[0].code) == (OK, OK)
    assert _account(service) == (0, 0)


def test_tokens_are_booked_also_where_they_do_not_fit(over: Over) -> None:
    service = over(limited("tokens", 100))
    used = descriptor({**_TEAM, "model": "priced", "unit": "tokens"})
    assert should(service, used, hits=80).overall_code == OK
    assert should(service, used, hits=80).overall_code == OVER_LIMIT
    assert _account(service) == (160, 0)
    assert should(service, used, hits=1).overall_code == OVER_LIMIT


def test_kuadrant_looks_before_and_reports_after(over: Over) -> None:
    service = over(limited("tokens", 100))
    about = descriptor({"limit.free__1": "1", "auth.identity.userid": "ada"})
    assert looked(service, about, hits=1).overall_code == OK
    assert _account(service) == (0, 0)
    assert reported(service, about, hits=100).overall_code == OK
    assert _account(service) == (100, 0)
    assert looked(service, about, hits=1).overall_code == OVER_LIMIT
    assert reported(service, about, hits=50).overall_code == OVER_LIMIT
    assert _account(service) == (150, 0)


def test_entries_that_nobody_knows_are_for_budgets_to_read(over: Over) -> None:
    key = '  key: object.entries["auth.identity.userid"]\n'
    service = over(limited("tokens", 100, key))
    assert reported(service, descriptor({"auth.identity.userid": "ada"}), hits=100).overall_code == OK
    assert looked(service, descriptor({"auth.identity.userid": "ada"})).overall_code == OVER_LIMIT
    assert looked(service, descriptor({"auth.identity.userid": "eve"})).overall_code == OK


@pytest.mark.parametrize(
    ("unit", "spent"),
    [("tokens", 7), ("outputTokens", 7), ("inputTokens", 7), ("cost", 7), ("calls", 7)],
)
def test_hits_are_of_the_unit_that_they_are_said_to_be(over: Over, unit: str, spent: int) -> None:
    most = '"1.00"' if unit == "cost" else 100
    service = over(limited(unit, most))
    reported(service, descriptor({"model": "priced", "unit": unit}), hits=7)
    assert _account(service) == (spent, 0)


def test_a_report_books_nothing_of_other_units(over: Over) -> None:
    service = over(limited("calls", 100))
    reported(service, descriptor({"model": "priced"}), hits=7)
    assert _account(service) == (0, 0)


def test_what_was_used_by_nobody_knows_whom_is_booked_on_all_other_accounts(over: Over) -> None:
    service = over(
        limited("tokens", 100, name="all"), limited("tokens", 100, "  key: object.entries.user\n", name="each")
    )
    assert reported(service, descriptor(_TEAM), hits=7).overall_code == OVER_LIMIT
    assert _account(service) == (7, 0)
    assert "nobody knows whose account" in service.lines[-1]["error"]


def test_what_no_budget_counts_is_over_the_limit(over: Over) -> None:
    service = over(limited("calls", 5, "  match: {when: 'has(intent.attribution.team)'}\n"))
    response = should(service, descriptor({"tema": "research"}))
    assert response.overall_code == OVER_LIMIT
    assert "no budget counts" in msgspec.json.decode(response.raw_body)["error"]["message"]
    assert should(service, descriptor(_TEAM), descriptor({"tema": "research"})).overall_code == OVER_LIMIT
    assert _account(service) == (0, 0)


def test_beside_what_no_budget_counts_no_call_is_taken(over: Over) -> None:
    service = over(limited("calls", 5, "  match: {actions: [resource.access]}\n"))
    uncounted = descriptor({"model": "priced", "unit": "tokens"}, 7)
    assert should(service, descriptor(_TEAM), uncounted).overall_code == OVER_LIMIT
    assert _account(service) == (0, 0)


def test_calls_and_what_was_used_go_together(over: Over) -> None:
    service = over(limited("tokens", 100), limited("calls", 5, name="calls"))
    used = descriptor({"model": "priced", "unit": "tokens"}, 7)
    response = should(service, used, descriptor(_TEAM), used)
    assert [each.code for each in response.statuses] == [OK] * 3
    assert sorted(each.standing.spent for each in asyncio.run(service.ledger.accounts())) == [1, 14]


def test_policies_have_their_say(over: Over) -> None:
    denying = policy(
        "none", layer="platform", rules="    - {name: never, forbid: 'true', message: nobody may}\n"
    )
    response = should(over(denying, limited("calls", 5)), descriptor(_TEAM))
    assert response.overall_code == OVER_LIMIT
    assert msgspec.json.decode(response.raw_body)["error"] == {"code": "denied", "message": "nobody may"}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"\xff", "RateLimitRequest"),
        (message(), "0 descriptors"),
        (message(*[descriptor(_TEAM)] * 101), "101 descriptors"),
        (message(descriptor(_TEAM), domain=""), "domain"),
        (message(descriptor({**_TEAM, "unit": "gpuTime"})), "`unit`"),
        (message(descriptor({**_TEAM, "unit": "Tokens"})), "`unit`"),
        (message(descriptor(_TEAM, 101)), "more than 100 calls"),
        (message(descriptor({**_TEAM, "unit": "tokens"}, 2**60)), "hits"),
        (message(descriptor(_TEAM), descriptor({"organization": "acme"})), "organization"),
    ],
)
def test_what_can_not_be_counted_is_over_the_limit(over: Over, sent: bytes, said: str) -> None:
    service = over(limited("calls", 5))
    response = told(asked(RateLimitHandlers(service).should_rate_limit, sent, SHOULD_RATE_LIMIT))
    assert response.overall_code == OVER_LIMIT
    assert said in msgspec.json.decode(response.raw_body)["error"]["message"]
    assert _account(service) == (0, 0)


def test_entries_with_one_key_twice_are_refused() -> None:
    twice = descriptor(_TEAM)
    twice.entries.add(key="team", value="search")
    with pytest.raises(RequestError, match="twice"):
        decode_descriptors(message(twice), Unit.CALLS)


def test_what_fails_is_over_the_limit(over: Over) -> None:
    service = over(limited("calls", 5))
    del service.policies
    assert should(service, descriptor(_TEAM)).overall_code == OVER_LIMIT
    assert service.lines[-1]["level"] == "error"


def test_what_can_not_be_logged_is_over_the_limit(over: Over, tmp_path: Path) -> None:
    service = over(limited("calls", 5))
    with DecisionLog(tmp_path / "decisions") as service.decisions, room_for(0):
        assert should(service, descriptor(_TEAM)).overall_code == OVER_LIMIT
    (line,) = service.lines
    assert "can't be written" in line["error"]


@pytest.mark.parametrize(
    ("entries", "action", "said"),
    [
        ({"model": "m", "provider": "p"}, "model.chat", {"models": [{"name": "m", "provider": "p"}]}),
        ({"tool": "t", "server": "s"}, "tool.call", {"tools": [{"name": "t", "server": "s"}]}),
        ({"tool": "t"}, "tool.call", {"tools": [{"name": "t"}]}),
        ({"unit": "tokens"}, "model.chat", {"models": []}),
        ({}, "resource.access", {"resources": [{"type": "RateLimit", "id": "gateway"}]}),
        (
            {"user": "ada", "agent": "planner", "run": "r", "organization": "acme", "project": ""},
            "resource.access",
            {
                "principal": {"id": "ada"},
                "agent": {"name": "planner"},
                "run": {"id": "r"},
                "attribution": {"organization": "acme"},
            },
        ),
    ],
)
def test_entries_say_who_draws_on_what(entries: dict[str, str], action: str, said: dict[str, object]) -> None:
    descriptor = Descriptor(domain="gateway", entries=entries, count=1, usual=Unit.CALLS)
    intent = descriptor.check(descriptor.hits)["intent"]
    assert intent["action"] == action
    assert said.items() <= intent.items()
    assert intent["object"] == {"domain": "gateway", "entries": entries}


@pytest.mark.parametrize("unit", Unit)
def test_what_is_booked_is_what_was_asked_for(unit: Unit) -> None:
    hits = Hits(unit, 3)
    booked = {name: parts // 1_000_000 for name, parts in hits.actual.items() if parts}
    tokens = unit in {Unit.INPUT_TOKENS, Unit.OUTPUT_TOKENS}
    wanted = (
        {unit.value: 3}
        | ({"tokens": 3} if tokens else {})
        | ({"outputTokens": 3} if unit is Unit.TOKENS else {})
    )
    assert booked == wanted
