"""The description of the API and the routes themselves agree, and the page that shows it needs nobody else."""

import re
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
import pytest

from interlock_webhooks import hot
from interlock_webhooks.app import Application, check_app
from interlock_webhooks.approvals.problems import ProblemBody
from interlock_webhooks.clients.client import Client
from interlock_webhooks.clients.globs import NOTHING
from interlock_webhooks.clients.rates import Meter, Rate
from interlock_webhooks.openapi import CLIENTS, REFUSALS
from interlock_webhooks.operation import Operation
from interlock_webhooks.operations import OPERATIONS
from interlock_webhooks.refusal import CODES, ErrorBody
from interlock_webhooks.runtime.codec import MAX_BATCH
from support.asgi import JSON, Answer, ask
from support.authzen.asked import DECIDED, SUBMISSION, UNFIT, put_requests
from support.clients import AS_KNOWN, Known
from support.conversing import GOOD, sent
from support.failing import Unreachable
from support.holds import ENDED, HOLDS, take_holds
from support.mcp import request, tool_call, tool_list
from support.reviews import chat, encoded, pod, review
from support.service import LoggedService

_REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "http.md"
_ACCESS: dict[str, Any] = {
    "subject": {"type": "user", "id": "ann"},
    "action": {"name": "read"},
    "resource": {"type": "record", "id": "r1"},
}
_GOOD: dict[str, Any] = {
    "/validate": review(pod(team="a")),
    "/guard": review({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}),
    "/mutate": review(pod(team="a")),
    "/v1/check": chat("good-1"),
    "/v1/check/batch": {"checks": [chat("good-1"), chat("bad-1")]},
    "/v1/mcp/request": {"message": tool_call("write_file"), "headers": {}},
    "/v1/mcp/response": {"response": tool_list("read_file"), "message": request("tools/list")},
    **HOLDS,
    "/access/v1/evaluation": _ACCESS,
    "/access/v1/evaluations": {**_ACCESS, "evaluations": [{}, {}]},
    "/access/v1/search/subject": _ACCESS | {"subject": {"type": "user"}},
    "/access/v1/search/resource": _ACCESS | {"resource": {"type": "record"}, "page": {"limit": 1}},
    "/access/v1/search/action": _ACCESS,
    "/access/v1/requests": SUBMISSION,
    "/v1/approvals/decide": DECIDED,
    **{path: sent(found)["body"] for path, found in GOOD.items()},
}
_READ = {
    "/.well-known/authzen-configuration": b"",
    "/access/v1/jwks": b"",
    "/access/v1/requests/task": b"id=arq_waits",
    "/v1/approvals": b"",
    "/healthz": b"",
    "/readyz": b"",
    "/metrics": b"",
    "/v1/budgets": b"",
    "/v1/settlements": b"from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z",
}
"""What is read, and what is asked for."""
_SETTLED, _RELEASED = ENDED


def _named(record: str) -> dict[str, Any]:
    """The evaluation of an access to `record`, under one key."""
    context = {"interlock": {"idempotencyKey": "a"}}
    return _ACCESS | {"resource": {"type": "record", "id": record}, "context": context}


_TAKEN_BACK = {"/access/v1/requests/cancel"}
"""What is posted without a body."""
_CONFLICTS: dict[str, list[dict[str, Any]]] = {
    "/v1/check": [chat(model) | {"idempotencyKey": "a"} for model in ("good-1", "good-2")],
    "/v1/check/batch": [
        {"checks": [chat(model)], "linked": True, "idempotencyKey": "a"} for model in ("good-1", "good-2")
    ],
    "/access/v1/evaluation": [_named("r1"), _named("r2")],
    "/access/v1/evaluations": [_named("r1"), _named("r2")],
    "/v1/settle": [{"hold": "x", "used": {}}, {"hold": _RELEASED, "used": {}}],
    "/v1/release": [{"hold": "x"}, {"hold": _SETTLED}],
    "/v1/extend": [{"hold": "x", "holdFor": "1m"}, {"hold": _SETTLED, "holdFor": "1m"}],
    **UNFIT,
}
"""Requests of which one is refused for what was before, or for what it is about."""

_KEYED = (*JSON, (b"idempotency-key", b"a"))
_WEBHOOKS = {"/validate", "/mutate", "/guard"}

EVERY = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.path)


@pytest.fixture
def described(check: Application) -> dict[str, Any]:
    answer: dict[str, Any] = ask(check, "/openapi.json", method="GET").json()
    return answer


