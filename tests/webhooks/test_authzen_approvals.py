"""AuthZEN's profile for access requests: a denial falls to an approval of exactly that, if policies agree."""

import asyncio
from pathlib import Path
from typing import Any, Final

import jwt
import pytest

from interlock.clock import now
from interlock.instants import rfc3339
from interlock.units import Instant
from interlock_webhooks.app import Application, check_app
from interlock_webhooks.approvals.approvals import Approvals
from interlock_webhooks.approvals.signing import new_key
from interlock_webhooks.clients.client import Client
from interlock_webhooks.clients.globs import EVERYTHING
from interlock_webhooks.clients.scope import Scope
from support.asgi import ask
from support.authzen.appealing import (
    CANCEL,
    POLICIES,
    REQUESTS,
    WAITING,
    context_of,
    decide,
    payment,
    serving,
    submission,
    submitted,
    task_of,
)
from support.authzen.world import EVALUATION, post
from support.clients import AS_KNOWN, Known
from support.service import LoggedService, service_over


@pytest.fixture
def service(tmp_path: Path) -> LoggedService:
    return serving(tmp_path)


@pytest.fixture
def app(service: LoggedService) -> Application:
    return check_app(service)


def _approved(app: Application, evaluation: dict[str, Any]) -> dict[str, Any]:
    """What an approval of `evaluation` is presented as."""
    id_ = submitted(app, evaluation)
    assert decide(app, id_).status == 200
    approval: dict[str, Any] = task_of(app, id_).json()["result"]["approval"]
    return approval


def _presenting(evaluation: dict[str, Any], approval: Any) -> dict[str, Any]:
    return {**evaluation, "context": {**evaluation["context"], "approval": approval}}


def test_what_is_approved_is_allowed_once_it_is_evaluated_again(app: Application) -> None:
    approval = _approved(app, payment())
    context = context_of(app, _presenting(payment(), approval), allowed=True)
    assert context["approval"] == {"approved_until": approval["approved_until"]}
    context_of(app, payment(), allowed=False)


def test_a_denial_that_an_approval_would_lift_says_how_to_ask_for_one(app: Application) -> None:
    context = context_of(app, payment(), allowed=False)
    assert context["reason"] == "approval_required"
    offered = context["access_request"]
    assert offered["endpoint"] == f"http://localhost:8080{REQUESTS}"
    assert offered["display"]["description"] == "nobody stands for this payment"


_DOOR: Final = {**payment(), "resource": {"type": "door", "id": "d"}}


@pytest.mark.parametrize("evaluation", [payment(amount=2000), _DOOR, payment("x" * 64 * 1024)])
def test_a_denial_that_no_approval_would_lift_or_nobody_can_ask_about_does_not(
    app: Application, evaluation: dict[str, Any]
) -> None:
    assert "access_request" not in context_of(app, evaluation, allowed=False)


def test_who_has_approved_is_what_policies_read(app: Application) -> None:
    approval = _approved(app, payment("dear"))
    context_of(app, _presenting(payment("dear"), approval), allowed=True)


def test_only_those_approve_whom_policies_name(app: Application) -> None:
    id_ = submitted(app, payment("dear"))
    assert decide(app, id_, "bob").status == 400
    assert decide(app, id_, "tess").status == 200


def test_where_policies_name_others_each_nobody_can_approve(tmp_path: Path) -> None:
    also = "    - {name: by-law, require: variables.approver != '', message: law, advice: {approvers: [lou]}}\n"
    text = POLICIES + also.replace("by-law", "by-desk").replace("lou", "tim") + also
    (tmp_path / "policies.yaml").write_text(text, encoding="utf-8")
    context = context_of(check_app(service_over(tmp_path)), payment(), allowed=False)
    assert "access_request" not in context
    assert {"name": "approvers", "value": [], "policies": ["payments"]} in context["interlock"]["advice"]


def test_nobody_approves_their_own_access(app: Application) -> None:
    assert decide(app, submitted(app, payment()), "ann").status == 400


