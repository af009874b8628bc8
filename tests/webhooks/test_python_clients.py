"""All that Python programs ask: clients of a service in a process of its own, and a gate in this one."""

import asyncio
import ssl
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final, cast

import pytest

from interlock import (
    AsyncClient,
    Client,
    ConflictError,
    DeniedError,
    Guard,
    NotFoundError,
    OperatorError,
    RequestError,
    Settlement,
    UnavailableError,
    Used,
    calling,
)
from interlock.intents.check import CheckRequest
from interlock.sdk.points import Point
from support.budgets import WORLD, call, engine_of, limited
from support.points import awaited, entered
from support.process import Running, running

PER_TEAM: Final = limited("tokens", 300, "  key: intent.attribution.?team.orValue('')\n")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("policies")
    (folder / "all.yaml").write_text("\n---\n".join([*WORLD, PER_TEAM]), encoding="utf-8")
    with running(folder, tmp_path_factory.mktemp("state")) as service:
        yield service


@pytest.fixture(params=["synchronous", "asynchronous", "in process"])
def point(request: pytest.FixtureRequest, service: Running) -> Iterator[Point]:
    if request.param == "in process":
        with entered(engine_of(PER_TEAM)) as gate:
            yield gate
    elif request.param == "asynchronous":
        with awaited(service.check) as client:
            yield client
    else:
        with Client(service.check) as client:
            yield client


@pytest.fixture
def team(request: pytest.FixtureRequest) -> str:
    """A team of the test's own."""
    return str(request.node.name)


def _call(team: str, **terms: Any) -> CheckRequest:
    return cast("CheckRequest", call(attribution={"team": team}) | terms)


def _held(point: Point, team: str) -> tuple[int, int]:
    (account,) = point.check(_call(team, dryRun=True)).record["budgets"]
    return account["spent"], account["held"]


def test_a_check_is_decided_and_what_it_draws_is_held(point: Point, team: str) -> None:
    first, second, third = (point.check(_call(team)) for _ in range(3))
    assert [bool(each) for each in (first, second, third)] == [True, True, False]
    assert first.hold is not None
    assert third.hold is None
    with pytest.raises(DeniedError, match="tokens"):
        third.raise_if_denied()


def test_what_was_used_is_booked_once_however_often_it_is_said(point: Point, team: str) -> None:
    hold = point.check(_call(team)).hold or ""
    settlement = Settlement(hold=hold, used=Used(input_tokens=3, output_tokens=20))
    assert [point.settle(settlement).was for _ in range(2)] == ["open", "settled"]
    assert _held(point, team) == (23, 0)
    with pytest.raises(ConflictError, match="settled already"):
        point.release(hold)


def test_a_providers_response_says_what_was_used(point: Point, team: str) -> None:
    response = {"model": "gpt-4o", "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}}
    hold = point.check(_call(team)).hold or ""
    answer = point.settle(Settlement(hold=hold, response=response, provider="openai"))
    assert answer.cost == "0.000075"
    assert _held(point, team) == (15, 0)


def test_what_is_released_is_held_no_more(point: Point, team: str) -> None:
    hold = point.check(_call(team)).hold or ""
    assert point.extend(hold, timedelta(hours=1)).expires
    assert point.release(hold).was == "open"
    assert _held(point, team) == (0, 0)


def test_checks_that_are_linked_are_held_together_or_not_at_all(point: Point, team: str) -> None:
    assert [each.allowed for each in point.check_batch([_call(team)] * 3, linked=True)] == [False] * 3
    twice = [point.check_batch([_call(team)] * 2, linked=True, idempotency_key=team)[0].hold for _ in range(2)]
    assert twice[0] == twice[1]
    assert _held(point, team) == (0, 208)


def test_a_check_that_is_made_again_under_its_key_is_answered_as_before(point: Point, team: str) -> None:
    first, second = (point.check(_call(team, idempotencyKey=team)) for _ in range(2))
    assert first.record == second.record
    with pytest.raises(ConflictError, match="idempotencyKey"):
        point.check(_call(team, idempotencyKey=team, holdFor="1m"))


def test_what_cannot_be_understood_is_an_error_that_says_where(point: Point) -> None:
    with pytest.raises(RequestError, match="exactly one of") as raised:
        point.check({})
    assert raised.value.path == "$"
    with pytest.raises(NotFoundError, match="nobody has such a hold"):
        point.release("nobody")


def test_no_time_is_no_allowance(point: Point, team: str) -> None:
    try:
        assert not point.check(_call(team), within=timedelta())
    except UnavailableError as error:
        assert "within 0 seconds" in str(error)  # noqa: PT017 - either of them denies


def test_functions_are_guarded_by_any_point(point: Point, team: str) -> None:
    guard = Guard(point)
    with calling(attribution={"team": team}), guard.model(call()["chat"]) as made:
        made.read({"model": "gpt-4o", "usage": {"prompt_tokens": 3, "completion_tokens": 4}})
    assert _held(point, team) == (7, 0)


def test_a_coroutine_waits_for_a_synchronous_client_in_a_thread_of_its_own(service: Running, team: str) -> None:
    with Client(service.check) as client:

        @Guard(client).tool(server="payments")
        async def twice(number: int) -> int:
            return 2 * number

        async def both() -> list[int]:
            return [*await asyncio.gather(twice(1), twice(2))]

        with calling(attribution={"team": team}):
            assert asyncio.run(both()) == [2, 4]


def test_a_coroutine_waits_for_an_asynchronous_client(service: Running, team: str) -> None:
    async def made() -> int:
        async with AsyncClient(service.check) as client:

            @Guard(client).tool(server="payments")
            async def twice(number: int) -> int:
                return 2 * number

            with calling(attribution={"team": team}):
                return await twice(2)

    assert asyncio.run(made()) == 4


def test_a_service_that_is_not_there_decides_nothing() -> None:
    with Client("http://127.0.0.1:1") as client, pytest.raises(UnavailableError, match="did not answer"):
        client.check(_call("anybody"))


def test_a_service_whose_authority_is_not_trusted_decides_nothing(service: Running) -> None:
    with (
        Client(service.webhook, tls=ssl.create_default_context()) as client,
        pytest.raises(UnavailableError, match="did not answer"),
    ):
        client.check(_call("anybody"))
    with Client(service.webhook, tls=service.trust()) as client, pytest.raises(NotFoundError):
        client.check(_call("anybody"))  # the webhook listener has no check API


def test_an_address_with_a_password_is_refused_and_not_shown() -> None:
    with pytest.raises(OperatorError, match="has a password in it: give a `token`") as raised:
        Client("http://jane:secret@127.0.0.1:8080")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("url", ["", "localhost:8080", "ftp://host", "http://", "http://h/?a=b", "http://h/#f"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(OperatorError, match="no service is at"):
        Client(url)
