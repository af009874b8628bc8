"""Our webhook keeps the contract of `admission.k8s.io/v1`, whatever it is asked and whatever policies say.

Each clause is checked by the caller of webhooks that is tested beside this.
"""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock_webhooks.app import Application, webhook_app
from support.anyjson import changed
from support.asgi import ask
from support.kubernetes.webhooks.contract import ContractError, Response
from support.policies import write_policies
from support.reviews import deployment, encoded, job, pod, review
from support.service import service_over
from support.strategies import json_values, texts
from support.webhookanswers import conforming

_FOREIGN = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: echoes.example.com}
spec:
  matchConstraints:
    resourceRules:
      - {apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*"]}
  failurePolicy: Ignore
  validations:
    - expression: "false"
      messageExpression: "'team: ' + object.metadata.labels['interlock.dev/team']"
      reason: Forbidden
    - expression: "object.spec.replicas < 3"
      message: "too many: %s"
  auditAnnotations:
    - key: team
      valueExpression: "object.metadata.labels['interlock.dev/team']"
    - key: a-key.of_another-kind
      valueExpression: "'said'"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: echoes}
spec: {policyName: echoes.example.com, validationActions: [ACTIONS]}
"""
_WARNS = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: warns-NUMBER}
spec:
  layer: team
  enforcement: warn
  description: Everything is warned of.
  match: {actions: ["workload.*"]}
  rules:
    - name: never
      forbid: "true"
      message: "TEXT"
"""

_ITEMS: tuple[dict[str, Any], ...] = (
    pod(team="a"),
    pod(),
    deployment(4, team="a"),
    job(),
    job(team="a", all="b"),
)
_TEXTS = (
    texts() | st.text(max_size=300) | st.sampled_from(["\x7f", "a\nb", "é" * 300, "😀" * 300, "\\", '"', "\t"])
)
_VALUES = json_values() | _TEXTS | st.dictionaries(_TEXTS, _TEXTS, max_size=3)
_ITEM = st.sampled_from(_ITEMS)
_CHANGED = _ITEM.flatmap(lambda item: changed(item, _VALUES))
_ENDPOINTS = pytest.mark.parametrize("path", ["/validate", "/mutate"])
_ANY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module", params=["Warn, Audit", "Deny, Audit"])
def webhook(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Application:
    """Our webhook with policies that say what they are asked about."""
    folder = write_policies(tmp_path_factory.mktemp("policies"))
    (folder / "foreign.yaml").write_text(_FOREIGN.replace("ACTIONS", request.param))
    return webhook_app(service_over(folder))


def _answered(webhook: Application, path: str, sent: dict[str, Any]) -> Response:
    answer = ask(webhook, path, encoded(sent), query=b"timeout=10s")
    return conforming(answer, sent, mutating=path == "/mutate")


@_ENDPOINTS
@_ANY
@given(st.data())
def test_any_object_is_answered_within_the_contract(
    webhook: Application, path: str, data: st.DataObject
) -> None:
    sent = review(data.draw(_ITEM), operation=data.draw(st.sampled_from(["CREATE", "UPDATE"])))
    sent["request"] |= data.draw(
        st.fixed_dictionaries({"object": _CHANGED}, optional={"dryRun": st.booleans(), "oldObject": _CHANGED})
    )
    _answered(webhook, path, sent)


@_ENDPOINTS
@_ANY
@given(st.data())
def test_any_request_is_answered_or_refused_as_no_review(
    webhook: Application, path: str, data: st.DataObject
) -> None:
    sent = review(data.draw(_ITEM))
    uid = sent["request"]["uid"]
    sent["request"] = data.draw(changed(sent["request"], _VALUES))
    sent["request"]["uid"] = uid
    answer = ask(webhook, path, encoded(sent), query=b"timeout=10s")
    if answer.status != 400:
        conforming(answer, sent, mutating=path == "/mutate")


@_ENDPOINTS
@pytest.mark.parametrize(
    ("item", "fields"),
    [
        (None, {"operation": "DELETE", "oldObject": pod(team="a")}),
        (
            {"kind": "PodExecOptions", "apiVersion": "v1", "command": ["sh"]},
            {"operation": "CONNECT", "subResource": "exec"},
        ),
        (
            {"kind": "Scale", "apiVersion": "autoscaling/v1", "spec": {"replicas": 9}},
            {"operation": "UPDATE", "subResource": "scale"},
        ),
        (
            {"kind": "Eviction", "apiVersion": "policy/v1", "metadata": {"name": "web"}},
            {"subResource": "eviction"},
        ),
        ({"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": "web"}}, {"namespace": "web"}),
        ({"kind": "Widget", "apiVersion": "example.com/v1", "metadata": {"name": "web"}}, {}),
    ],
)
def test_every_operation_is_answered_within_the_contract(
    webhook: Application, path: str, item: dict[str, Any] | None, fields: dict[str, Any]
) -> None:
    _answered(webhook, path, review(item, **fields))


@settings(_ANY, max_examples=20)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters='"\\'), max_size=400), max_size=30))
def test_warnings_of_any_length_and_number_arrive_whole(
    tmp_path_factory: pytest.TempPathFactory, messages: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("warning")
    for number, message in enumerate(messages):
        shown = (each if each.isprintable() and each.isascii() else "\\u00e9" for each in message)
        said = f"x{''.join(shown)}"
        text = _WARNS.replace("NUMBER", str(number)).replace("TEXT", said)
        (folder / f"{number}.yaml").write_text(text)
    write_policies(folder)
    response = _answered(webhook_app(service_over(folder)), "/validate", review(pod(team="a")))
    assert bool(response.warnings) is bool(messages)


def test_the_check_itself_refuses_what_an_api_server_would_lose(webhook: Application) -> None:
    sent = review(pod(team="a"))
    answer = ask(webhook, "/validate", encoded(sent))
    other = deepcopy(sent)
    other["request"]["uid"] = "another"
    with pytest.raises(ContractError, match=r"expected response\.uid"):
        conforming(answer, other, mutating=False)
