"""Whoever is on this machine may ask by a name of it; pages in a browser, with names of their own, may not."""

from http import HTTPStatus

import msgspec
import pytest

from interlock_webhooks.app import check_app
from interlock_webhooks.clients.endpoints import OPEN
from interlock_webhooks.clients.neighbours import Neighbours
from support.asgi import JSON, Answer, ask
from support.service import LoggedService

_CHECK = msgspec.json.encode({"intent": {"action": "model.chat"}})
_OURS = (b"localhost", b"localhost:8080", b"127.0.0.1:8080", b"[::1]:8080", b"LOCALHOST", b"interlock.example")
_FOREIGN = (
    b"evil.example:8080",
    b"192.0.2.1",
    b"localhost.evil.example",
    b"127.0.0.1.evil.example",
    b"evil.example@localhost.evil.example",
    b"[::1",
    b"",
    b"\xff",
    b"evil.example\x00localhost",
)


def _asked(service: LoggedService, path: str, *hosts: bytes, method: str = "POST") -> Answer:
    service.authenticator = Neighbours("https://interlock.example")
    headers = (*JSON, *((b"host", host) for host in hosts))
    return ask(check_app(service), path, _CHECK, method=method, headers=headers)


@pytest.mark.parametrize("host", _OURS)
def test_a_name_of_this_machine_or_of_the_service_is_answered(service: LoggedService, host: bytes) -> None:
    assert _asked(service, "/v1/check", host).status == HTTPStatus.OK


@pytest.mark.parametrize("host", _FOREIGN)
@pytest.mark.parametrize(("path", "method"), [("/v1/check", "POST"), ("/v1/approvals", "GET")])
def test_any_other_name_is_refused(service: LoggedService, host: bytes, path: str, method: str) -> None:
    answer = _asked(service, path, host, method=method)
    assert answer.status == HTTPStatus.FORBIDDEN
    assert "call it by `localhost`" in answer.json()["error"]["message"]


def test_one_of_two_names_is_enough_to_be_refused(service: LoggedService) -> None:
    assert _asked(service, "/v1/check", b"localhost", b"evil.example").status == HTTPStatus.FORBIDDEN


def test_who_names_nobody_is_no_browser(service: LoggedService) -> None:
    assert _asked(service, "/v1/check").status == HTTPStatus.OK


@pytest.mark.parametrize("path", sorted(OPEN))
def test_what_is_open_to_all_is_open_by_any_name(service: LoggedService, path: str) -> None:
    assert _asked(service, path, b"evil.example", method="GET").status != HTTPStatus.FORBIDDEN


def test_what_a_proxy_sends_on_has_the_name_that_its_client_called(service: LoggedService) -> None:
    service.authenticator = Neighbours("http://localhost:8080")
    headers = ((b"host", b"api.example"), (b"x-interlock-context", b'{"interlock.kind": "route"}'))
    answer = ask(check_app(service), "/ext-authz/v1/files", method="GET", headers=headers)
    assert answer.headers["x-interlock-decision"] in {"allow", "deny"}