@pytest.mark.parametrize(
    "other",
    [
        payment("other"),
        payment(subject="bob"),
        payment(amount=1),
        {**payment(), "action": {"name": "refund"}},
        {**payment(), "context": {"case": 8}},
        {**payment(), "context": {}},
        {**payment(), "context": {"case": 7, "interlock": {"attribution": {"team": "b"}}}},
    ],
)
def test_an_approval_is_of_one_access(app: Application, other: dict[str, Any]) -> None:
    approval = _approved(app, payment())
    context = context_of(app, _presenting(other, approval), allowed=False)
    assert (context["reason"], context["next_action"]) == ("out_of_scope", "request")
    assert "access_request" in context


def test_true_is_not_approved_as_1(app: Application) -> None:
    approval = _approved(app, payment(urgent=1))
    assert (
        context_of(app, _presenting(payment(urgent=True), approval), allowed=False)["reason"] == "out_of_scope"
    )
    context_of(app, _presenting(payment(urgent=1), approval), allowed=True)


def test_an_approval_is_for_whom_and_what_our_own_member_of_the_context_says(app: Application) -> None:
    stated = {"attribution": {"team": "a"}, "agent": {"name": "bot"}}
    first = {**payment(), "context": {"case": 7, "interlock": {**stated, "dryRun": True}}}
    id_ = submitted(app, first)
    (waiting,) = ask(app, WAITING, method="GET", headers=()).json()["waiting"]
    assert waiting["context"] == {"case": 7, "interlock": stated}
    decide(app, id_)
    approval = task_of(app, id_).json()["result"]["approval"]

    def again(**ours: Any) -> dict[str, Any]:
        return _presenting({**payment(), "context": {"case": 7, "interlock": ours}}, approval)

    context_of(app, again(**stated, idempotencyKey="k", discharges=["x"]), allowed=True)
    for other in ({}, {**stated, "attribution": {"team": "b"}}, {**stated, "run": {"id": "r"}}):
        assert context_of(app, again(**other), allowed=False)["reason"] == "out_of_scope"


def test_an_approval_is_for_who_acts_which_the_request_for_it_may_say_elsewhere(app: Application) -> None:
    acting = payment()
    acting["subject"] = {**acting["subject"], "properties": {"act": {"sub": "agent-1"}}}
    asked = {
        **submission(payment(), context_of(app, acting, allowed=False)),
        "client": {"actor": {"id": "agent-1"}},
    }
    id_ = post(app, REQUESTS, asked).json()["task"]["id"]
    decide(app, id_)
    approval = task_of(app, id_).json()["result"]["approval"]
    context_of(app, _presenting(acting, approval), allowed=True)
    other = {**acting, "subject": {**acting["subject"], "properties": {"act": {"sub": "agent-2"}}}}
    for evaluation in (other, payment()):
        assert context_of(app, _presenting(evaluation, approval), allowed=False)["reason"] == "out_of_scope"


def test_what_changes_from_one_evaluation_to_the_next_is_not_compared(app: Application) -> None:
    approval = _approved(app, {**payment(), "context": {"case": 7, "time": "1"}})
    again = _presenting({**payment(), "context": {"case": 7, "time": "2", "evaluation_id": "e"}}, approval)
    context_of(app, again, allowed=True)


def _tampered(approval: dict[str, Any]) -> list[Any]:
    state = approval["state"]
    forged = jwt.encode(jwt.decode(state, options={"verify_signature": False}), "k" * 32, "HS256")
    return [
        {**approval, "state": state[:-4] + "AAAA"},
        {**approval, "id": "apr_other"},
        {"id": approval["id"]},
        {"state": state},
        {**approval, "state": 7},
        {**approval, "state": forged},
        "approved",
        [],
    ]


def test_what_is_no_approval_of_ours_counts_for_nothing(app: Application) -> None:
    for approval in _tampered(_approved(app, payment())):
        context = context_of(app, _presenting(payment(), approval), allowed=False)
        assert (context["reason"], context["next_action"]) == ("approval_unverifiable", "none")


def test_a_denial_is_not_taken_for_an_approval(app: Application) -> None:
    token = context_of(app, payment(), allowed=False)["access_request"]["binding_token"]
    approval = {**_approved(app, payment()), "state": token}
    assert context_of(app, _presenting(payment(), approval), allowed=False)["reason"] == "approval_unverifiable"


