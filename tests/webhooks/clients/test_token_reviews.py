"""Tokens of a Kubernetes cluster, which its API server is asked about."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from interlock_webhooks.clients import memory, recognition, reviews
from interlock_webhooks.clients.peer import Peer
from interlock_webhooks.clients.rates import Rate
from support.clients import document, listed
from support.connecting import connected
from support.kubernetes.server import ApiServer
from support.kubernetes.users import API, User, service_account
from support.recognizing import Asked

_GATEWAYS = listed("gateways", {"tokenReview": {"users": ["system:serviceaccount:gateways:*"]}})
_ENVOY = {"username": "system:serviceaccount:gateways:envoy"}
_ASKED = ("create", "tokenreviews")


def _with(
    folder: Path, scenario: Callable[[ApiServer, Asked], Awaitable[None]], who: str = "admin", **spec: Any
) -> Asked:
    """The clients after `scenario`, connected to a server as `who`."""

    async def run() -> Asked:
        async with ApiServer().running() as server:
            for namespace in ("gateways", "people"):
                user = service_account(namespace, "envoy")
                server.users[f"{namespace}-token"] = replace(user, audiences=("interlock",))
            server.users["api-token"] = replace(service_account("gateways", "envoy"), audiences=(API,))
            server.users["nobody"] = User("nobody")
            cluster = connected(server, folder, who)
            try:
                asked = Asked(folder, document(_GATEWAYS, **spec), cluster)
                await scenario(server, asked)
                return asked
            finally:
                await cluster.aclose()

    return asyncio.run(run())


def test_a_token_is_the_client_s_whose_user_the_cluster_says_it_is(tmp_path: Path) -> None:
    async def scenario(server: ApiServer, asked: Asked) -> None:
        assert await asked.name("gateways-token") == "gateways"
        assert await asked.name("gateways-token") == "gateways"
        assert server.asked[_ASKED] == 1

    _with(tmp_path, scenario)


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("people-token", "no client has this token's user"),
        ("unknown", "the cluster doesn't know the token"),
        ("api-token", "or it is for somebody else"),
    ],
)
def test_a_token_of_somebody_else_is_refused_and_not_asked_about_again(
    tmp_path: Path, token: str, message: str
) -> None:
    async def scenario(server: ApiServer, asked: Asked) -> None:
        for _ in range(3):
            said = await asked.name(token)
            assert said.startswith("401 ")
            assert message in said
        assert server.asked[_ASKED] == 1

    _with(tmp_path, scenario)


def test_a_token_that_is_good_no_more_is_refused_within_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = time.monotonic_ns

    async def scenario(server: ApiServer, asked: Asked) -> None:
        assert await asked.name("gateways-token") == "gateways"
        del server.users["gateways-token"]
        assert await asked.name("gateways-token") == "gateways"
        monkeypatch.setattr(time, "monotonic_ns", lambda: real() + recognition.GOOD)
        assert (await asked.name("gateways-token")).startswith("401 ")

    _with(tmp_path, scenario)


def test_a_document_may_take_tokens_for_other_audiences(tmp_path: Path) -> None:
    async def scenario(_server: ApiServer, asked: Asked) -> None:
        assert await asked.name("api-token") == "gateways"
        assert (await asked.name("gateways-token")).startswith("401 ")

    _with(tmp_path, scenario, tokenReview={"audiences": [API]})


def test_where_the_cluster_can_t_be_asked_nobody_is_let_in_and_nothing_is_remembered(tmp_path: Path) -> None:
    async def scenario(server: ApiServer, asked: Asked) -> None:
        server.faults["/apis/authentication.k8s.io"] = 503
        for _ in range(2):
            assert (await asked.name("gateways-token")).startswith("503 ")
        server.faults.clear()
        assert await asked.name("gateways-token") == "gateways"

    asked = _with(tmp_path, scenario)
    assert {line["event"] for line in asked.lines} == {"tokens can't be reviewed"}
    assert "gateways-token" not in str(asked.lines)


def test_a_service_that_may_not_ask_says_so(tmp_path: Path) -> None:
    async def scenario(_server: ApiServer, asked: Asked) -> None:
        assert (await asked.name("gateways-token")).startswith("503 ")

    asked = _with(tmp_path, scenario, who="nobody")
    assert "403" in asked.lines[0]["error"]


def test_only_a_few_tokens_are_reviewed_at_once(tmp_path: Path) -> None:
    async def scenario(server: ApiServer, asked: Asked) -> None:
        several = [asked.name(f"token-{number}") for number in range(reviews.MOST_AT_ONCE + 5)]
        said = await asyncio.gather(*several)
        assert sum(each.startswith("503 too many tokens") for each in said) == 5
        assert server.asked[_ASKED] == reviews.MOST_AT_ONCE

    _with(tmp_path, scenario)


def test_a_flood_of_unknown_tokens_from_one_address_is_not_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However slow this machine is, the flood is faster.
    monkeypatch.setattr(memory, "FAILURES", Rate(per_second=1, burst=10))

    async def scenario(server: ApiServer, asked: Asked) -> None:
        said = [await asked.name(f"token-{number}", Peer("203.0.113.1")) for number in range(80)]
        assert said[-1].startswith("429 ")
        assert server.asked[_ASKED] < 80
        assert await asked.name("gateways-token") == "gateways"

    _with(tmp_path, scenario)


class _Answering:
    """A cluster that answers every review with one status."""

    def __init__(self, status: object) -> None:
        self._status = status

    async def create(self, _path: str, body: Any) -> Any:
        return {**body, "status": self._status}


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (None, "401"),
        ({"authenticated": "true"}, "401"),
        ({"authenticated": True, "user": _ENVOY}, "401"),
        ({"authenticated": True, "audiences": ["x"], "user": _ENVOY}, "401"),
        ({"authenticated": False, "audiences": ["interlock"], "user": _ENVOY}, "401"),
        ({"authenticated": True, "audiences": ["interlock"]}, "503"),
        ({"authenticated": True, "audiences": ["interlock"], "user": {"username": 7}}, "503"),
    ],
)
def test_an_answer_that_does_not_say_whose_the_token_is_lets_nobody_in(
    tmp_path: Path, status: object, said: str
) -> None:
    asked = Asked(tmp_path, document(_GATEWAYS), _Answering(status))
    assert asked.names(["token"])[0].startswith(said)
