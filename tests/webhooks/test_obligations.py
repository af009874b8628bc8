"""Obligations on the wire: gateways meet what they name, and the API server meets none."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
import pytest

from interlock.decisionlog.recorded import RecordedDecision
from interlock_webhooks.app import Application, check_app, webhook_app
from support.asgi import ask
from support.reviews import chat, encoded, pod, review
from support.service import LoggedService, service_over

_POLICIES = """\
apiVersion: interlock.dev/v1alpha1
kind: PolicySet
metadata: {name: ours}
spec:
  layers: [{name: organization}]
  obligations:
    - {name: keep, merge: max, description: Keep it.}
    - {name: redact, merge: union, description: Take these out.}
    - {name: region, merge: equal, description: Send it there.}
  advice:
    - {name: hint, merge: equal, description: Tell them.}
---
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: kept}
spec:
  layer: organization
  description: Everything is kept.
  rules:
    - {name: all, permit: "true", obligations: {keep: 30, redact: [email]}, advice: {hint: true}}
"""
_CONFLICT = """\
---
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: torn}
spec:
  layer: organization
  description: Two places at once.
  rules:
    - {name: here, permit: "true", obligations: {region: eu}}
    - {name: there, permit: "true", obligations: {region: us}}
"""


def _service(folder: Path, text: str = _POLICIES) -> LoggedService:
    (folder / "policies.yaml").write_text(text)
    return service_over(folder)


def _checked(app: Application, body: dict[str, Any]) -> dict[str, Any]:
    answer = ask(app, "/v1/check", encoded(body))
    assert answer.status == HTTPStatus.OK
    decision: dict[str, Any] = answer.json()
    assert msgspec.to_builtins(msgspec.convert(decision, RecordedDecision, strict=True)) == decision
    return decision


def test_a_gateway_that_knows_all_obligations_is_told_them(tmp_path: Path) -> None:
    body = {**chat("m"), "discharges": ["redact", "keep"]}
    decision = _checked(check_app(_service(tmp_path)), body)
    assert decision["decision"] == "allow"
    assert decision["obligations"] == [
        {"name": "keep", "value": 30, "policies": ["kept"]},
        {"name": "redact", "value": ["email"], "policies": ["kept"]},
    ]
    assert decision["advice"] == [{"name": "hint", "value": True, "policies": ["kept"]}]


def test_a_gateway_that_knows_not_all_is_denied_and_the_log_says_so(tmp_path: Path) -> None:
    service = _service(tmp_path)
    decision = _checked(check_app(service), {**chat("m"), "discharges": ["keep"]})
    assert decision["decision"] == "deny"
    assert [(reason["code"], reason["obligation"]) for reason in decision["reasons"]] == [
        ("undischarged", "redact")
    ]
    assert decision["obligations"] == decision["advice"] == []
    (line,) = [line for line in service.lines if line["event"] == "denied"]
    assert line["reasons"] == ["undischarged/redact"]


def test_a_misspelt_list_of_obligations_is_refused(tmp_path: Path) -> None:
    answer = ask(check_app(_service(tmp_path)), "/v1/check", encoded({**chat("m"), "discharges": "keep"}))
    assert answer.status == HTTPStatus.BAD_REQUEST
    assert answer.json()["error"]["path"] == "$.discharges"


@pytest.mark.parametrize("path", ["/validate", "/mutate"])
def test_the_api_server_is_denied_what_obliges_and_told_which_obligations(tmp_path: Path, path: str) -> None:
    answer = ask(webhook_app(_service(tmp_path)), path, encoded(review(pod())))
    response = answer.json()["response"]
    assert response["allowed"] is False
    assert response["auditAnnotations"]["reasons"] == "undischarged keep, undischarged redact"
    assert response["status"]["message"].splitlines()[0] == (
        "undischarged keep: whoever enforces this decision does not know how to meet the obligation `keep`; "
        "enforce it where `keep` is known, and name it among what the caller discharges"
    )
    assert [cause["reason"] for cause in response["status"]["details"]["causes"]] == ["undischarged"] * 2


def test_obligations_in_conflict_name_their_policies(tmp_path: Path) -> None:
    app = webhook_app(_service(tmp_path, _POLICIES + _CONFLICT))
    response = ask(app, "/validate", encoded(review(pod()))).json()["response"]
    assert response["auditAnnotations"]["reasons"] == "torn"
    assert response["status"]["message"] == (
        "torn: obligation `region`: its policies give it values that can't be met together; "
        "let the owners of these policies agree"
    )
