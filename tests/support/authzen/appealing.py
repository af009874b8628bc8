"""A world in which a person may stand for what policies deny, and the steps of asking for that."""

from pathlib import Path
from typing import Any, Final

from interlock.clock import now
from interlock.instants import rfc3339
from interlock.units import Instant
from interlock_webhooks.app import Application
from support.asgi import Answer, ask
from support.authzen.world import EVALUATION, post
from support.service import LoggedService, service_over

REQUESTS: Final = "/access/v1/requests"
TASK: Final = "/access/v1/requests/task"
CANCEL: Final = "/access/v1/requests/cancel"
WAITING: Final = "/v1/approvals"
DECIDE: Final = "/v1/approvals/decide"

POLICIES: Final = """\
apiVersion: interlock.dev/v1alpha1
kind: PolicySet
metadata: {name: ours}
spec:
  layers: [{name: organization, closed: [resources]}]
  advice:
    - {name: approval, merge: union, description: A person may give these claims.}
    - {name: approvers, merge: intersection, description: Who may.}
---
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: payments}
spec:
  layer: organization
  area: resources
  description: A person stands for payments, and large ones are for nobody.
  variables:
    - name: approver
      expression: "has(intent.principal.claims.approvedBy) ? intent.principal.claims.approvedBy : ''"
  rules:
    - name: all
      permit: resource.type == 'payment'
    - name: person
      require: variables.approver != ''
      message: nobody stands for this payment
      advice: {approval: [approvedBy]}
    - name: small
      require: "!has(resource.properties.amount) || resource.properties.amount < 1000"
      message: too large
    - name: by-treasury
      require: resource.id != 'dear' || variables.approver == 'tess'
      message: the treasury stands for it
      advice: {approvers: [tess]}
"""


def serving(folder: Path) -> LoggedService:
    """A service over the policies of this world."""
    (folder / "policies.yaml").write_text(POLICIES, encoding="utf-8")
    return service_over(folder)


def payment(payee: str = "acme", subject: str = "ann", **properties: Any) -> dict[str, Any]:
    """May `subject` pay `payee`?"""
    return {
        "subject": {"type": "user", "id": subject},
        "action": {"name": "pay"},
        "resource": {"type": "payment", "id": payee, "properties": properties},
        "context": {"case": 7},
    }


def context_of(app: Application, evaluation: dict[str, Any], *, allowed: bool) -> dict[str, Any]:
    """The context of the decision on `evaluation`."""
    answer = post(app, EVALUATION, evaluation)
    assert answer.status == 200, answer.body
    assert answer.json()["decision"] is allowed
    found: dict[str, Any] = answer.json()["context"]
    return found


def submission(evaluation: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    """The access request that asks about the denial in `context`."""
    offered = context["access_request"]
    return {
        **evaluation,
        "context": {**evaluation["context"], "business_justification": "the invoice is due"},
        "denial": {
            "evaluation_id": context["evaluation_id"],
            "evaluated_at": context["evaluated_at"],
            "reason": context["reason"],
            "expires_at": offered["expires_at"],
            "binding_token": offered["binding_token"],
        },
    }


def submitted(app: Application, evaluation: dict[str, Any]) -> str:
    """The id of the task of an access request about `evaluation`, which is denied."""
    answer = post(app, REQUESTS, submission(evaluation, context_of(app, evaluation, allowed=False)))
    assert answer.status == 202, answer.body
    task = answer.json()["task"]
    assert task["status"] == "pending"
    return str(task["id"])


def decide(app: Application, id_: str, approver: str = "tess", **decided: Any) -> Answer:
    """The answer to the decision of `approver`."""
    until = rfc3339(Instant(now() + 60_000))
    body = {"id": id_, "decision": "approve", "approver": approver, "until": until, **decided}
    return post(app, DECIDE, body)


def task_of(app: Application, id_: str) -> Answer:
    """How an access request stands."""
    return ask(app, TASK, method="GET", query=f"id={id_}".encode(), headers=())