def test_an_approval_ends(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    approval = _approved(app, payment())
    later = Instant(now() + 120_000)
    monkeypatch.setattr("interlock_webhooks.authzen.appeals.now", lambda: later)
    context = context_of(app, _presenting(payment(), approval), allowed=False)
    assert (context["reason"], context["next_action"]) == ("approval_expired", "request")


def test_what_was_taken_back_is_approved_no_more(app: Application) -> None:
    id_ = submitted(app, payment())
    assert decide(app, id_).status == 200
    approval = task_of(app, id_).json()["result"]["approval"]
    cancelled = ask(app, CANCEL, query=f"id={id_}".encode(), headers=())
    assert (cancelled.status, cancelled.json()["task"]["status"]) == (200, "cancelled")
    assert "result" not in task_of(app, id_).json()
    assert context_of(app, _presenting(payment(), approval), allowed=False)["reason"] == "approval_expired"


def test_policies_have_the_last_word(app: Application, tmp_path: Path, service: LoggedService) -> None:
    approval = _approved(app, payment())
    changed = (tmp_path / "policies.yaml").read_text().replace("variables.approver != ''", "1 == 2")
    (tmp_path / "policies.yaml").write_text(changed)
    asyncio.run(service.policies.reload())
    context = context_of(app, _presenting(payment(), approval), allowed=False)
    assert (context["reason"], context["next_action"]) == ("policy_denied", "none")


def test_another_client_has_no_use_of_an_approval(app: Application, service: LoggedService) -> None:
    approval = _approved(app, payment())
    service.authenticator = Known(Client("known"))
    other = check_app(service)
    answer = post(other, EVALUATION, _presenting(payment(), approval), (b"name", b"known"))
    assert answer.json()["decision"] is False
    assert answer.json()["context"]["reason"] == "approval_unverifiable"


def test_a_client_need_not_be_granted_what_the_service_says_itself(service: LoggedService) -> None:
    scope = Scope(ids=EVERYTHING, types=EVERYTHING)
    service.authenticator = Known(Client("known", scope=scope))
    app = check_app(service)
    known = (b"name", b"known")
    context = post(app, EVALUATION, payment(), known).json()["context"]
    id_ = post(app, REQUESTS, submission(payment(), context), known).json()["task"]["id"]
    until = rfc3339(Instant(now() + 60_000))
    decided = {"id": id_, "decision": "approve", "approver": "tess", "until": until}
    assert post(app, "/v1/approvals/decide", decided, known).status == 200
    answer = ask(app, "/access/v1/requests/task", method="GET", query=f"id={id_}".encode(), headers=AS_KNOWN)
    approval = answer.json()["result"]["approval"]
    assert post(app, EVALUATION, _presenting(payment(), approval), known).json()["decision"] is True
    stating = {**payment(), "subject": {"type": "user", "id": "ann", "properties": {"approvedBy": "tess"}}}
    assert post(app, EVALUATION, stating, known).status == 403


def test_anybody_can_check_what_is_signed(app: Application) -> None:
    keys = jwt.PyJWKSet.from_dict(ask(app, "/access/v1/jwks", method="GET", headers=()).json())
    token = context_of(app, payment(), allowed=False)["access_request"]["binding_token"]
    key = keys[jwt.get_unverified_header(token)["kid"]]
    url = "http://localhost:8080"
    claims = jwt.decode(token, key, ["ES256"], audience=url, issuer=url)
    assert claims["resource"] == payment()["resource"]
    assert claims["binding_context_members"] == ["case"]


def test_the_metadata_name_the_profile(app: Application) -> None:
    found = ask(app, "/.well-known/authzen-configuration", method="GET").json()
    assert found["access_request_endpoint"] == f"http://localhost:8080{REQUESTS}"
    assert found["capabilities"] == ["urn:openid:authzen:capability:access-request"]


def test_what_is_supposed_is_in_no_log(app: Application, service: LoggedService) -> None:
    context_of(app, payment(), allowed=False)
    assert [line["event"] for line in service.lines] == ["denied"]
    assert b'decision="allow",endpoint="authzen"} 0.0' in service.metrics.exposition()


def test_approvals_are_there_after_a_restart(tmp_path: Path) -> None:
    kept, key, url = tmp_path / "requests.sqlite", new_key(), "http://localhost:8080"
    service = serving(tmp_path)
    service.approvals = Approvals.of(kept, key, url)
    approval = _approved(check_app(service), payment())
    service.approvals = Approvals.of(kept, key, url)
    context_of(check_app(service), _presenting(payment(), approval), allowed=True)
