"""What policies would deny that a cluster can't do without."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
import yaml

from interlock.analysis.finding import Finding, Severity
from interlock.analysis.lockout.control import control_requests
from interlock.analysis.lockout.lockout import lockout
from interlock.analysis.lockout.request import ADMINISTRATOR, CREATE, DELETE, UPDATE, asked
from interlock.analysis.lockout.workloads import SYSTEM, service_in
from interlock.engine import Engine
from interlock.intents.admission import from_admission
from interlock.loading.policyset import load
from interlock.registration.configuration import validating
from interlock.registration.sending import Sending
from interlock.registration.settings import Settings
from interlock.units import Instant
from support.documents import budget, policy, policy_set
from support.foreign.mutating import bind, labels, mutating

_ROOT: Final = Path(__file__).parents[3]

OPEN = policy_set("  layers: [{name: organization}]\n")

Found: TypeAlias = Callable[..., list[Finding]]


@pytest.fixture
def found(tmp_path: Path) -> Found:
    """What is found in documents."""

    def lint(*documents: str, settings: str = OPEN, exempt: frozenset[str] = frozenset()) -> list[Finding]:
        (tmp_path / "policies.yaml").write_text("---\n".join((settings, *documents)))
        return sorted(lockout(load([tmp_path]), Settings(exempt=exempt)))

    return lint


def denying(match: str, rule: str = "forbid: 'true'", *, more: str = "") -> str:
    rules = f"    - {{name: never, {rule}, message: no}}\n"
    return policy(spec=f"  match: {match}\n{more}", rules=rules)


def errors(findings: list[Finding]) -> str:
    return "\n".join(each.message for each in findings if each.severity is Severity.ERROR)


@pytest.mark.parametrize(
    ("match", "what"),
    [
        ("{actions: [workload.*]}", "Node `worker-1`"),
        ("{kinds: [Node]}", "UPDATE of Node `worker-1`"),
        ("{kinds: [Namespace]}", "CREATE of Namespace `some-team/some-team`"),
        ("{kinds: [Namespace], actions: [workload.delete]}", "DELETE of Namespace `some-team/some-team`"),
        ("{kinds: [CustomResourceDefinition]}", "`intentpolicies.interlock.dev`"),
        ("{kinds: [ClusterRole]}", "ClusterRole `interlock`"),
        ("{kinds: [ConfigMap]}", "ConfigMap `some-team/kube-root-ca.crt`"),
        ("{kinds: [Pod], actions: [workload.delete]}", "DELETE of Pod `some-team/old-1`"),
        ("{kinds: [PersistentVolumeClaim]}", "DELETE of PersistentVolumeClaim `some-team/old`"),
        ("{kinds: [EndpointSlice]}", "EndpointSlice `some-team/web-1`"),
        ("{kinds: [VolumeAttachment]}", "VolumeAttachment `csi-1`"),
        ("{kinds: [APIService]}", "APIService"),
    ],
)
def test_a_policy_that_stops_a_cluster_is_an_error_at_its_rule(found: Found, match: str, what: str) -> None:
    findings = found(denying(match))
    assert what in errors(findings)
    assert "name the kinds and actions that the policy is for" in errors(findings)
    assert {each.span.line for each in findings if each.severity is Severity.ERROR} == {15}


@pytest.mark.parametrize(
    "match",
    [
        "{actions: [model.*]}",
        "{kinds: [Job], actions: [workload.create]}",
        "{kinds: [Pod], actions: [workload.connect]}",
    ],
)
def test_a_policy_on_what_teams_run_locks_nobody_out(found: Found, match: str) -> None:
    assert errors(found(denying(match))) == ""


def test_what_may_be_updated_by_nobody_can_still_end(found: Found) -> None:
    assert errors(found(denying("{kinds: [Pod, Job], actions: [workload.update]}"))) == ""


def test_addons_are_warned_about_until_they_are_exempt(found: Found) -> None:
    document = denying("{kinds: [Pod], actions: [workload.create]}")
    (warning,) = found(document)
    assert warning.severity is Severity.WARNING
    assert "--exempt calico-system --exempt cert-manager --exempt longhorn-system" in warning.message
    exempt = frozenset({"calico-system", "cert-manager", "longhorn-system"})
    assert found(document, exempt=exempt) == []


def test_a_kind_that_is_never_sent_is_warned_about(found: Found) -> None:
    for kind in ("Lease", "TokenReview", "Event", "ValidatingWebhookConfiguration"):
        (warning,) = found(denying(f"{{kinds: [{kind}]}}"))
        assert warning.message == f"requests on `{kind}` are never sent: a cluster can't do without them"


def test_what_is_asked_about_everything_but_denied_nothing_is_undecided(found: Found) -> None:
    rule = "forbid: intent.principal.id == 'mallory'"
    (note,) = found(denying("{actions: [workload.*]}", rule))
    assert note.severity is Severity.NOTE
    assert "is undecided: name kinds" in note.message


def test_a_layer_that_is_closed_for_everything_locks_out(found: Found) -> None:
    settings = policy_set("  layers: [{name: organization, closed: [intent]}]\n")
    assert "Node" in errors(found(settings=settings))
    default = policy_set("  layers: [{name: organization, closed: [tools, models]}]\n")
    assert found(settings=default) == []


def test_a_rule_that_fails_denies(found: Found) -> None:
    assert "Namespace" in errors(
        found(denying("{kinds: [Namespace]}", "require: \"object.metadata.labels['x'] == 'y'\""))
    )


def test_a_budget_whose_key_nobody_names_locks_out(found: Found) -> None:
    spec = "  match: {actions: [workload.*]}\n  key: intent.attribution.team\n"
    document = budget(spec, limits="    - {unit: calls, limit: 9}\n")
    assert "Node" in errors(found(document))


def test_policies_that_are_not_enforced_lock_nobody_out(found: Found) -> None:
    findings = found(denying("{kinds: [Node]}", more="  enforcement: warn\n"))
    assert errors(findings) == ""


_FOREIGN = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: nodes}
spec:
  {params}matchConstraints:
    resourceRules:
      - {apiGroups: [""], apiVersions: [v1], operations: ["*"], resources: [nodes]}
  validations: [{expression: EXPRESSION}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: nodes}
spec: {policyName: nodes, validationActions: [Deny]}
"""


