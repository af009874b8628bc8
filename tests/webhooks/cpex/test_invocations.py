"""Plugins of CPEX over gRPC: hooks are decided, their context carries the hold, and nothing is an error."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_webhooks.app import check_app
from interlock_webhooks.clients.client import LOCAL
from interlock_webhooks.cpex.plugin_pb2 import (
    GetPluginConfigRequest,
    GetPluginConfigResponse,
    GetPluginConfigsResponse,
    GlobalContext,
    HealthCheckResponse,
    InvokeHookRequest,
    InvokeHookResponse,
    PluginContext,
)
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.methods import grpc_methods
from interlock_webhooks.service import Service
from interlock_webhooks.structs import plain, struct_of
from support.budgets import WORLD, limited
from support.checkcalls import used
from support.documents import policy
from support.failing import Stuck
from support.service import LoggedService, service_over

_FAR = 2**62
_PRE, _POST = "tool_pre_invoke", "tool_post_invoke"
_PAYLOAD: dict[str, Any] = {"name": "read", "args": {"limit": 100}}
_GLOBAL = GlobalContext(request_id="1", server_id="files", user_string="jane", state=struct_of({"other": 1}))

Serve = Callable[..., Service]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """A service with two calls left, and more policies."""

    def over(*documents: str) -> Service:
        text = "\n---\n".join([*WORLD, limited("calls", 2), *documents])
        (tmp_path / "all.yaml").write_text(text, encoding="utf-8")
        return service_over(tmp_path)

    return over


def _call(service: Service, method: str, body: bytes) -> Answer:
    found: Any = grpc_methods(service)[f"/cpex.{method}"]
    request = Request(body=body, until=_FAR, client=LOCAL, method="POST", path="/", query=b"", headers=())
    answer: Answer = asyncio.run(found.handler(request))
    return answer


def _invoked(
    service: Service, hook: str, context: PluginContext | None = None, payload: dict[str, Any] = _PAYLOAD
) -> InvokeHookResponse:
    asked = InvokeHookRequest(
        hook_type=hook,
        plugin_name="Guard",
        payload=struct_of(payload),
        context=PluginContext(global_context=_GLOBAL) if context is None else context,
    )
    return InvokeHookResponse.FromString(
        _call(service, "PluginService/InvokeHook", asked.SerializeToString()).payload
    )


def _stands(service: Service) -> tuple[int, int]:
    """What is spent and held now."""
    return used(check_app(service))


def test_the_hold_of_a_call_goes_from_one_hook_to_the_other_in_its_context(serve: Serve) -> None:
    service = serve()
    before = _invoked(service, _PRE)
    assert plain(before.result) == {"continue_processing": True}
    assert before.plugin_name == "Guard"
    assert before.context.global_context == _GLOBAL
    assert list(plain(before.context.state)) == ["interlock_hold"]
    assert _stands(service) == (0, 1)
    after = _invoked(service, _POST, before.context)
    assert plain(after.result) == {"continue_processing": True}
    assert plain(after.context.state) == {}
    assert _stands(service) == (1, 0)
    # What was booked already, and what nobody held, changes nothing.
    _invoked(service, _POST, before.context)
    _invoked(service, _POST)
    assert _stands(service) == (1, 0)


def test_the_result_of_a_call_that_cannot_be_booked_is_not_kept_back(serve: Serve) -> None:
    service = serve()
    context = _invoked(service, _PRE).context
    service.ledger = Stuck()
    after = _invoked(service, _POST, context)
    assert plain(after.result) == {"continue_processing": True}
    assert isinstance(service, LoggedService)
    assert [line["error"] for line in service.lines if line["level"] == "error"] == ["the ledger is stuck"]


def test_a_call_goes_on_as_policies_make_it(serve: Serve) -> None:
    clamp = policy(
        layer="platform", spec="  area: tools\n  clamps:\n    - {path: [arguments, limit], ceiling: 5}\n"
    )
    result = plain(_invoked(serve(clamp), _PRE).result)
    assert result["modified_payload"] == {"name": "read", "args": {"limit": 5}}


def test_a_change_that_the_call_has_no_place_for_refuses_it_and_holds_nothing(
    serve: Serve, tmp_path: Path
) -> None:
    rules = "    - {name: any, require: 'true', message: never}\n"
    default = policy(
        layer="platform",
        spec="  match: {actions: [tool.call]}\n  defaults:\n    - {path: [_meta, a], value: b}\n",
        rules=rules,
    )
    service = serve(default)
    result = plain(_invoked(service, _PRE).result)
    assert result["continue_processing"] is False
    assert "more than the name" in result["violation"]["description"]
    assert _stands(service) == (0, 0)
    (tmp_path / "free").mkdir()
    (tmp_path / "free" / "all.yaml").write_text("\n---\n".join([*WORLD, default]), encoding="utf-8")
    free = service_over(tmp_path / "free")
    assert "more than the name" in plain(_invoked(free, _PRE).result)["violation"]["description"]


def test_a_denial_is_a_violation_and_tells_what_to_do(serve: Serve) -> None:
    rules = "    - {name: reads, forbid: tool.name == 'write', message: nobody writes, remedy: read}\n"
    service = serve(policy(layer="platform", spec="  area: tools\n", rules=rules))
    violation = plain(_invoked(service, _PRE, payload={"name": "write"}).result)["violation"]
    assert (violation["description"], violation["http_status_code"]) == ("nobody writes: read", 403)
    for _ in range(2):
        _invoked(service, _PRE)
    assert plain(_invoked(service, _PRE).result)["violation"]["code"] == "budget_exhausted"


@pytest.mark.parametrize("user", [{"user_struct": struct_of({"email": "j@example.org"})}, {}])
def test_users_are_texts_objects_or_nobody(serve: Serve, user: dict[str, Any]) -> None:
    context = PluginContext(global_context=GlobalContext(request_id="1", **user))
    assert plain(_invoked(serve(), _PRE, context).result)["continue_processing"] is True


def test_another_hook_is_refused(serve: Serve) -> None:
    result = plain(_invoked(serve(), "resource_pre_fetch").result)
    assert result["continue_processing"] is False
    assert "hook_type" in result["violation"]["description"]


def test_one_plugin_is_configured_by_any_name(serve: Serve) -> None:
    service = serve()
    asked = GetPluginConfigRequest(name="Guard").SerializeToString()
    found = GetPluginConfigResponse.FromString(_call(service, "PluginService/GetPluginConfig", asked).payload)
    assert found.found
    assert plain(found.config)["name"] == "Guard"
    assert plain(found.config)["hooks"] == [_PRE, _POST]
    all_found = GetPluginConfigsResponse.FromString(
        _call(service, "PluginService/GetPluginConfigs", b"").payload
    )
    assert [plain(each)["name"] for each in all_found.configs] == ["Interlock"]


def test_its_health_is_that_of_the_service(serve: Serve) -> None:
    service = serve()

    def status() -> int:
        return HealthCheckResponse.FromString(_call(service, "Health/Check", b"").payload).status

    assert status() == HealthCheckResponse.SERVING
    service.draining = True
    assert status() == HealthCheckResponse.NOT_SERVING


@given(body=st.binary())
def test_any_bytes_are_a_violation(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    folder = tmp_path_factory.mktemp("forbidding")
    rules = "    - {name: nothing, forbid: 'true', message: not a thing}\n"
    (folder / "all.yaml").write_text(policy(rules=rules), encoding="utf-8")
    answer = _call(service_over(folder), "PluginService/InvokeHook", body)
    assert plain(InvokeHookResponse.FromString(answer.payload).result)["continue_processing"] is False
