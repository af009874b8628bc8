"""Checks that are asked again under a key."""

import msgspec

from support.asgi import ask
from support.budgets import call
from support.checkcalls import TOKENS, Serve, check, post, used


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
