"""What proxies are told about requests: the same over gRPC and over HTTP."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from interlock.clock import now
from interlock.decisionlog.sink import DecisionLog
from interlock_webhooks.app import check_app
from interlock_webhooks.envoy.outcome import HEADERS
from support.asgi import ask
from support.budgets import limited
from support.decisionlog import room_for
from support.documents import policy, policy_set
from support.envoy import Ask, Over, Sent, chat, message_of, over_grpc
from support.ratelimits import descriptor, reported
from support.service import service_over

_ALWAYS = "    - {name: never, forbid: 'true', message: nobody may, remedy: ask for less}\n"
_CEILING = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: short}
spec:
  layer: platform
  description: Answers are short.
  limits:
    - {name: output, of: intent.usage.?outputTokens, ceiling: 500}
"""
_MCP = {"jsonrpc": "2.0", "id": 1}
_CLOSED = policy_set("  layers: [{name: organization, closed: [resources]}]\n")
_ROUTES = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: routes}
spec:
  layer: organization
  area: resources
  description: Models may be listed.
  rules:
    - name: models-are-listed
      permit: resource.type == 'route' && resource.id == '/v1/models' && intent.operation.name == 'GET'
"""
_DAILY = "{calendar: {every: day}}"


def _never(name: str = "none") -> str:
    return policy(name, layer="platform", rules=_ALWAYS)


def test_what_is_allowed_passes_with_its_hold(over: Over, tell: Ask) -> None:
    service = over(limited("tokens", 300))
    told = tell(service, Sent(body=chat()))
    assert told.passes
    assert told.headers["x-interlock-decision"] == "allow"
    (held,) = asyncio.run(service.ledger.holds(now()))
    assert told.headers["x-interlock-hold"] == held.id


def test_headers_of_ours_are_set_or_taken_away(over: Over, tell: Ask) -> None:
    told = tell(over(), Sent(body=chat(), headers={"x-interlock-hold": "made-up"}))
    assert told.passes
    assert {name for name in told.headers if name in HEADERS} | told.removed == {*HEADERS}
    assert "x-interlock-hold" in told.removed


def test_ceilings_are_told_to_the_upstream(over: Over, tell: Ask) -> None:
    assert tell(over(_CEILING), Sent(body=chat())).headers["x-interlock-max-output-tokens"] == "500"


def test_what_is_denied_is_a_403_that_says_why_and_what_to_do(over: Over, tell: Ask) -> None:
    told = tell(over(_never()), Sent(body=chat()))
    assert (told.passes, told.status) == (False, 403)
    assert told.headers["x-interlock-decision"] == "deny"
    assert told.headers["x-interlock-reasons"] == "violated"
    (reason,) = told.json()["reasons"]
    assert (reason["policy"], reason["message"], reason["remedy"]) == ("none", "nobody may", "ask for less")
    assert told.json()["error"] == {"code": "denied", "message": "nobody may"}


def test_an_exhausted_budget_is_a_429_that_says_when_to_try_again(over: Over, tell: Ask) -> None:
    told = tell(
        over(
            limited("tokens", 150, window=_DAILY),
            limited("calls", 0, name="later", window="{calendar: {every: year}}"),
        ),
        Sent(body=chat()),
    )
    assert told.status == 429
    assert told.json()["error"]["code"] == "exhausted"
    assert "retry-after" not in told.headers


def test_waiting_is_advised_until_all_that_is_exhausted_is_free(over: Over, tell: Ask) -> None:
    service = over(limited("tokens", 150, window=_DAILY))
    assert tell(service, Sent(body=chat())).passes
    told = tell(service, Sent(body=chat()))
    assert told.status == 429
    assert 1 <= int(told.headers["retry-after"]) <= 24 * 60 * 60


def test_who_is_in_debt_is_told_so_by_what_draws_nothing(over: Over, tell: Ask) -> None:
    service = over(limited("tokens", 100, window=_DAILY))
    reported(service, descriptor({"model": "priced"}), hits=150)
    told = tell(service, Sent(path="/mcp", body=b'{"method": "tools/call", "params": {"name": "a"}}'))
    assert told.status == 429
    assert int(told.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    "documents",
    [
        pytest.param((limited("tokens", 150),), id="nothing ever ends"),
        pytest.param((limited("tokens", 50, window=_DAILY),), id="there is never as much"),
    ],
)
def test_waiting_is_not_advised_where_it_helps_nobody(
    over: Over, tell: Ask, documents: tuple[str, ...]
) -> None:
    service = over(*documents)
    tell(service, Sent(body=chat()))
    told = tell(service, Sent(body=chat()))
    assert told.status == 429
    assert "retry-after" not in told.headers


def test_what_is_denied_for_other_reasons_too_is_a_403(over: Over, tell: Ask) -> None:
    told = tell(over(_never(), limited("tokens", 50)), Sent(body=chat()))
    assert told.status == 403
    assert told.headers["x-interlock-reasons"] == "violated,exhausted"


@pytest.mark.parametrize(
    "extensions", [{"interlock.caller.principal.id": "Zoë"}, {"interlock.from.principal.id": "header:x-user"}]
)
def test_whoever_asks_has_one_name_in_whichever_letters(
    over: Over, tell: Ask, extensions: dict[str, str]
) -> None:
    unwanted = "    - {name: not-zoe, forbid: 'intent.principal.id == \"Zoë\"', message: not you}\n"
    service = over(policy("callers", layer="platform", rules=unwanted))
    told = tell(service, Sent(body=chat(), headers={"x-user": "Zoë"}), extensions)
    assert told.json()["error"]["message"] == "not you"


@pytest.mark.parametrize(
    ("sent", "passes"),
    [
        (Sent(method="GET", path="/v1/models?limit=2"), True),
        (Sent(method="DELETE", path="/v1/models"), False),
        (Sent(method="GET", path="/v1/models/7"), False),
        (Sent(path="/v1/completions", body=b'{"model": "priced", "prompt": ""}'), False),
    ],
)
def test_routes_pass_that_are_permitted(tmp_path: Path, tell: Ask, sent: Sent, *, passes: bool) -> None:
    (tmp_path / "all.yaml").write_text(f"{_CLOSED}---\n{_ROUTES}")
    assert tell(service_over(tmp_path), sent).passes == passes


def test_a_denial_holds_nothing(over: Over, tell: Ask) -> None:
    service = over(_never(), limited("tokens", 300))
    assert not tell(service, Sent(body=chat())).passes
    assert asyncio.run(service.ledger.holds(now())) == []


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        (Sent(body=b"{"), 400, "JSON"),
        (Sent(body=b"[]"), 400, "object"),
        (Sent(body=b"no JSON"), 400, "JSON"),
        (Sent(body=b'{"model": "priced"}'), 400, "messages"),
        (Sent(body=b""), 400, "with_request_body"),
        (Sent(path="/anything"), 400, "with_request_body"),
        (Sent(path="/a/../v1/chat/completions", body=chat()), 400, "leads up"),
        (Sent(path="/a%2fchat/completions", body=chat()), 400, "separator"),
        (Sent(body=chat(), headers={"content-encoding": "gzip"}), 400, "encoded"),
        (Sent(body=chat(), headers={"x-envoy-auth-partial-body": "true"}), 400, "max_request_bytes"),
        (Sent(path="/mcp", body=b'[{"jsonrpc": "2.0"}]'), 400, "object"),
        (Sent(path="/mcp", body=b'{"jsonrpc": "2.0"}'), 400, "method"),
        (Sent(path="/mcp", body=b'{"jsonrpc": "2.0", "method": []}'), 400, "method"),
        (Sent(path="/mcp", body=b'{"jsonrpc": "2.0", "method": "tools/call"}'), 400, "params"),
        (Sent(path="/x", body=b" " * 2000), 400, "says nothing"),
        (Sent(path="/x", body=b"\xef\xbb\xbf" + chat()), 400, "UTF-8"),
        (Sent(path="/x", body=chat().decode().encode("utf-16")), 400, "UTF-8"),
        (Sent(path="/x", body=chat().decode().encode("utf-16-be")), 400, "UTF-8"),
        (Sent(path="/x", body=chat().decode().encode("utf-32-le")), 400, "JSON"),
        (Sent(path="/x", body=b"packed", headers={"content-encoding": "gzip"}), 400, "encoded"),
        (Sent(body=b'{"model": "unpriced", ' + chat()[1:]), 400, "twice"),
        (Sent(body=b'{"Model": "unpriced", ' + chat()[1:]), 400, "twice"),
        (Sent(path="/x", body=b'{"Messages": [], "model": "priced"}'), 400, "messages"),
        (
            Sent(path="/mcp", body=b'{"method": "tools/call", "params": {"name": "a", "name": "b"}}'),
            400,
            "twice",
        ),
        (Sent(path="/mcp", body=b'{"Method": "tools/call", "Params": {"name": "a"}}'), 400, "method"),
        (Sent(path="/mcp", body=b'{"JSONRPC": "2.0"}'), 400, "jsonrpc"),
        (Sent(path="/x", body=b"{" * 2000), 400, "JSON"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_can_not_be_decided_is_denied(over: Over, tell: Ask, sent: Sent, status: int, said: str) -> None:
    told = tell(over(), sent)
    assert (told.passes, told.status) == (False, status)
    assert said in told.json()["error"]["message"]
    assert told.headers["x-interlock-decision"] == "deny"


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/anything"])
@pytest.mark.parametrize("inner", [b"[" * 900 + b"]" * 900, b"[" * 300_000 + b"]" * 300_000, b"9" * 5000])
def test_json_that_is_made_to_break_readers_is_denied(over: Over, tell: Ask, path: str, inner: bytes) -> None:
    service = over()
    told = tell(service, Sent(path=path, body=b'{"model": "priced", "messages": [], "a": ' + inner + b"}"))
    assert (told.passes, told.status) == (False, 400)
    assert not [line for line in service.lines if line["level"] == "error"]


def test_a_body_that_was_cut_is_denied_whatever_a_client_says_beside(over: Over, tell: Ask) -> None:
    told = tell(over(), Sent(body=chat(), headers={"x-envoy-auth-partial-body": "false,true"}))
    assert (told.passes, told.status) == (False, 400)


def test_what_fails_is_a_denial_and_no_error_that_a_proxy_lets_pass(over: Over, tell: Ask) -> None:
    service = over()
    del service.policies
    told = tell(service, Sent(body=chat()))
    assert (told.passes, told.status) == (False, 403)
    assert told.json()["error"]["code"] == "internal"
    assert service.lines[-1]["level"] == "error"


def test_what_can_not_be_logged_is_denied(over: Over, tell: Ask, tmp_path: Path) -> None:
    service = over()
    with DecisionLog(tmp_path / "decisions") as service.decisions, room_for(0):
        told = tell(service, Sent(body=chat()))
    assert (told.passes, told.status) == (False, 403)
    (line,) = service.lines
    assert "can't be written" in line["error"]
    assert "exc_info" not in line


def test_what_is_no_message_of_protobuf_is_denied(over: Over) -> None:
    assert over_grpc(over(), b"\xff\xff\xff").status == 400


@pytest.mark.parametrize("length", ["10000", "9" * 5000, "many", "-1", "\u0663"])
def test_a_body_that_is_shorter_than_it_was_said_to_be_is_denied(over: Over, length: str) -> None:
    told = over_grpc(over(), message_of(Sent(body=chat(), headers={"content-length": length})))
    assert (told.passes, told.status) == (False, 400)
    assert "cut" in told.json()["error"]["message"]


@pytest.mark.parametrize("length", [str(len(chat())), f"00{len(chat())}", "5"])
def test_a_body_that_is_as_long_as_it_was_said_to_be_is_decided(over: Over, length: str) -> None:
    assert over_grpc(over(), message_of(Sent(body=chat(), headers={"content-length": length}))).passes


def test_what_was_decided_is_in_the_metadata(over: Over) -> None:
    service = over(limited("tokens", 150), _CEILING)
    allowed = over_grpc(service, message_of(Sent(body=chat())))
    assert allowed.metadata["interlock"] == {
        "decision": "allow",
        "hold": allowed.headers["x-interlock-hold"],
        "policySet": allowed.headers["x-interlock-policy-set"],
        "reasons": [],
        "maxOutputTokens": 500,
    }
    denied = over_grpc(service, message_of(Sent(body=chat())))
    assert denied.metadata["interlock"]["decision"] == "deny"
    assert denied.metadata["interlock"]["reasons"] == ["exhausted"]


def test_a_proxy_without_extensions_has_to_send_the_header_that_has_them(over: Over) -> None:
    answer = ask(check_app(over()), "/ext-authz/v1/chat/completions", chat())
    assert answer.status == 400
    assert "x-interlock-context" in msgspec.json.decode(answer.body)["error"]["message"]
