"""ToolHive's webhooks: whose they are, and what policies change in their messages."""

import hashlib
import hmac
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from interlock.clock import now
from interlock.errors import OperatorError
from interlock_webhooks.app import check_app
from interlock_webhooks.toolhive.secret import secret_in
from support.asgi import JSON, Answer, ask
from support.documents import policy
from support.policies import write_policies
from support.process import running
from support.service import LoggedService, service_over

_SECRET = b"a secret of 22 letters"
_BODY = {
    "version": "v0.1.0",
    "uid": "1",
    "mcp_request": {"method": "tools/call", "params": {"name": "read_file"}},
}


def _sent(service: LoggedService, *headers: tuple[bytes, bytes], path: str = "/toolhive/validate") -> Answer:
    return ask(check_app(service), path, msgspec.json.encode(_BODY), headers=[*JSON, *headers])


def _signed(at: int, secret: bytes = _SECRET) -> list[tuple[bytes, bytes]]:
    """The headers that ToolHive signs the body with at a Unix time."""
    time = str(at).encode()
    digest = hmac.new(secret, time + b"." + msgspec.json.encode(_BODY), hashlib.sha256).hexdigest()
    return [(b"x-toolhive-timestamp", time), (b"x-toolhive-signature", f"sha256={digest}".encode())]


def _seconds() -> int:
    return now() // 1_000


def test_a_signed_message_is_decided(service: LoggedService) -> None:
    service.toolhive_secret = _SECRET
    for path in ("/toolhive/validate", "/toolhive/mutate"):
        answer = _sent(service, *_signed(_seconds()), path=path)
        assert (answer.status, answer.json()["allowed"]) == (200, True)


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ([], "it is not signed"),
        (_signed(_seconds())[1:], "it is not signed"),
        ([*_signed(_seconds()), *_signed(_seconds())], "it is not signed"),
        (_signed(_seconds(), b"another secret, as long"), "not of this body"),
        ([(b"x-toolhive-timestamp", b"1"), _signed(_seconds())[1]], "not of this body"),
        (_signed(_seconds() - 86_400), "300 seconds ago"),
        (_signed(_seconds() + 86_400), "300 seconds ago"),
        ([(b"x-toolhive-timestamp", b"-5"), _signed(_seconds())[1]], "no Unix time"),
        ([(b"x-toolhive-timestamp", b"1" * 5_000), _signed(_seconds())[1]], "no Unix time"),
    ],
)
def test_what_is_not_signed_by_toolhive_just_now_is_denied_whatever_fails(
    service: LoggedService, headers: list[tuple[bytes, bytes]], said: str
) -> None:
    service.toolhive_secret = _SECRET
    answer = _sent(service, *headers)
    assert (answer.status, answer.json()["allowed"]) == (422, False)
    assert said in answer.json()["message"]


def test_a_signature_that_nobody_can_check_is_denied(service: LoggedService) -> None:
    answer = _sent(service, *_signed(_seconds()))
    assert answer.status == 422
    assert "--toolhive-secret" in answer.json()["message"]


def test_what_policies_change_is_a_patch_of_the_message(tmp_path: Path) -> None:
    rules = "    - {name: any, permit: 'true'}\n"
    spec = "  area: tools\n  defaults:\n    - {path: [arguments, limit], value: 10}\n"
    (tmp_path / "all.yaml").write_text(policy(spec=spec, rules=rules), encoding="utf-8")
    answer = _sent(service_over(tmp_path), path="/toolhive/mutate").json()
    assert answer["patch_type"] == "json_patch"
    assert answer["patch"] == [
        {"op": "add", "path": "/mcp_request/params/arguments", "value": {}},
        {"op": "add", "path": "/mcp_request/params/arguments/limit", "value": 10},
    ]


def test_the_service_is_told_the_secret_when_it_starts(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(_SECRET)
    body = msgspec.json.encode(_BODY)
    with running(folder, tmp_path / "state", "--toolhive-secret", path) as service:
        url = f"{service.check}/toolhive/validate"
        unsigned = httpx.post(url, content=body, headers=dict(JSON))
        signed = httpx.post(url, content=body, headers=dict([*JSON, *_signed(_seconds())]))
    assert (unsigned.status_code, signed.status_code) == (422, 200)


def test_a_secret_is_what_its_file_holds_without_the_end_of_the_line(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(_SECRET + b"\r\n")
    assert secret_in(path) == _SECRET
    assert secret_in(None) is None


@pytest.mark.parametrize("content", [None, b"short"])
def test_a_secret_that_is_not_there_or_short_is_refused_at_start(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(OperatorError, match="the secret of ToolHive"):
        secret_in(path)


_READ = {"operation": "mcp:tool:call", "resource": "mrn:mcp:a:tool:read"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"operation": "mcp:tool", "resource": "mrn:mcp:a:tool:b"}, "`operation`"),
        ({"operation": "mcp:tool:call:x", "resource": "mrn:mcp:a:tool:b"}, "`operation`"),
        ({"operation": "mcp:tool:call", "resource": "mrn:mcp:a:prompt:b"}, "`resource`"),
        ({"operation": "mcp:tool:call", "resource": "a:tool:b"}, "`resource`"),
        ({"operation": "mcp:tool:call", "resource": "mrn:mcp:a:tool:"}, "params.name"),
        ({**_READ, "principal": {"sub": "j", "mgroups": "contractors"}}, "`principal.mgroups`: "),
        (
            {**_READ, "principal": {"sub": "j", "mgroups": ["contractors", 7]}},
            "`principal.mgroups[1]`: ",
        ),
    ],
)
def test_a_question_that_toolhive_would_not_ask_is_no_decision(
    service: LoggedService, asked: dict[str, Any], said: str
) -> None:
    answer = ask(check_app(service), "/toolhive/decision", msgspec.json.encode(asked))
    assert answer.status == 400
    assert said in answer.json()["error"]["message"]


def test_every_message_says_what_it_is_about(tmp_path: Path) -> None:
    app = check_app(service_over(write_policies(tmp_path)))
    for message in ({}, {"method": 7}, {"method": "prompts/get"}, {"method": "resources/read", "params": []}):
        answer = ask(app, "/toolhive/validate", msgspec.json.encode({**_BODY, "mcp_request": message}))
        assert (answer.status, answer.json()["allowed"]) == (422, False)
    for uid in ("", "u" * 129):
        answer = ask(app, "/toolhive/validate", msgspec.json.encode({**_BODY, "uid": uid}))
        assert (answer.status, answer.json()["allowed"]) == (422, False)
