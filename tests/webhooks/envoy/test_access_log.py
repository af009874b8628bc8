"""What access logs say that requests used ends their holds."""

import asyncio
from typing import Any

import pytest

from interlock.checks.ending import Ending
from interlock.errors import OperatorError, RequestError
from interlock_webhooks.envoy.accesslog import codec, handlers
from interlock_webhooks.envoy.accesslog.entry import Entry
from interlock_webhooks.envoy.names import HOLD_HEADER
from support.accesslogs import entry, logged_to, message, read_by
from support.budgets import limited
from support.envoy import Over, Sent, chat, message_of, over_grpc
from support.failing import Away
from support.service import LoggedService

_AUTHZ = "envoy.filters.http.ext_authz"
_TOKENS = {"inputTokens": 4, "outputTokens": 30}


def _held(service: LoggedService) -> dict[str, Any]:
    """The metadata of a request that was let pass: it holds 104 tokens."""
    return {_AUTHZ: over_grpc(service, message_of(Sent(body=chat()))).metadata}


def _account(service: LoggedService) -> tuple[int, int]:
    """What is spent and held on the only account."""
    (account,) = asyncio.run(service.ledger.accounts())
    return account.standing.spent, account.standing.held


@pytest.mark.parametrize(
    "usage",
    [
        pytest.param({"interlock": _TOKENS}, id="ours"),
        pytest.param({"interlock": {"inputTokens": "4", "outputTokens": "30"}}, id="texts"),
        pytest.param({"interlock": {"tokens": 34}}, id="tokens"),
        pytest.param({"io.envoy.ai_gateway": {"llm_input_token": 4, "llm_output_token": 30}}, id="gateway"),
        pytest.param({"io.envoy.ai_gateway": {"llm_total_token": 34}}, id="gateway, tokens"),
        pytest.param(
            {"io.envoy.ai_gateway": {"llm_total_token": 999}, "interlock": {"tokens": 34}},
            id="ours counts first",
        ),
    ],
)
@pytest.mark.parametrize("status", [200, 500])
def test_what_was_used_is_booked(over: Over, usage: dict[str, Any], status: int) -> None:
    service = over(limited("tokens", 300))
    logged_to(service, message(entry(_held(service) | usage, status=status)))
    assert _account(service) == (34, 0)


def test_what_is_logged_again_is_booked_once(over: Over) -> None:
    service = over(limited("tokens", 300))
    again = message(*[entry(_held(service) | {"interlock": _TOKENS})] * 2)
    logged_to(service, again, again)
    logged_to(service, again)
    assert _account(service) == (34, 0)


def test_what_is_logged_again_differently_changes_nothing(over: Over) -> None:
    service = over(limited("tokens", 300))
    held = _held(service)
    logged_to(
        service, message(entry(held | {"interlock": _TOKENS}), entry(held | {"interlock": {"tokens": 1}}))
    )
    assert _account(service) == (34, 0)
    assert service.lines[-1]["why"] == "closed"


@pytest.mark.parametrize(
    ("about", "standing"),
    [
        ({"status": 200}, (104, 0)),
        ({"status": 0, "is_answered": False}, (104, 0)),
        ({"status": 504, "is_answered": False}, (104, 0)),
        ({"status": 500, "details": "response_payload_too_large"}, (104, 0)),
        ({"status": 500}, (0, 0)),
        ({"status": 429}, (0, 0)),
        ({"status": 429, "details": ""}, (0, 0)),
        ({"status": 503, "is_sent": False, "is_answered": False}, (0, 0)),
        ({"status": 200, "is_over": False}, (0, 104)),
    ],
)
def test_without_usage_all_is_booked_that_may_have_been_used(
    over: Over, about: dict[str, Any], standing: tuple[int, int]
) -> None:
    service = over(limited("tokens", 300))
    logged_to(service, message(entry(_held(service), **about)))
    assert _account(service) == standing


def test_usage_of_a_model_is_priced(over: Over) -> None:
    service = over(limited("cost", '"1.00"'))
    # 4 tokens at 1 USD for a million, and 30 at 2.
    logged_to(service, message(entry(_held(service) | {"interlock": {**_TOKENS, "model": "priced"}})))
    assert _account(service) == (64, 0)


def test_a_cost_that_is_stated_counts_before_prices(over: Over) -> None:
    service = over(limited("cost", '"1.00"'))
    said: dict[str, Any] = {**_TOKENS, "model": "priced", "cost": "0.0005"}
    logged_to(service, message(entry(_held(service) | {"interlock": said})))
    assert _account(service) == (500, 0)


