"""Golden messages of gateways: what each sends, and what it is answered."""

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import msgspec

from interlock_webhooks.app import Application
from support.asgi import JSON, Answer, ask

CALLERS: Final = ("agentgateway", "docker", "litellm", "toolhive")

_TESTDATA: Final = Path(__file__).parents[2] / "testdata"

GOOD: Final = {
    path: _TESTDATA / name
    for path, name in {
        "/beta/litellm_basic_guardrail_api": "litellm/allowed.json",
        "/request": "agentgateway/unknown-model.json",
        "/response": "agentgateway/response.json",
        "/toolhive/decision": "toolhive/decision-call.json",
        "/toolhive/validate": "toolhive/validated.json",
        "/toolhive/mutate": "toolhive/mutated-nothing.json",
        "/docker/before": "docker/continues.json",
    }.items()
}
"""A message that is understood, for each path."""


def conversations(caller: str) -> list[Path]:
    """The files of `caller`."""
    return sorted((_TESTDATA / caller).glob("*.json"))


def sent(path: Path) -> dict[str, Any]:
    """What is in a file: `path`, `query`, `headers` and `body` are sent, `status` and `answer` come back."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def send(app: Application, message: dict[str, Any]) -> Answer:
    """What `app` answers to `message`."""
    headers = [(name.encode(), value.encode()) for name, value in message.get("headers", {}).items()]
    body = msgspec.json.encode(message["body"])
    query = message.get("query", "").encode()
    return ask(app, message["path"], body, query=query, headers=[*JSON, *headers])


def is_allowance(answer: Answer) -> bool:
    """Whether the gateway that gets `answer` goes on, as each of them reads it."""
    if answer.status != HTTPStatus.OK:
        return False
    if not answer.body:
        return True
    said = answer.json()
    action = said.get("action")
    passes = isinstance(action, dict) and "body" not in action
    return passes or action == "NONE" or said.get("allowed") is True or said.get("allow") is True
