"""The real plugin framework of ContextForge has tool calls decided, in process and over gRPC, all the same."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.budgets import WORLD, limited
from support.cpexgateway import made
from support.documents import policy
from support.gatewayscene import grpc_of
from support.process import Running, running

_HOOKS = ["tool_pre_invoke", "tool_post_invoke"]
_RULES = """\
    - {name: reads, forbid: tool.name.startsWith("write"), message: nobody writes, remedy: read}
    - {name: few, forbid: "has(tool.arguments.limit) && tool.arguments.limit > 50", message: too many}
"""
_SPEC = """\
  area: tools
  clamps:
    - {path: [arguments, limit], ceiling: 10}
"""
_CALL: dict[str, Any] = {
    "name": "read_file",
    "args": {"path": "x", "limit": 100},
    "context": {"user": "jane@example.org", "server_id": "files"},
}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Running]:
    """A service with two calls left."""
    policies = tmp_path / "policies"
    policies.mkdir()
    documents = [*WORLD, limited("calls", 2), policy(layer="platform", spec=_SPEC, rules=_RULES)]
    (policies / "all.yaml").write_text("\n---\n".join(documents), encoding="utf-8")
    with running(policies, tmp_path / "state", "--grpc-address", "127.0.0.1:0") as found:
        yield found


def _in_process(service: Running) -> dict[str, Any]:
    return {
        "name": "Interlock",
        "kind": "interlock.integrations.cpex.plugin.InterlockPlugin",
        "hooks": _HOOKS,
        "mode": "sequential",
        "config": {"url": service.check},
    }


def _over_grpc(service: Running) -> dict[str, Any]:
    return {"name": "Interlock", "kind": "external", "hooks": _HOOKS, "grpc": {"target": grpc_of(service)}}


def _stands(service: Running) -> list[tuple[int, int]]:
    accounts = httpx.get(f"{service.check}/v1/budgets").json()["accounts"]
    return [(account["spent"], account["held"]) for account in accounts]


@pytest.mark.parametrize("plugin", [_in_process, _over_grpc])
def test_calls_are_decided_changed_held_and_booked(service: Running, tmp_path: Path, plugin: Any) -> None:
    denied = {**_CALL, "name": "write_file"}
    calls = [denied, {**_CALL, "ends": True}, _CALL, _CALL]
    refused, ended, begun, exhausted = made(plugin(service), calls, tmp_path / "cpex")
    assert refused["continues"] is False
    assert refused["violation"]["description"].endswith("nobody writes: read")
    assert (refused["violation"]["code"], refused["violation"]["http_status_code"]) == ("policy_denied", 403)
    assert (ended["continues"], ended["args"]) == (True, {"path": "x", "limit": 10})
    assert begun["continues"] is True
    assert (exhausted["continues"], exhausted["violation"]["code"]) == (False, "budget_exhausted")
    assert exhausted["violation"]["http_status_code"] == 429
    assert _stands(service) == [(1, 1)]


def test_a_plugin_that_hears_no_ends_books_calls_when_they_begin(service: Running, tmp_path: Path) -> None:
    plugin = {**_in_process(service), "hooks": _HOOKS[:1]}
    assert [each["continues"] for each in made(plugin, [_CALL], tmp_path / "cpex")] == [True]
    assert _stands(service) == [(1, 0)]


def test_where_the_gateway_drops_changes_a_call_is_decided_as_it_stands(
    service: Running, tmp_path: Path
) -> None:
    plugin = {**_in_process(service), "mode": "concurrent"}
    (refused,) = made(plugin, [_CALL], tmp_path / "cpex")
    assert refused["violation"]["description"].endswith("too many")


def test_without_the_service_nothing_goes_on(tmp_path: Path) -> None:
    plugin = {
        "name": "Interlock",
        "kind": "interlock.integrations.cpex.plugin.InterlockPlugin",
        "hooks": _HOOKS,
        "mode": "sequential",
        "on_error": "ignore",
        "config": {"url": "http://127.0.0.1:9"},
    }
    (refused,) = made(plugin, [_CALL], tmp_path / "cpex")
    assert (refused["continues"], refused["violation"]["code"]) == (False, "undecided")
