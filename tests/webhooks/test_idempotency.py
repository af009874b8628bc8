"""Checks that are asked again under a key."""

from pathlib import Path

import msgspec

from interlock_webhooks.app import check_app
from interlock_webhooks.clients.client import Client
from support.asgi import ask
from support.budgets import WORLD, call
from support.checkcalls import TOKENS, Serve, check, post, used
from support.clients import AS_KNOWN, Known
from support.service import service_over


def test_who_asks_again_under_a_key_is_answered_as_before(serve: Serve) -> None:
    app = serve(TOKENS)
    first = check(app, idempotencyKey="a")
    assert check(app, idempotencyKey="a") == first
    assert check(app, idempotencyKey="b") != first
    assert used(app) == (0, 208)


def test_equal_json_is_the_same_body_however_it_is_written(serve: Serve) -> None:
    app = serve(TOKENS)
    body = call() | {"idempotencyKey": "a"}
    first = post(app, "/v1/check", body)
    shuffled = msgspec.json.format(msgspec.json.encode(dict(reversed(body.items()))), indent=3)
    assert ask(app, "/v1/check", shuffled).body == first.body


def test_a_key_with_another_body_is_a_conflict(serve: Serve) -> None:
    app = serve(TOKENS)
    check(app, idempotencyKey="a")
    answer = post(app, "/v1/check", call(most=5) | {"idempotencyKey": "a"})
    assert (answer.status, answer.json()["error"]["code"]) == (409, "request.conflict")
    assert used(app) == (0, 104)


def test_a_key_of_one_client_says_nothing_to_another(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text("\n---\n".join([*WORLD, TOKENS]), encoding="utf-8")
    service = service_over(tmp_path)
    holds = []
    for name in ("one", "two", "one"):
        service.authenticator = Known(Client(name))
        body = msgspec.json.encode(call() | {"idempotencyKey": "a"})
        holds.append(ask(check_app(service), "/v1/check", body, headers=AS_KNOWN).json()["hold"]["id"])
    assert holds[0] == holds[2] != holds[1]
    service.authenticator = Known(Client("two"))
    other = msgspec.json.encode(call(most=5) | {"idempotencyKey": "a"})
    assert ask(check_app(service), "/v1/check", other, headers=AS_KNOWN).status == 409
