"""AuthZEN's searches find what its evaluations allow, to whoever may ask for that."""

from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from interlock_webhooks.app import Application, check_app
from interlock_webhooks.clients.client import Client
from interlock_webhooks.clients.globs import EVERYTHING, Globs
from interlock_webhooks.clients.scope import Scope
from support.asgi import Answer, ask
from support.authzen.world import evaluated, post, serve
from support.clients import AS_KNOWN, Known
from support.service import service_over

_CATALOG: Final = """\
apiVersion: interlock.dev/v1alpha1
kind: Catalog
metadata: {name: ours}
spec:
  subjects:
    - {type: user, id: ann}
    - {type: user, id: bob}
  resources:
    - {type: record, id: r1, properties: {owner: ann}}
    - {type: record, id: r2, properties: {owner: bob}}
    - {type: record, id: sealed, properties: {owner: ann}}
    - {type: record, id: secret}
  resourceTypes:
    - {name: record, operations: [read, write, open]}
  tools:
    - {names: [payments/refund, payments/charge], class: write}
  models:
    - {names: [small, large], class: any, provider: acme, hosting: external}
"""
_ANN: Final = {"type": "user", "id": "ann"}


@pytest.fixture
def app(tmp_path: Path) -> Application:
    (tmp_path / "catalog.yaml").write_text(_CATALOG, encoding="utf-8")
    return serve(tmp_path)


def _search(app: Application, sought: str, **body: Any) -> Answer:
    return post(app, f"/access/v1/search/{sought}", body)


def _found(app: Application, sought: str, **body: Any) -> list[Any]:
    answer = _search(app, sought, **body)
    assert answer.status == 200, answer.body
    return [result.get("id", result.get("name")) for result in answer.json()["results"]]


def test_subjects_are_found_that_may_do_it(app: Application) -> None:
    own: dict[str, Any] = {"action": {"name": "write"}, "resource": {"type": "record", "id": "r1"}}
    assert _found(app, "subject", subject={"type": "user"}, **own) == ["ann"]
    read = own | {"action": {"name": "read"}}
    assert _found(app, "subject", subject={"type": "user", "id": "nobody"}, **read) == ["ann", "bob"]


def test_resources_are_found_to_which_it_may_be_done(app: Application) -> None:
    found = _found(app, "resource", subject=_ANN, action={"name": "write"}, resource={"type": "record"})
    assert found == ["r1"]


def test_actions_are_found_that_may_be_done(app: Application) -> None:
    assert _found(app, "action", subject=_ANN, resource={"type": "record", "id": "r1"}) == ["read", "write"]


def test_a_tool_is_found_that_may_be_called_with_some_arguments(app: Application) -> None:
    body: dict[str, Any] = {"subject": _ANN, "action": {"name": "tools/call"}, "resource": {"type": "tool"}}
    assert _found(app, "resource", **body, context={"agent": "desk"}) == ["payments/refund"]
    assert _found(app, "resource", **body, context={"agent": "other"}) == []


def test_a_model_is_found_that_may_be_used(app: Application) -> None:
    found = _found(app, "resource", subject=_ANN, action={"name": "chat"}, resource={"type": "model"})
    assert found == ["small"]


def test_what_is_found_comes_with_what_it_obliges_to(app: Application) -> None:
    able = {"obligations_supported": ["step-up"], "interlock": {"discharges": ["keep"]}}
    body: dict[str, Any] = {"subject": _ANN, "action": {"name": "open"}, "resource": {"type": "record"}}
    (found,) = _search(app, "resource", **body, context=able).json()["results"]
    assert found["id"] == "secret"
    asked = body | {"resource": {"type": "record", "id": "secret"}, "context": able}
    assert found["context"]["obligations"] == evaluated(app, asked)["context"]["obligations"]
    assert _found(app, "resource", **body) == []


def test_pages_are_the_whole_one_after_another(app: Application) -> None:
    body: dict[str, Any] = {"subject": _ANN, "action": {"name": "read"}, "resource": {"type": "record"}}
    whole = _search(app, "resource", **body).json()
    assert whole["page"] == {"next_token": "", "count": 2, "total": 2}
    found: list[Any] = []
    page: dict[str, Any] = {"limit": 1}
    for _ in range(2):
        answer = _search(app, "resource", **body, page=page).json()
        found += answer["results"]
        page = {"limit": 1, "token": answer["page"]["next_token"]}
    assert found == whole["results"]


@pytest.mark.parametrize(
    "page", [{"limit": 0}, {"limit": "all"}, {"token": "made-up"}, {"token": 7}, [], {"limit": -1}]
)
def test_a_page_that_there_is_not_is_refused(app: Application, page: Any) -> None:
    body: dict[str, Any] = {"subject": _ANN, "action": {"name": "read"}, "resource": {"type": "record"}}
    answer = _search(app, "resource", **body, page=page)
    assert answer.status == 400
    assert answer.json()["error"]["path"].startswith("$.page")


@pytest.mark.parametrize("sought", ["subject", "resource", "action"])
def test_what_is_no_search_is_refused(app: Application, sought: str) -> None:
    for body in ({}, {"subject": "ann"}, {"subject": _ANN, "action": {}, "resource": {}}):
        assert _search(app, sought, **body).status == 400


def test_what_is_wrong_is_found_where_it_was_sent(app: Application) -> None:
    answer = _search(
        app, "resource", subject={"type": 7, "id": "a"}, action={"name": "x"}, resource={"type": "r"}
    )
    assert answer.json()["error"]["path"] == "$.subject.type"


def test_a_search_takes_nothing(app: Application) -> None:
    body: dict[str, Any] = {"subject": _ANN, "action": {"name": "tools/call"}, "resource": {"type": "tool"}}
    for _ in range(5):
        assert _found(app, "resource", **body, context={"agent": "desk"}) == ["payments/refund"]


def test_nobody_is_found_for_whom_the_client_may_not_speak(tmp_path: Path) -> None:
    (tmp_path / "catalog.yaml").write_text(_CATALOG, encoding="utf-8")
    serve(tmp_path)
    service = service_over(tmp_path)
    scope = Scope(ids=Globs.of(["b*"]), types=EVERYTHING)
    service.authenticator = Known(Client("known", scope=scope))
    body = {
        "subject": {"type": "user"},
        "action": {"name": "read"},
        "resource": {"type": "record", "id": "r1"},
    }
    encoded = msgspec.json.encode(body)
    answer = ask(check_app(service), "/access/v1/search/subject", encoded, headers=AS_KNOWN)
    assert [found["id"] for found in answer.json()["results"]] == ["bob"]


def test_a_search_without_time_says_so(app: Application) -> None:
    body: dict[str, Any] = {"subject": _ANN, "action": {"name": "read"}, "resource": {"type": "record"}}
    answer = ask(app, "/access/v1/search/resource", msgspec.json.encode(body), query=b"timeout=1ns")
    assert answer.status == 503