def foreign(expression: str) -> str:
    return _FOREIGN.replace("{params}", "").replace("EXPRESSION", f'"{expression}"')


def test_policies_of_kubernetes_lock_out_as_ours_do(found: Found) -> None:
    assert "UPDATE of Node `worker-1`" in errors(found(foreign("object.metadata.name == 'x'")))
    assert found(foreign("object.metadata.name != 'x'")) == []


def test_a_selector_of_namespaces_leaves_out_no_node(found: Found) -> None:
    selecting = foreign("object.metadata.name != 'x'").replace(
        "  matchConstraints:", "  matchConstraints:\n    namespaceSelector: {matchLabels: {a: b}}"
    )
    (warning,) = found(selecting)
    assert warning.severity is Severity.WARNING
    assert warning.message == "`nodes` are in no namespace: a `namespaceSelector` leaves out none of them"


def test_what_depends_on_the_cluster_is_undecided(found: Found) -> None:
    (note,) = found(foreign("authorizer.group('').resource('nodes').check('get').allowed()"))
    assert note.severity is Severity.NOTE
    assert note.message.endswith("it depends on what is in the cluster")


def test_requests_of_the_system_and_the_service_are_never_sent(tmp_path: Path) -> None:
    (tmp_path / "policies.yaml").write_text(OPEN + "---\n" + denying("{actions: [workload.*]}"))
    sending = Sending.of(validating(load([tmp_path]), Settings()))
    workloads = (service_in("interlock", "interlock"), *SYSTEM)
    requests = [needed for workload in workloads for needed in workload.requests()]
    assert [needed.what for needed in requests if sending.webhooks_for(needed.request, {})] == []
    sent = [needed.what for needed in control_requests() if sending.webhooks_for(needed.request, {})]
    assert sent
    kept = ("Lease", "TokenReview", "SubjectAccessReview", "(token)", "Event", "(binding)", "(status)")
    assert [what for what in sent if any(word in what for word in kept)] == []


def test_a_mutating_policy_that_fails_on_what_a_cluster_needs_is_found(found: Found) -> None:
    failing = mutating(labels("{'a': object.spec.nobody}"))
    findings = found(*(json.dumps(each) + "\n" for each in (failing, bind())))
    assert any("UPDATE of Node `worker-1`" in each.message for each in findings)
    harmless = mutating(labels("{'a': 'b'}"))
    assert not found(*(json.dumps(each) + "\n" for each in (harmless, bind())))


_SEEN: Final = "object.metadata.?labels.?seen"


def test_a_mutating_policy_that_changes_what_it_has_changed_is_found(found: Found) -> None:
    growing = labels(f"{{'seen': {_SEEN}.orValue('') + 'x'}}")
    (said,) = found(*(json.dumps(each) + "\n" for each in (mutating(growing), bind())))
    assert said.severity is Severity.WARNING
    assert said.message.startswith("policy `p` changes ")
    assert "again when it is asked again" in said.message
    lacks = [{"name": "lacks-it", "expression": f"!{_SEEN}.hasValue()"}]
    guarded = mutating(growing, matchConditions=lacks)
    assert not found(*(json.dumps(each) + "\n" for each in (guarded, bind())))


def _installing() -> list[dict[str, Any]]:
    """What an administrator asks for to install, upgrade and remove the service."""
    text = (_ROOT / "deploy" / "manifests" / "interlock.yaml").read_text(encoding="utf-8")
    bodies = [body for body in yaml.safe_load_all(text) if body]
    return [
        asked(operation, body, ADMINISTRATOR, plural=_plural(body["kind"]))
        for body in bodies
        for operation in (CREATE, UPDATE, DELETE)
    ]


def _plural(kind: str) -> str:
    word = kind.lower()
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def test_nothing_in_the_namespace_of_the_service_is_asked_about_to_install_it(tmp_path: Path) -> None:
    (tmp_path / "policies.yaml").write_text(OPEN + "---\n" + denying("{actions: [workload.*]}"))
    sending = Sending.of(validating(load([tmp_path]), Settings()))
    requests = _installing()
    sent = [each for each in requests if sending.webhooks_for(each, {})]
    assert {each["kind"]["kind"] for each in requests} >= {
        "Deployment",
        "Service",
        "ServiceAccount",
        "ClusterRole",
    }
    assert [each["name"] for each in sent if each["namespace"]] == []


def test_the_library_lets_the_service_be_installed_and_removed() -> None:
    policies = load([_ROOT / "policies"])
    engine, sending = Engine(policies), Sending.of(validating(policies, Settings()))
    for each in _installing():
        if sending.webhooks_for(each, {}):
            intent = from_admission(each, engine.context_at(Instant(0)))
            assert engine.decide(intent, now=Instant(0)).allowed
