"""AdmissionReviews in, AdmissionReviews out: the contract of admission.k8s.io/v1, clause by clause."""

import base64
import string
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock_webhooks.app import Application, webhook_app
from interlock_webhooks.kubernetes import codec
from interlock_webhooks.kubernetes.review import ReviewAnswer
from support.asgi import Answer, ask
from support.reviews import deployment, encoded, job, pod, review
from support.service import LoggedService, service_over

BOTH = pytest.mark.parametrize("path", ["/validate", "/mutate"])


def _response(answer: Answer) -> dict[str, Any]:
    assert answer.status == HTTPStatus.OK
    msgspec.convert(answer.json(), ReviewAnswer, strict=True)
    response: dict[str, Any] = answer.json()["response"]
    return response


@BOTH
def test_the_answer_echoes_uid_version_and_kind(webhook: Application, path: str) -> None:
    answer = ask(webhook, path, encoded(review(pod(team="a"), uid="x-1")))
    assert answer.json()["apiVersion"] == "admission.k8s.io/v1"
    assert answer.json()["kind"] == "AdmissionReview"
    assert _response(answer)["uid"] == "x-1"


@BOTH
def test_what_every_layer_allows_is_allowed(webhook: Application, path: str) -> None:
    response = _response(ask(webhook, path, encoded(review(pod(team="a")))))
    assert response["allowed"] is True
    assert "status" not in response


@BOTH
def test_a_denial_says_who_denies_what_and_what_to_do(webhook: Application, path: str) -> None:
    response = _response(ask(webhook, path, encoded(review(pod()))))
    assert response["allowed"] is False
    line = "team/workloads/team: no team answers for this workload; set the label interlock.dev/team"
    assert response["status"] == {
        "status": "Failure",
        "code": 403,
        "reason": "Forbidden",
        "message": line,
        "details": {
            "name": "web",
            "group": "",
            "kind": "Pod",
            "causes": [{"reason": "violated", "message": line}],
        },
    }


@BOTH
@pytest.mark.parametrize("item", [pod(), pod(team="a"), deployment(50)])
def test_no_patch_is_given_where_no_policy_adds_anything(
    webhook: Application, path: str, item: dict[str, Any]
) -> None:
    response = _response(ask(webhook, path, encoded(review(item))))
    assert "patch" not in response
    assert "patchType" not in response


def _patch(response: dict[str, Any]) -> list[dict[str, Any]]:
    assert response["patchType"] == "JSONPatch"
    operations: list[dict[str, Any]] = msgspec.json.decode(base64.b64decode(response["patch"], validate=True))
    return operations


def test_defaults_are_added_by_a_patch_with_the_parents_that_are_missing(webhook: Application) -> None:
    response = _response(ask(webhook, "/mutate", encoded(review(job(team="a")))))
    assert response["allowed"] is True
    assert _patch(response) == [
        {"op": "add", "path": "/metadata/annotations", "value": {}},
        {"op": "add", "path": "/metadata/annotations/example.org~1ends~0by", "value": "default"},
        {"op": "add", "path": "/spec/activeDeadlineSeconds", "value": 3600},
    ]


def test_what_the_patch_makes_of_an_object_needs_no_patch_and_is_valid(webhook: Application) -> None:
    item = job(team="a")
    for operation in _patch(_response(ask(webhook, "/mutate", encoded(review(item))))):
        *parents, last = [key.replace("~1", "/").replace("~0", "~") for key in operation["path"].split("/")[1:]]
        place = item
        for key in parents:
            place = place[key]
        place[last] = operation["value"]
    assert "patch" not in _response(ask(webhook, "/mutate", encoded(review(item))))
    assert _response(ask(webhook, "/validate", encoded(review(item))))["allowed"] is True


def test_a_validating_webhook_decides_the_object_as_it_is_and_never_patches(webhook: Application) -> None:
    response = _response(ask(webhook, "/validate", encoded(review(job(team="a")))))
    assert response["allowed"] is False
    assert "the Job never ends" in response["status"]["message"]
    assert "patch" not in response


def test_a_denied_object_is_not_patched(webhook: Application) -> None:
    response = _response(ask(webhook, "/mutate", encoded(review(job()))))
    assert response["allowed"] is False
    assert "patch" not in response


