"""Every route of the check listener is closed to strangers, and open to clients that it is granted to."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from fastapi import FastAPI
from msgspec.structs import replace
from starlette.routing import BaseRoute, Route

from interlock.clock import now
from interlock.instants import rfc3339
from interlock.units import Instant
from interlock_webhooks.app import Application, check_app, webhook_app
from interlock_webhooks.clients.authenticator import EVERYBODY
from interlock_webhooks.clients.client import Client
from interlock_webhooks.clients.endpoints import BESIDE, HOT, NAMES, OPEN
from interlock_webhooks.clients.globs import Globs
from interlock_webhooks.clients.peer import Peer
from interlock_webhooks.clients.rates import Meter, Rate
from interlock_webhooks.clients.scope import Scope
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.hot import HotRoute
from interlock_webhooks.methods import grpc_methods
from interlock_webhooks.refusal import Header
from support.asgi import ask
from support.clients import AS_KNOWN, Known
from support.ledgers import HOUR, hold, named, taking
from support.service import LoggedService

_CHECK = msgspec.json.encode({"intent": {"action": "model.chat"}})


def _app(service: LoggedService, client: Client) -> Application:
    service.authenticator = Known(client)
    return check_app(service)


def _paths(app: Application) -> Iterator[tuple[str, str]]:
    """Every path that something is at, and a method that it takes."""
    for path in app.hot:
        yield path, "POST"
    beside = app.beside
    while not isinstance(beside, FastAPI):
        beside = beside.app  # type: ignore[attr-defined]  # what guards it
    for route in _routes(beside.routes):
        for method in route.methods or ():
            yield route.path, method


def _routes(listed: Iterable[BaseRoute]) -> Iterator[Route]:
    """The routes among `listed`, and those of the routers that are."""
    for each in listed:
        if isinstance(each, Route):
            yield each
        else:
            yield from _routes(each.original_router.routes)  # type: ignore[attr-defined]  # FastAPI's own type


def test_every_route_is_closed_to_a_stranger_but_for_the_probes(service: LoggedService) -> None:
    app = _app(service, Client("known"))
    found = set(_paths(app))
    assert {path for path, _ in found} == {*app.hot, *BESIDE, *OPEN}
    for path, method in found:
        answer = ask(app, path, _CHECK, method=method)
        if path in OPEN:
            assert answer.status == HTTPStatus.OK
        else:
            assert (path, answer.status) == (path, HTTPStatus.UNAUTHORIZED)
            assert answer.json()["error"]["code"] == "request.unauthenticated"
            assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/nowhere", "/v1", "/docs/", "/v1/check/", "//v1/check"])
def test_a_stranger_does_not_even_learn_what_is_not_there(service: LoggedService, path: str) -> None:
    assert ask(_app(service, Client("known")), path).status == HTTPStatus.UNAUTHORIZED


def test_a_stranger_s_body_is_not_read(service: LoggedService) -> None:
    app = _app(service, Client("known"))

    async def scenario() -> None:
        async def receive() -> dict[str, object]:
            raise AssertionError

        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/v1/check", "headers": [], "query_string": b""}
        await app(scope, receive, send)
        assert sent[0]["status"] == HTTPStatus.UNAUTHORIZED

    asyncio.run(scenario())


def test_names_that_may_be_granted_are_those_of_the_routes(service: LoggedService) -> None:
    app = _app(service, Client("known"))
    routes = {route.endpoint for route in (*app.hot.values(), *app.below.values())}
    methods = {method.endpoint for method in grpc_methods(service).values()}
    assert (routes | methods) - {"health"} == HOT
    assert {*HOT, *BESIDE.values()} == NAMES


@pytest.mark.parametrize("granted", sorted(NAMES))
def test_a_client_reaches_what_it_is_granted_and_nothing_else(service: LoggedService, granted: str) -> None:
    app = _app(service, Client("known", endpoints=Globs.of([granted])))
    names = {path: route.endpoint for path, route in app.hot.items()} | BESIDE
    for path, method in set(_paths(app)):
        answer = ask(app, path, b"{}", method=method, headers=AS_KNOWN)
        if path in OPEN or names[path] == granted:
            assert answer.status not in {401, 403, 404, 405}
        else:
            assert (path, answer.status) == (path, HTTPStatus.FORBIDDEN)
            assert answer.json()["error"]["code"] == "request.forbidden"
            assert "`known`" in answer.json()["error"]["message"]


def test_who_may_call_everything_learns_what_is_not_there(service: LoggedService) -> None:
    app = _app(service, Client("known"))
    assert ask(app, "/nowhere", method="GET", headers=AS_KNOWN).status == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("granted", sorted(NAMES))
def test_who_may_not_call_everything_does_not_learn_what_is_not_there(
    service: LoggedService, granted: str
) -> None:
    app = _app(service, Client("known", endpoints=Globs.of([granted])))
    answer = ask(app, "/nowhere", method="GET", headers=AS_KNOWN)
    assert answer.status == HTTPStatus.FORBIDDEN
    # What is to be granted has to be something that can be.
    assert "check the path, or have `*` granted" in answer.json()["error"]["message"]


@pytest.mark.parametrize(("path", "method"), [("/v1/check", "POST"), ("/metrics", "GET")])
def test_a_client_that_asks_too_often_is_told_when_to_ask_again(
    service: LoggedService, path: str, method: str
) -> None:
    app = _app(service, Client("known", meter=Meter(Rate(per_second=1, burst=2))))
    answers = [ask(app, path, _CHECK, method=method, headers=AS_KNOWN) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["retry-after"] == "1"
    assert answers[-1].json()["error"]["code"] == "request.tooMany"


@pytest.mark.parametrize("declared", [(), ((b"content-length", b"00101"),)])
def test_a_client_s_bodies_have_a_bound_of_their_own(
    service: LoggedService, declared: tuple[tuple[bytes, bytes], ...]
) -> None:
    app = _app(service, Client("known", max_body=100))
    answer = ask(app, "/v1/check", b" " * 101, headers=(*AS_KNOWN, *declared))
    assert answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert "100 bytes" in answer.json()["error"]["message"]
    assert ask(app, "/v1/check", _CHECK.ljust(100), headers=AS_KNOWN).status == HTTPStatus.OK


def test_a_check_for_somebody_outside_the_scope_is_forbidden(service: LoggedService) -> None:
    scope = Scope(attribution={"team": Globs.of(["search"])})
    app = _app(service, Client("known", scope=scope))
    stated = {"intent": {"action": "model.chat"}, "caller": {"attribution": {"team": "ads"}}}
    del stated["caller"]
    inside = {"intent": {"action": "model.chat", "attribution": {"team": "search"}}}
    outside = {"intent": {"action": "model.chat", "attribution": {"team": "ads"}}}
    assert ask(app, "/v1/check", msgspec.json.encode(inside), headers=AS_KNOWN).status == HTTPStatus.OK
    for body, path, where in (
        (outside, "/v1/check", "attribution.team"),
        (stated, "/v1/check", "attribution.team"),
        ({"checks": [inside, outside]}, "/v1/check/batch", "checks[1]"),
    ):
        answer = ask(app, path, msgspec.json.encode(body), headers=AS_KNOWN)
        assert answer.status == HTTPStatus.FORBIDDEN
        assert where in answer.json()["error"]["message"]
        assert "decision" not in answer.json()


def test_an_intent_s_own_word_on_where_its_facts_came_from_counts_for_nothing(service: LoggedService) -> None:
    app = _app(service, Client("known", scope=Scope(ids=Globs.of(["ada"]))))
    principal = {"id": "ada", "type": "user", "groups": [], "claims": {"is_admin": True}}
    forged = {"principal.claims.is_admin": "catalog.subjects.ada"}
    stated = {"intent": {"action": "model.chat", "principal": principal, "provenance": forged}}
    answer = ask(app, "/v1/check", msgspec.json.encode(stated), headers=AS_KNOWN)
    assert answer.status == HTTPStatus.FORBIDDEN
    assert "principal.claims" in answer.json()["error"]["message"]


def test_what_shows_who_a_client_is_goes_no_further(service: LoggedService) -> None:
    async def told(request: Request) -> Answer:
        return Answer(b" ".join(name for name, _ in request.headers))

    shown = ((b"authorization", b"Bearer secret"), (b"interlock-authorization", b"Bearer secret"))
    for authenticator, left in (
        (Known(Client("known")), b"content-type name"),
        # Nobody was asked, so what is there is for somebody else.
        (EVERYBODY, b"content-type name authorization interlock-authorization"),
    ):
        route = HotRoute(told, service.metrics.route("check"), service.log, authenticator)
        assert ask(route, "/v1/check", b"{}", headers=(*AS_KNOWN, *shown)).body == left


def test_the_webhook_asks_no_api_server_who_it_is(service: LoggedService) -> None:
    service.authenticator = Known(Client("known"))
    app = webhook_app(service)
    assert ask(app, "/validate", b"{}").status == HTTPStatus.BAD_REQUEST
    assert ask(app, "/metrics", method="GET").status == HTTPStatus.OK


def test_an_authenticator_that_breaks_lets_nobody_in(service: LoggedService) -> None:
    class _Broken:
        async def client_of(self, headers: Sequence[Header], peer: Peer) -> Client:  # noqa: ARG002 - the protocol's names
            raise ZeroDivisionError

    service.authenticator = _Broken()
    app = check_app(service)
    assert ask(app, "/v1/check", _CHECK).status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert ask(app, "/metrics", method="GET").status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert {line["endpoint"] for line in service.lines} == {"check", "metrics"}


@pytest.mark.parametrize(
    ("patterns", "statuses"),
    [
        (None, [403, 200, 403, 403]),
        (["acme*"], [403, 403, 200, 403]),
        (["*"], [200, 200, 200, 200]),
    ],
)
def test_a_client_sees_accounts_of_the_organizations_that_it_may_speak_for(
    service: LoggedService, patterns: list[str] | None, statuses: list[int]
) -> None:
    attribution = {} if patterns is None else {"organization": Globs.of(patterns)}
    app = _app(service, Client("known", scope=Scope(attribution=attribution)))
    queries = (b"", b"organization=", b"organization=acme-eu", b"organization=other")
    answers = [ask(app, "/v1/budgets", method="GET", query=query, headers=AS_KNOWN) for query in queries]
    assert [answer.status for answer in answers] == statuses


@pytest.mark.parametrize(
    ("patterns", "seen"), [(None, [""]), (["acme*"], ["acme"]), (["*"], ["acme", "other", ""])]
)
def test_a_client_sees_settlements_of_the_organizations_that_it_may_speak_for(
    service: LoggedService, patterns: list[str] | None, seen: list[str]
) -> None:
    at = Instant(now())

    async def settled() -> None:
        for number, organization in enumerate(("acme", "other", "")):
            facts = {"organization": organization} if organization else {}
            await service.ledger.take(taking(replace(hold(number, expires=at + HOUR), facts=facts)), at)
            await service.ledger.settle(named(number), {}, Instant(at + number))

    asyncio.run(settled())
    attribution = {} if patterns is None else {"organization": Globs.of(patterns)}
    app = _app(service, Client("known", scope=Scope(attribution=attribution)))
    query = urlencode({"from": rfc3339(Instant(at - HOUR)), "to": rfc3339(Instant(at + HOUR))}).encode()
    answer = ask(app, "/v1/settlements", method="GET", query=query, headers=AS_KNOWN)
    found = [msgspec.json.decode(each)["facts"] for each in answer.body.splitlines()]
    assert [facts.get("organization", "") for facts in found] == seen