@pytest.fixture
def apps(webhook: Application, check: Application, service: LoggedService) -> dict[str, Application]:
    take_holds(service)
    put_requests(service)
    return {path: webhook if path in _WEBHOOKS else check for path in _GOOD}


def test_the_description_is_openapi_3_1(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1.")


def test_exactly_the_routes_that_exist_are_described(
    described: dict[str, Any], apps: dict[str, Application]
) -> None:
    assert set(described["paths"]) == {*apps, *_READ, *_TAKEN_BACK}
    for path, operations in described["paths"].items():
        assert set(operations) == ({"get"} if path in _READ else {"post"})


@pytest.mark.parametrize("path", _READ)
def test_what_is_read_is_answered_as_described(
    described: dict[str, Any], check: Application, service: LoggedService, path: str
) -> None:
    put_requests(service)
    answer = ask(check, path, method="GET", query=_READ[path])
    assert answer.status == HTTPStatus.OK
    (media_type,) = described["paths"][path]["get"]["responses"]["200"]["content"]
    assert answer.headers["content-type"] == media_type


@pytest.mark.parametrize("path", ["/v1/budgets", "/v1/settlements"])
def test_refusals_of_what_is_read_are_described(
    described: dict[str, Any], check: Application, service: LoggedService, path: str
) -> None:
    refused = ask(check, path, method="GET", query=b"nothing=1")
    service.ledger = Unreachable()
    failed = ask(check, path, method="GET", query=_READ[path])
    stated = described["paths"][path]["get"]["responses"]
    assert (refused.status, failed.status, set(stated)) == (400, 500, {"200", "4XX", "500"})
    for answer in (refused, failed):
        _assert_exact(answer.json(), ErrorBody)
        assert answer.json()["error"]["code"] == CODES[HTTPStatus(answer.status)]
    assert [line["error"] for line in service.lines if line["level"] == "error"] == [Unreachable.why]


def test_a_service_that_is_about_to_stop_says_so_as_described(
    described: dict[str, Any], check: Application, service: LoggedService
) -> None:
    service.draining = True
    answer = ask(check, "/readyz", method="GET")
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer.json()["status"] == "draining"
    assert "503" in described["paths"]["/readyz"]["get"]["responses"]


@EVERY
def test_an_example_of_what_is_taken_is_valid_and_its_answer_too(
    apps: dict[str, Application], operation: Operation
) -> None:
    msgspec.convert(_GOOD[operation.path], operation.takes, strict=True)
    answer = ask(apps[operation.path], operation.path, encoded(_GOOD[operation.path]))
    assert answer.status == operation.status
    if answer.body:
        _assert_exact(answer.json(), operation.gives)


def _assert_exact(value: dict[str, Any], shape: type) -> None:
    """`value` is of `shape`, and `shape` names every key that `value` has."""
    assert msgspec.to_builtins(msgspec.convert(value, shape, strict=True)) == value


def _refusals(app: Application, path: str, service: LoggedService, patch: pytest.MonkeyPatch) -> list[Answer]:
    """One answer for each way in which a route refuses."""
    good = encoded(_GOOD[path])
    answers = [
        ask(app, path, b"{"),
        ask(app, path, good, method="GET"),
        ask(app, path, [b" " * hot.MAX_BODY, b" "]),
        ask(app, path, good, headers=()),
        ask(app, path, good, query=b"timeout=soon"),
    ]
    with patch.context() as slow:
        slow.setattr(hot, "READ_SECONDS", 0.01)
        answers.append(ask(app, path, []))
    with patch.context() as full:
        full.setattr(hot, "MAX_IN_FLIGHT", 0)
        answers.append(ask(app, path, good))
    if path not in _WEBHOOKS:
        # Webhooks answer their own failures with a denial inside the review.
        conflicts = _CONFLICTS.get(path, [])
        answers += [ask(app, path, encoded(body), headers=_KEYED) for body in conflicts]
        service.authenticator = Known(Client("known", endpoints=NOTHING))
        strict = check_app(service)
        answers += [ask(strict, path, good, headers=headers) for headers in (JSON, AS_KNOWN)]
        service.authenticator = Known(Client("known", meter=Meter(Rate(per_second=1, burst=1))))
        strict = check_app(service)
        answers += [ask(strict, path, b"{", headers=AS_KNOWN) for _ in range(2)]
        service.policies = None  # type: ignore[assignment]  # breaks whatever comes next
        service.ledger = None  # type: ignore[assignment]
        answers.append(ask(app, path, good))
    return answers


@EVERY
def test_every_refusal_is_described_and_looks_as_described(
    described: dict[str, Any],
    apps: dict[str, Application],
    operation: Operation,
    service: LoggedService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = _refusals(apps[operation.path], operation.path, service, monkeypatch)
    answers = [answer for answer in tried if answer.status != operation.status]
    stated = set(described["paths"][operation.path]["post"]["responses"]) - {str(operation.status.value)}
    seen = {str(answer.status) for answer in answers}
    assert stated - seen <= {"500"}
    assert seen <= stated
    for answer in answers:
        if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            _assert_exact(answer.json(), operation.gives)
        else:
            _assert_refusal(answer)


def _assert_refusal(answer: Answer) -> None:
    """It says why, in one of the two forms that there are."""
    if answer.headers["content-type"] == "application/problem+json":
        _assert_exact(answer.json(), ProblemBody)
        assert answer.json()["status"] == answer.status
    else:
        _assert_exact(answer.json(), ErrorBody)
        assert answer.json()["error"]["code"] == CODES[HTTPStatus(answer.status)]


def test_every_reference_in_the_description_leads_somewhere(described: dict[str, Any]) -> None:
    references = re.findall(r'"\$ref":"#/components/schemas/([^"]+)"', encoded(described).decode())
    assert references
    assert set(references) <= set(described["components"]["schemas"])


def test_a_path_that_is_not_there_is_refused_like_everything_else(
    check: Application, webhook: Application
) -> None:
    for app in (check, webhook):
        answer = ask(app, "/v2/check", method="POST")
        assert answer.status == HTTPStatus.NOT_FOUND
        _assert_exact(answer.json(), ErrorBody)
        assert answer.json()["error"]["code"] == "request.notFound"
    wrong = ask(check, "/readyz", method="POST")
    assert wrong.status == HTTPStatus.METHOD_NOT_ALLOWED
    assert wrong.json()["error"]["code"] == "request.method"


def test_the_page_and_its_parts_come_from_here_under_a_policy_that_allows_nothing_else(
    check: Application,
) -> None:
    page = ask(check, "/docs", method="GET")
    assert page.headers["content-security-policy"].startswith("default-src 'self';")
    parts = re.findall(r'(?:src|href)="([^"]+)"', page.body.decode())
    assert len(parts) == 3
    for part in parts:
        assert part.startswith("/docs/")
        assert ask(check, part, method="GET").status == HTTPStatus.OK
    for inline in ("<style", "style=", "onclick=", "<script>"):
        assert inline not in page.body.decode()


def test_the_page_can_show_openapi_3_1(check: Application) -> None:
    script = ask(check, "/docs/swagger-ui-bundle.js", method="GET")
    assert script.headers["content-type"].startswith("text/javascript")
    found = re.search(rb'PACKAGE_VERSION:"(\d+)\.', script.body)
    assert found is not None
    assert int(found[1]) >= 5


def test_the_page_asks_no_other_host(check: Application) -> None:
    start = ask(check, "/docs/start.js", method="GET").body.decode()
    assert "http" not in start
    assert "validatorUrl: null" in start


def test_the_reference_names_every_route_status_and_limit(described: dict[str, Any]) -> None:
    text = _REFERENCE.read_text()
    for path, operations in described["paths"].items():
        assert f"{next(iter(operations)).upper()} {path}" in text
    for status in (*REFUSALS, *CLIENTS):
        assert f"| {status.value} | `{CODES[status]}` |" in text
    for status in {status for operation in OPERATIONS for status in operation.refusals}:
        code = f"`{CODES[status]}`" if status in CODES else ""
        assert " ".join(filter(None, (f"| {status.value} |", code, "|"))) in text
    for limit in (
        "3 MiB",
        f"1 to {MAX_BATCH} checks",
        f"{hot.READ_SECONDS:g} seconds",
        f"more than {hot.MAX_IN_FLIGHT}",
        f"more than {hot.MAX_HELD >> 20} MiB",
    ):
        assert limit in text


def test_the_reference_names_every_metric(check: Application) -> None:
    exposition = ask(check, "/metrics", method="GET").body.decode()
    names = set(re.findall(r"^# TYPE (interlock_\w+) ", exposition, re.MULTILINE))
    # Counters and histograms have a second one that says when they began.
    for name in names - {name for name in names if name.endswith("_created")}:
        assert f"| `{name}` |" in _REFERENCE.read_text()
