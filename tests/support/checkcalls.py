"""Single requests to the check API of a service under test, which has budgets."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from interlock_webhooks.app import Application
from support.asgi import Answer, ask
from support.budgets import call, limited

Serve = Callable[..., Application]
"""Makes the check API of a service over budgets."""

TOKENS: Final = limited("tokens", 300)


def post(app: Application, path: str, body: Any) -> Answer:
    return ask(app, path, msgspec.json.encode(body))


def check(app: Application, **terms: Any) -> dict[str, Any]:
    return _decided(app, call() | terms)


def clamped(app: Application, most: int | None = 100, **chat: Any) -> dict[str, Any]:
    """A check by a caller who passes changes on."""
    body = call(most=most)
    body["chat"] |= chat
    return _decided(app, body | {"appliesPatches": True})


def used(app: Application) -> tuple[int, int]:
    """What is spent and held now."""
    (account,) = check(app, dryRun=True)["budgets"]
    return account["spent"], account["held"]


def _decided(app: Application, body: dict[str, Any]) -> dict[str, Any]:
    answer = post(app, "/v1/check", body)
    assert answer.status == 200, answer.body
    recorded: dict[str, Any] = answer.json()
    return recorded