def test_defaults_that_contradict_each_other_deny_and_both_policies_are_named(folder: Path) -> None:
    (folder / "other.yaml").write_text(_OTHER_DEFAULT)
    response = _response(ask(webhook_app(service_over(folder)), "/mutate", encoded(review(job(team="a")))))
    assert response["allowed"] is False
    assert response["status"]["code"] == HTTPStatus.FORBIDDEN
    assert "jobs-end, jobs-end-later" in response["status"]["message"]
    assert "conflict" in {cause["reason"] for cause in response["status"]["details"]["causes"]}


_OTHER_DEFAULT = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: jobs-end-later}
spec:
  layer: platform
  description: A Job ends after a day unless it says otherwise.
  match: {kinds: [Job]}
  defaults: [{path: [spec, activeDeadlineSeconds], value: 86400}]
"""


@BOTH
def test_a_rule_that_only_warns_allows_and_warns(webhook: Application, path: str) -> None:
    response = _response(ask(webhook, path, encoded(review(deployment(11, team="a")))))
    assert response["allowed"] is True
    assert response["warnings"] == ["team/few-pods/at-most-ten: more than ten pods"]


@BOTH
def test_the_audit_log_learns_what_decided(webhook: Application, path: str, service: LoggedService) -> None:
    response = _response(ask(webhook, path, encoded(review(deployment(11)))))
    assert response["auditAnnotations"] == {
        "decision": "deny",
        "policy-set": service.policies.in_force.engine.policies.digest,
        "reasons": "team/workloads/team",
        "warnings": "team/few-pods/at-most-ten",
    }


@BOTH
@pytest.mark.parametrize("operation", ["DELETE", "CONNECT"])
def test_operations_without_an_object_are_decided_and_never_patched(
    webhook: Application, path: str, operation: str
) -> None:
    body = encoded(review(None, operation=operation, oldObject=pod(team="a")))
    response = _response(ask(webhook, path, body))
    assert "patch" not in response


@BOTH
def test_a_dry_run_is_decided_like_the_real_thing(webhook: Application, path: str) -> None:
    dry, real = (_response(ask(webhook, path, encoded(review(pod(), dryRun=dry)))) for dry in (True, False))
    assert dry == real


@BOTH
@pytest.mark.parametrize("item", [None, [], "text", 1, {"kind": "Pod", "spec": {"containers": 7}}])
def test_an_object_that_can_not_be_understood_is_denied_inside_the_review(
    webhook: Application, path: str, item: object
) -> None:
    response = _response(ask(webhook, path, encoded(review(item))))
    assert response["allowed"] is False
    assert response["status"]["code"] == HTTPStatus.BAD_REQUEST
    assert "must be" in response["status"]["message"]


@BOTH
@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b"{}", "`apiVersion`: is missing: send an `AdmissionReview` of `admission.k8s.io/v1`"),
        (b"[]", "expected `object`"),
        (
            encoded({**review(pod()), "apiVersion": "admission.k8s.io/v1beta1"}),
            "`apiVersion`: is `admission.k8s.io/v1beta1`",
        ),
        (encoded({**review(pod()), "kind": "Pod"}), "`kind`: is `Pod`"),
        (encoded({"apiVersion": "v2", "kind": "AdmissionReview"}), "`apiVersion`: is `v2`"),
        (encoded({**review(pod()), "request": None}), "`request`: expected `object`"),
        (encoded({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}), "`request`"),
        (encoded(review(pod(), uid="")), "`request.uid`: is empty"),
        (encoded(review(pod(), uid=7)), "`request.uid`: expected `str`"),
        (encoded(review(pod(), operation="PATCH")), "`request.operation`"),
        (encoded(review(pod(), kind="Pod")), "`request.kind`"),
        (encoded(review(pod(), userInfo=[])), "`request.userInfo`"),
    ],
)
def test_what_is_no_review_is_a_bad_request(webhook: Application, path: str, body: bytes, says: str) -> None:
    answer = ask(webhook, path, body)
    assert answer.status == HTTPStatus.BAD_REQUEST
    assert says in answer.json()["error"]["message"]


@BOTH
def test_when_the_time_is_over_the_answer_is_a_denial(webhook: Application, path: str) -> None:
    response = _response(ask(webhook, path, encoded(review(pod(team="a"))), query=b"timeout=1ns"))
    assert response["allowed"] is False
    assert response["status"]["code"] == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "time" in response["status"]["message"]


@BOTH
def test_a_timeout_that_is_no_duration_is_a_bad_request(webhook: Application, path: str) -> None:
    answer = ask(webhook, path, encoded(review(pod(team="a"))), query=b"timeout=soon")
    assert answer.status == HTTPStatus.BAD_REQUEST


@BOTH
def test_a_failure_of_the_service_is_a_denial_and_is_logged(
    webhook: Application, path: str, service: LoggedService
) -> None:
    service.policies = None  # type: ignore[assignment]  # breaks whatever comes next
    response = _response(ask(webhook, path, encoded(review(pod(team="a")))))
    assert response["allowed"] is False
    assert response["status"]["code"] == HTTPStatus.INTERNAL_SERVER_ERROR
    assert [line["event"] for line in service.lines] == ["review failed"]


def test_the_log_names_the_rule_and_the_object_and_nothing_of_its_content(
    webhook: Application, service: LoggedService
) -> None:
    ask(webhook, "/validate", encoded(review(pod())))
    assert service.lines == [
        {
            "level": "info",
            "event": "denied",
            "decision": "deny",
            "policySet": service.policies.in_force.engine.policies.digest,
            "reasons": ["violated/team/workloads/team"],
            "action": "workload.create",
            "kind": "Pod",
            "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
        }
    ]


# What follows needs decisions larger than a few policies make; a record is plain JSON.


def _entry(number: int, **said: str) -> dict[str, Any]:
    return {"code": "violated", "layer": "team", "policy": "p", "rule": f"r{number}", "item": "intent", **said}


def _recorded(**lists: list[dict[str, Any]]) -> dict[str, Any]:
    empty: dict[str, Any] = {"reasons": [], "warnings": [], "audits": [], "waived": [], "errors": []}
    return {"decision": "deny", "policySet": "sha256:0", **empty, **lists}


_SAID = st.text(max_size=400)
_ENTRIES = st.lists(
    st.builds(lambda n, m, r: _entry(n, message=m, remedy=r), st.integers(0, 9), _SAID, _SAID), max_size=60
)


@given(_ENTRIES)
def test_warnings_stay_within_the_api_servers_limits(entries: list[dict[str, Any]]) -> None:
    found = codec.warnings(_recorded(warnings=entries))
    assert all(len(warning) <= 120 and warning.isprintable() for warning in found)
    assert sum(map(len, found)) < 4096


def test_warnings_that_do_not_fit_are_counted() -> None:
    entries = [_entry(number, message="x" * 200) for number in range(100)]
    found = codec.warnings(_recorded(warnings=entries))
    assert found[-1] == f"and {100 - len(found) + 1} more warnings"


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(_ENTRIES.filter(bool))
def test_a_denial_stays_readable_however_many_reasons_it_has(entries: list[dict[str, Any]]) -> None:
    recorded = _recorded(reasons=entries * 20, errors=entries * 50)
    status = msgspec.json.decode(codec.encode_denied(review(pod())["request"], recorded))["response"]["status"]
    assert len(status["message"].encode()) <= codec.MAX_MESSAGE
    assert len(status["details"]["causes"]) <= codec.MAX_CAUSES
    lines = status["message"].split("\n")
    assert len(lines) == len(entries) * 20 or lines[-1].startswith("and ")


@given(_ENTRIES, _ENTRIES)
def test_audit_annotations_have_legal_names_and_bounded_values(
    reasons: list[dict[str, Any]], waived: list[dict[str, Any]]
) -> None:
    found = codec.annotations(_recorded(reasons=reasons * 100, waived=waived * 100))
    for key, value in found.items():
        assert set(key) <= set(string.ascii_lowercase + "-")
        assert len(key) <= 63
        assert len(value.encode()) <= 10 * 1024


def test_a_patch_goes_out_as_base64_of_a_json_patch() -> None:
    operations = [{"op": "add", "path": "/metadata", "value": {}}]
    response = msgspec.json.decode(codec.encode_allowed("u", _recorded(), operations))["response"]
    assert response["patchType"] == "JSONPatch"
    assert msgspec.json.decode(base64.b64decode(response["patch"], validate=True)) == operations
