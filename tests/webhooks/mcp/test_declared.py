"""What a tool declares that its calls access (COAZ) is asked about before each of them, and narrows only."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from interlock.decisionlog.sink import DecisionLog
from interlock.intents.tooldefinitions import LARGEST_MAPPING
from interlock_webhooks.app import Application, check_app
from support.mcp import about, about_response, tool_call, tool_list
from support.service import LoggedService

_READS: Final = {"action": {"name": "read"}, "resource": {"type": "resource", "id": "$params.arguments.uri"}}


def _listed(app: Application, mapping: Any, name: str = "read") -> None:
    """Have the service see the tool `name` with `mapping` in a list."""
    response = tool_list(name)
    if mapping is not None:
        response["result"]["tools"][0]["inputSchema"]["x-authzen-mapping"] = mapping
    about_response(app, response)


@pytest.mark.parametrize(("uri", "is_refused"), [("public:a", False), ("secret:a", True)])
def test_a_call_is_denied_whose_access_is(app: Application, uri: str, *, is_refused: bool) -> None:
    _listed(app, {"evaluation": _READS})
    assert (about(app, tool_call("read", uri=uri))["action"] == "refuse") is is_refused


def test_what_is_refused_says_why(app: Application) -> None:
    _listed(app, {"evaluation": _READS})
    answer = about(app, tool_call("read", uri="secret:a"))
    assert "resource/secret:a" in answer["message"]["result"]["content"][0]["text"]


def test_why_a_call_is_denied_is_logged_and_counted(service: LoggedService, tmp_path: Path) -> None:
    with DecisionLog(tmp_path / "decisions.jsonl") as service.decisions:
        app = check_app(service)
        _listed(app, {"evaluation": _READS})
        about(app, tool_call("read", uri="secret:a"))
    (entry,) = map(json.loads, (tmp_path / "decisions.jsonl").read_text(encoding="utf-8").splitlines())
    assert entry["decision"]["decision"] == "deny"
    (line,) = [line for line in service.lines if line["event"] == "denied"]
    assert line["action"] == "resource.access"


def test_all_accesses_have_to_be_allowed(app: Application) -> None:
    entries = [{**_READS, "resource": {"type": "resource", "id": f"$params.arguments.{key}"}} for key in "ab"]
    _listed(app, {"evaluations": {"evaluations": entries}})
    assert about(app, tool_call("read", a="public:a", b="public:b"))["action"] != "refuse"
    assert about(app, tool_call("read", a="public:a", b="secret:b"))["action"] == "refuse"


def test_a_mapping_allows_nothing_that_is_denied(app: Application) -> None:
    _listed(app, {"evaluation": {**_READS, "resource": {"type": "prompt", "id": "p"}}}, "drop")
    assert about(app, tool_call("drop"))["action"] == "refuse"


@pytest.mark.parametrize(
    "mapping",
    [
        {},
        "none",
        {"search": {}},
        {"evaluation": {**_READS, "subject": {"id": "root"}}},
        {"evaluation": {**_READS, "resource": {"type": "resource", "id": "$params.arguments.nothing"}}},
        {"evaluation": {**_READS, "context": {"x": "x" * LARGEST_MAPPING}}},
        {"evaluation": {"action": {"name": "read"}}},
    ],
)
def test_a_call_is_refused_whose_mapping_gives_no_access(app: Application, mapping: Any) -> None:
    _listed(app, mapping)
    answer = about(app, tool_call("read", uri="public:a"))
    assert answer["action"] == "refuse"
    assert answer["message"]["error"]["code"] == -32602


def test_what_a_server_declares_no_more_is_asked_no_more(app: Application) -> None:
    _listed(app, {"evaluation": _READS})
    _listed(app, None)
    assert about(app, tool_call("read", uri="secret:a"))["action"] != "refuse"
