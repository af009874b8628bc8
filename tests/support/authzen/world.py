"""A small policy set about tools, models and records, and requests that AuthZEN's clients make."""

from pathlib import Path
from typing import Any, Final

import msgspec

from interlock_webhooks.app import Application, check_app
from support.asgi import Answer, ask
from support.service import service_over

EVALUATION: Final = "/access/v1/evaluation"
EVALUATIONS: Final = "/access/v1/evaluations"

_POLICIES: Final = """\
apiVersion: interlock.dev/v1alpha1
kind: PolicySet
metadata: {name: ours}
spec:
  layers: [{name: organization, closed: [tools, models, resources]}]
  obligations:
    - {name: step-up, merge: equal, description: Authenticate again.}
    - {name: notification, merge: union, description: Tell them.}
    - {name: session-termination, merge: equal, description: End all sessions.}
    - {name: keep, merge: max, description: Keep the log for so many days.}
---
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: records}
spec:
  layer: organization
  area: resources
  description: People read records, and write their own.
  rules:
    - name: read
      permit: intent.operation.name == 'read'
    - name: own
      permit: intent.operation.name == 'write' && resource.properties.owner == intent.principal.id
    - name: sealed
      forbid: resource.id == 'sealed'
      message: this record is sealed
      obligations: {notification: [security], session-termination: true}
    - name: secret
      permit: resource.id == 'secret'
      obligations: {step-up: "urn:loa:3", keep: 30}
---
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: tools}
spec:
  layer: organization
  area: tools
  description: Small refunds may be made by the refund desk.
  rules:
    - name: refunds
      permit: >-
        tool.server == 'payments' && tool.name == 'refund' && tool.arguments.amount < 100
        && intent.agent.name == 'desk'
---
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: models}
spec:
  layer: organization
  area: models
  description: Small models may be used.
  rules:
    - {name: small, permit: model.name == 'small'}
---
apiVersion: interlock.dev/v1alpha1
kind: Budget
metadata: {name: calls}
spec:
  description: A few calls each.
  key: intent.principal.id
  match: {actions: [tool.call]}
  window: {calendar: {every: day}}
  limits: [{unit: calls, limit: 2}]
"""


def serve(folder: Path) -> Application:
    """The check listener of a service over the policies of this world."""
    (folder / "policies.yaml").write_text(_POLICIES, encoding="utf-8")
    return check_app(service_over(folder))


def access(operation: str, record: str, subject: str = "ann", **properties: Any) -> dict[str, Any]:
    """May `subject` do `operation` to `record`, which has `properties`?"""
    return {
        "subject": {"type": "user", "id": subject},
        "action": {"name": operation},
        "resource": {"type": "record", "id": record, "properties": properties},
    }


def refund(amount: int, subject: str = "ann") -> dict[str, Any]:
    """May `subject` have the refund desk give back so much?"""
    return {
        "subject": {"type": "user", "id": subject},
        "action": {"name": "tools/call", "properties": {"amount": amount}},
        "resource": {"type": "tool", "id": "payments/refund"},
        "context": {"agent": "desk"},
    }


def post(app: Application, path: str, body: Any, *headers: tuple[bytes, bytes]) -> Answer:
    """What is answered to `body` at `path`."""
    sent = ((b"content-type", b"application/json"), *headers)
    return ask(app, path, msgspec.json.encode(body), headers=sent)


def evaluated(app: Application, body: dict[str, Any]) -> dict[str, Any]:
    """The answer to one evaluation, which is understood."""
    answer = post(app, EVALUATION, body)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json()
    return found
