"""How a denial is said, to whom."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from interlock_webhooks.app import Application, check_app
from support.budgets import WORLD, limited
from support.mcp import about, request, stateless, tool_call
from support.service import service_over


def test_an_agent_reads_why_its_tool_failed(app: Application) -> None:
    answer = about(app, tool_call("drop"))
    result = answer["message"]["result"]
    (text,) = result["content"]
    assert result["isError"]
    assert "resultType" not in result
    assert text["text"].startswith("denied: no policy of layer `organization` permits `files/drop`: ask layer")
    assert result["_meta"]["dev.interlock/decision"]["reasons"] == [
        {key: value for key, value in answer["decision"]["reasons"][0].items() if key != "area"}
    ]
    assert (
        about(app, stateless("tools/call", {"name": "drop"}))["message"]["result"]["resultType"] == "complete"
    )


@pytest.mark.parametrize(
    ("profile", "message", "status", "code"),
    [
        ("mcp-2026", request("resources/read", {"uri": "private:x"}), HTTPStatus.OK, 403),
        ("coaz", tool_call("drop"), HTTPStatus.OK, -32001),
        ("agentgateway", tool_call("drop"), HTTPStatus.OK, -32001),
        ("http-403", tool_call("drop"), HTTPStatus.FORBIDDEN, 403),
    ],
)
def test_each_profile_has_its_code(
    app: Application, profile: str, message: dict[str, Any], status: HTTPStatus, code: int
) -> None:
    answer = about(app, message, denials=profile)
    assert answer["status"] == status
    assert answer["message"]["error"]["code"] == code
    assert answer["message"]["error"]["message"].startswith("denied: ")
    assert answer["message"]["error"]["data"]["dev.interlock/decision"]["policySet"].startswith("sha256:")


@pytest.mark.parametrize(
    ("profile", "status", "code"),
    [("coaz", 200, -32001), ("agentgateway", 200, -32003), ("http-403", 429, 429)],
)
def test_what_only_a_budget_denies_may_have_a_code_of_its_own(
    tmp_path: Path, profile: str, status: int, code: int
) -> None:
    (tmp_path / "all.yaml").write_text("\n---\n".join([*WORLD, limited("calls", 0)]), encoding="utf-8")
    answer = about(check_app(service_over(tmp_path)), tool_call("x"), denials=profile)
    assert [reason["code"] for reason in answer["decision"]["reasons"]] == ["exhausted"]
    assert (answer["status"], answer["message"]["error"]["code"]) == (status, code)
