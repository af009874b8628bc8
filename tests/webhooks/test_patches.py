"""Changes of bodies at the check API: only for callers that pass them on."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from interlock.decisionlog.recorded import RecordedDecision
from interlock_webhooks.app import Application, check_app
from support.asgi import ask
from support.policies import write_policies
from support.reviews import chat, encoded
from support.service import service_over

_MARKS = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: marks}
spec:
  layer: platform
  description: Calls are marked, and so is who speaks.
  match: {actions: [model.chat]}
  defaults: [{path: [messages, '*', name], value: jane}]
  unions: [{path: [metadata, marks], items: [{by: us}, 1]}]
"""

_POLICY = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: swap}
spec:
  layer: platform
  description: The bad model is swapped for a good one.
  match: {actions: [model.chat]}
  locks: [{path: [model], value: good-2, instead: [bad-1]}]
"""


@pytest.fixture
def application(tmp_path: Path) -> Application:
    folder = write_policies(tmp_path)
    (folder / "swap.yaml").write_text(_POLICY)
    return check_app(service_over(folder))


def _asked(application: Application, body: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = ask(application, "/v1/check", encoded(body)).json()
    return answer


def test_who_passes_on_the_changed_body_is_answered_for_it(application: Application) -> None:
    answer = _asked(application, {**chat("bad-1"), "appliesPatches": True})
    assert answer["decision"] == "allow"
    assert answer["patches"] == [{"path": ["model"], "value": "good-2", "policies": ["swap"]}]


def test_who_does_not_is_answered_for_the_body_as_it_stands(application: Application) -> None:
    answer = _asked(application, chat("bad-1"))
    assert answer["decision"] == "deny"
    assert answer["patches"] == []


def test_the_changed_body_itself_gets_the_same_answer_without_patches(application: Application) -> None:
    changed = _asked(application, {**chat("bad-1"), "appliesPatches": True})
    plain = _asked(application, {**chat("good-2"), "appliesPatches": True})
    assert plain["patches"] == []
    assert [changed[key] for key in ("decision", "permits")] == [plain[key] for key in ("decision", "permits")]


def test_a_place_in_a_list_and_any_value_are_recorded_as_described(tmp_path: Path) -> None:
    folder = write_policies(tmp_path)
    (folder / "marks.yaml").write_text(_MARKS)
    application = check_app(service_over(folder))
    answer = _asked(application, {**chat("good-1"), "appliesPatches": True})
    assert [(patch["path"], patch["value"]) for patch in answer["patches"]] == [
        (["messages", 0, "name"], "jane"),
        (["metadata", "marks"], [1, {"by": "us"}]),
    ]
    assert msgspec.to_builtins(msgspec.convert(answer, RecordedDecision, strict=True)) == answer
    described = ask(application, "/openapi.json", method="GET").json()["components"]["schemas"]
    patch = described["RecordedPatch"]["properties"]
    assert patch["path"]["items"] == {"anyOf": [{"type": "string"}, {"type": "integer"}]}
    assert patch["value"] == {}
    assert described["RecordedVerdict"]["properties"]["path"] == patch["path"]