def test_holds_of_answers_over_http_are_found_by_their_header(over: Over) -> None:
    service = over(limited("tokens", 300))
    hold = over_grpc(service, message_of(Sent(body=chat()))).headers[HOLD_HEADER]
    metadata: dict[str, Any] = {_AUTHZ: {HOLD_HEADER: hold}, "interlock": _TOKENS}
    logged_to(service, message(entry(metadata)))
    assert _account(service) == (34, 0)


def test_entries_that_are_about_no_hold_are_passed_over() -> None:
    assert list(codec.decode_entries(message(entry({}), entry({_AUTHZ: {"interlock": {}}})))) == [None, None]


def test_nobody_has_a_hold_that_was_made_up(over: Over) -> None:
    service = over(limited("tokens", 300))
    made_up: dict[str, Any] = {_AUTHZ: {"interlock": {"hold": "made.up"}}, "interlock": _TOKENS}
    logged_to(service, message(entry(made_up)))
    assert service.lines[-1]["why"] == "unknown"


@pytest.mark.parametrize(
    "metadata",
    [
        {_AUTHZ: {"interlock": {"hold": 7}}},
        {_AUTHZ: {"interlock": {"hold": ""}}},
        {_AUTHZ: {"interlock": {"hold": "a"}}, "interlock": {"tokens": -1}},
        {_AUTHZ: {"interlock": {"hold": "a"}}, "interlock": {"tokens": 0.5}},
        {_AUTHZ: {"interlock": {"hold": "a"}}, "interlock": {"tokens": "many"}},
        {_AUTHZ: {"interlock": {"hold": "a"}}, "interlock": {"tokens": "9" * 5000}},
        {_AUTHZ: {"interlock": {"hold": "a"}}, "interlock": {"tokens": float("nan")}},
        {_AUTHZ: {"interlock": {"hold": "a"}}, "interlock": {"cost": 0.5}},
        {_AUTHZ: {"interlock": {"hold": "a"}}, "interlock": {"tokens": 1, "model": ""}},
    ],
)
def test_an_entry_that_is_not_understood_hinders_no_other(over: Over, metadata: dict[str, Any]) -> None:
    service = over(limited("tokens", 300))
    good = entry(_held(service) | {"interlock": _TOKENS})
    logged_to(service, message(entry(metadata), good))
    assert _account(service) == (34, 0)
    assert service.lines[0]["event"] == "access log entry not understood"


def _logged_while_away(over: Over, failures: int, monkeypatch: pytest.MonkeyPatch) -> LoggedService:
    """A service whose ledger fails so often, once it has read of two requests that used 34 tokens each."""
    monkeypatch.setattr(handlers, "_AGAIN", 0)
    service = over(limited("tokens", 300))
    service.ledger = ledger = Away()
    held = [entry(_held(service) | {"interlock": _TOKENS}) for _ in range(2)]
    ledger.failures = failures
    logged_to(service, message(*held))
    return service


def test_what_is_logged_while_the_ledger_is_away_is_booked_once_it_is_back(
    over: Over, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = _logged_while_away(over, 59, monkeypatch)
    assert _account(service) == (68, 0)
    (line,) = service.lines
    assert (line["event"], line["error"]) == ("hold not ended yet", "the ledger is away")


def test_a_ledger_that_stays_away_ends_the_log(over: Over, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OperatorError, match="the ledger is away"):
        _logged_while_away(over, 1_000, monkeypatch)


@pytest.mark.parametrize(
    "metadata", [{}, {_AUTHZ: {"interlock": {"hold": "made.up"}}}, {_AUTHZ: {"interlock": {"hold": 7}}}]
)
def test_others_get_their_turn_while_a_long_message_is_read(over: Over, metadata: dict[str, Any]) -> None:
    service = over(limited("tokens", 300))
    long = message(*[entry(metadata)] * 2_000)
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async def together() -> None:
        waiting = asyncio.create_task(others())
        await read_by(service, long)
        waiting.cancel()

    asyncio.run(together())
    assert turns >= 5


def test_what_is_no_message_ends_the_log() -> None:
    with pytest.raises(RequestError):
        list(codec.decode_entries(b"\xff"))


def test_an_entry_says_all_that_its_metadata_do() -> None:
    said = {"calls": 1, "gpuTime": 5, "model": "m", "provider": "p"}
    (found,) = codec.decode_entries(message(entry({_AUTHZ: {"interlock": {"hold": "a"}}, "interlock": said})))
    assert isinstance(found, Entry)
    assert (found.hold, found.ending, found.model, found.provider) == ("a", Ending.USED, "m", "p")
    assert (found.used.calls, found.used.gpu_time) == (1, 5)
