"""Webhook configurations: which requests leave the API server for which policies."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from interlock.foreign.activations import bound
from interlock.foreign.expressions import CONDITIONS_BUDGET
from interlock.foreign.requests import reviewed
from interlock.loading.policyset import PolicySet, load
from interlock.registration.configuration import mutating, validating
from interlock.registration.sending import Sending
from interlock.registration.settings import AtUrl, Bundle, InjectedBundle, Settings
from support.clusterrequests import request
from support.documents import budget, policy, policy_set

OPEN = policy_set("  layers: [{name: organization}]\n")
"""No layer is closed, so nothing is denied for want of a permit."""

Loaded = Callable[..., PolicySet]


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    """A policy set of documents."""

    def load_all(*documents: str, settings: str = OPEN) -> PolicySet:
        (tmp_path / "policies.yaml").write_text("---\n".join((settings, *documents)))
        return load([tmp_path])

    return load_all


def matching(match: str, *, area: str = "intent", rule: str = "") -> str:
    rules = rule or "    - {name: never, forbid: 'true', message: no}\n"
    return policy(spec=f"  area: {area}\n  match: {match}\n", rules=rules)


def is_sent(policies: PolicySet, asked: dict[str, Any], settings: Settings | None = None) -> bool:
    """Whether the API server sends `asked` to `/validate`."""
    sending = Sending.of(validating(policies, settings or Settings()))
    return "validate.interlock.dev" in sending.webhooks_for(asked, {})


SCALED = {"spec": {"replicas": 3}}
POD = matching("{kinds: [Pod], actions: [workload.create]}")


@pytest.mark.parametrize(
    ("match", "sent", "unsent"),
    [
        (
            "{kinds: [Deployment], actions: [workload.create, workload.update]}",
            [
                request("Deployment", api_version="apps/v1"),
                request("Deployment", "UPDATE", api_version="apps/v1beta1"),
            ],
            [
                request("Deployment", "DELETE", api_version="apps/v1"),
                request("StatefulSet", api_version="apps/v1"),
                request("Pod"),
            ],
        ),
        (
            "{kinds: [Agent], actions: [workload.create]}",
            [request("Agent", api_version="kagent.dev/v1"), request("Agent", api_version="api.kagent.dev/v1")],
            [request("Pod"), request("ModelConfig", api_version="kagent.dev/v1")],
        ),
        (
            # Nobody knows the group or the resource of a kind that is described nowhere.
            "{kinds: [Moose], actions: [workload.create]}",
            [request("Moose", api_version="acme.example/v1")],
            [request("Agent", api_version="acme.example/v1"), request("Pod")],
        ),
        (
            "{kinds: [Job], actions: [workload.create]}",
            [request("Job", api_version="batch/v1"), request("Job", api_version="batch.volcano.sh/v1alpha1")],
            [request("JobFlow", api_version="batch.volcano.sh/v1alpha1")],
        ),
        ("{actions: [model.*, tool.call]}", [], [request("Pod"), request("ConfigMap")]),
        (
            "{actions: [workload.create]}",
            [request("ConfigMap"), request("Moose", api_version="acme.example/v1"), request("Pod")],
            [request("ConfigMap", "DELETE"), request("Pod", "UPDATE")],
        ),
    ],
)
def test_only_what_a_policy_can_be_about_is_sent(
    loaded: Loaded, match: str, sent: list[dict[str, Any]], unsent: list[dict[str, Any]]
) -> None:
    policies = loaded(matching(match))
    assert [each["kind"] for each in sent if not is_sent(policies, each)] == []
    assert [each["kind"] for each in unsent if is_sent(policies, each)] == []


@pytest.mark.parametrize(
    ("rule", "is_about_anything"),
    [
        ("{name: few, require: size(intent.accelerators) < 9, message: no}", False),
        ("{name: models, forbid: 'intent.models.exists(m, m.hosting != \"selfHosted\")', message: no}", False),
        ("{name: read, require: size(intent.unresolved) == 0, message: no}", True),
        ("{name: jane, forbid: intent.principal.id == 'jane', message: no}", True),
        ("{name: named, require: has(intent.attribution.team), message: no}", True),
    ],
)
def test_a_policy_that_says_nothing_of_what_asks_for_nothing_is_not_asked_about_it(
    loaded: Loaded, rule: str, *, is_about_anything: bool
) -> None:
    policies = loaded(matching("{actions: [workload.create]}", rule=f"    - {rule}\n"))
    assert is_sent(policies, request("Pod"))
    assert is_sent(policies, request("RayCluster", api_version="ray.io/v1"))
    assert is_sent(policies, request("ConfigMap")) is is_about_anything
    assert is_sent(policies, request("Certificate", api_version="cert-manager.io/v1")) is is_about_anything


def test_a_limit_may_have_something_to_say_of_anything(loaded: Loaded) -> None:
    limits = "  limits: [{name: few, of: size(intent.workload.labels), ceiling: 3, message: no}]\n"
    limited = policy(spec=f"  match: {{actions: [workload.create]}}\n{limits}")
    assert is_sent(loaded(limited), request("ConfigMap"))
    needing = limited.replace("[workload.create]", "[workload.create], when: size(intent.models) > 0")
    assert not is_sent(loaded(needing), request("ConfigMap"))


def test_a_budget_that_needs_a_device_counts_nothing_else(loaded: Loaded) -> None:
    matched = "  match: {actions: [workload.create]WHEN}\n"
    limits = "    - {unit: calls, limit: 9}\n"
    assert is_sent(loaded(budget(matched.replace("WHEN", ""), limits=limits)), request("ConfigMap"))
    needing = budget(matched.replace("WHEN", ", when: size(intent.accelerators) > 0"), limits=limits)
    assert is_sent(loaded(needing), request("Pod"))
    assert not is_sent(loaded(needing), request("ConfigMap"))


def test_nobody_connects_to_a_whole_object(loaded: Loaded) -> None:
    (webhook,) = validating(loaded(matching("{actions: [workload.*]}")), Settings())["webhooks"]
    connecting = [rule for rule in webhook["rules"] if "CONNECT" in rule["operations"]]
    assert connecting
    assert all("/" in resource for rule in connecting for resource in rule["resources"])


def test_a_condition_that_needs_a_model_keeps_all_else_away(loaded: Loaded) -> None:
    match = "{actions: [workload.create], when: 'size(intent.models) > 0 || run.id != \"\"'}"
    policies = loaded(matching(match))
    assert is_sent(policies, request("Pod"))
    assert not is_sent(policies, request("ConfigMap"))


def test_a_policy_on_devices_is_asked_wherever_some_can_be(loaded: Loaded) -> None:
    policies = loaded(matching("{actions: [workload.*]}", area="accelerators"))
    scaled = request(
        "Scale", "UPDATE", api_version="autoscaling/v1", subresource="scale", of="Deployment", body=SCALED
    )
    scaled["resource"] |= {"group": "apps"}
    resized = request("Pod", "UPDATE", subresource="resize")
    executed = request("PodExecOptions", "CONNECT", subresource="exec", of="Pod")
    attached = request("PodAttachOptions", "CONNECT", subresource="attach", of="Pod")
    status = request("Pod", "UPDATE", subresource="status")
    sandbox = request("Sandbox", api_version="agents.x-k8s.io/v1alpha1")
    for each in (scaled, resized, executed, sandbox, request("Pod", "DELETE")):
        assert is_sent(policies, each)
    for each in (attached, status, request("ServiceAccount")):
        assert not is_sent(policies, each)


@pytest.mark.parametrize(
    ("action", "parts"),
    [
        ("workload.update", {"resize", "ephemeralcontainers"}),
        ("workload.delete", {"eviction"}),
        ("workload.connect", {"exec", "attach", "portforward", "proxy"}),
        ("workload.create", set()),
    ],
)
def test_parts_of_a_pod_are_sent_for_what_they_do_to_it(loaded: Loaded, action: str, parts: set[str]) -> None:
    policies = loaded(matching(f"{{kinds: [Pod], actions: [{action}]}}"))
    asked = {
        "resize": request("Pod", "UPDATE", subresource="resize"),
        "ephemeralcontainers": request("Pod", "UPDATE", subresource="ephemeralcontainers"),
        "eviction": request("Eviction", api_version="policy/v1", subresource="eviction", of="Pod"),
        "exec": request("PodExecOptions", "CONNECT", subresource="exec", of="Pod"),
        "attach": request("PodAttachOptions", "CONNECT", subresource="attach", of="Pod"),
        "portforward": request("PodPortForwardOptions", "CONNECT", subresource="portforward", of="Pod"),
        "proxy": request("PodProxyOptions", "CONNECT", subresource="proxy", of="Pod"),
        "status": request("Pod", "UPDATE", subresource="status"),
        "binding": request("Binding", subresource="binding", of="Pod"),
    }
    asked["eviction"]["resource"] |= {"group": "", "version": "v1"}
    assert {name for name, each in asked.items() if is_sent(policies, each)} == parts


_LEASE = request("Lease", "UPDATE", api_version="coordination.k8s.io/v1")
_OURS = "system:serviceaccount:interlock:interlock"
_MIRROR = {"metadata": {"annotations": {"kubernetes.io/config.mirror": "1"}}}


@pytest.mark.parametrize(
    "unsent",
    [
        request("Pod", namespace="kube-system"),
        request("Lease", "UPDATE", api_version="coordination.k8s.io/v1", namespace="kube-node-lease"),
        request("Deployment", "UPDATE", api_version="apps/v1", namespace="interlock"),
        request("Secret", namespace="interlock"),
        _LEASE,
        request("Event"),
        request("Event", api_version="events.k8s.io/v1"),
        request("TokenReview", api_version="authentication.k8s.io/v1", namespace=""),
        request("SubjectAccessReview", api_version="authorization.k8s.io/v1", namespace=""),
        request("IntentPolicy", api_version="interlock.dev/v1alpha1"),
        request("Node", "CREATE", namespace="", user="system:node:a", groups=("system:nodes",)),
        request("Node", "UPDATE", namespace="", subresource="status"),
        request("Namespace", "UPDATE", namespace="shop", subresource="finalize"),
        request("Pod", body=_MIRROR),
        request("ConfigMap", user=_OURS),
    ],
)
def test_what_keeps_the_cluster_running_is_never_sent(loaded: Loaded, unsent: dict[str, Any]) -> None:
    policies = loaded(matching("{actions: [workload.*]}"))
    assert is_sent(policies, request("ConfigMap", "DELETE"))
    assert not is_sent(policies, unsent)


def test_an_object_that_is_being_deleted_can_lose_its_finalizers_but_not_change(loaded: Loaded) -> None:
    policies = loaded(matching("{actions: [workload.update]}"))
    old = {"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["x"]}, "spec": {"n": 1}}
    asked = request("Moose", "UPDATE", api_version="acme.example/v1", body=old)
    asked["object"] = {**asked["object"], "metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}
    assert not is_sent(policies, asked)
    asked["object"] = {**asked["object"], "spec": {"n": 2}}
    assert is_sent(policies, asked)


def test_exempt_namespaces_are_never_asked_about(loaded: Loaded) -> None:
    settings = Settings(exempt=frozenset({"calico-system"}))
    assert not is_sent(loaded(POD), request("Pod", namespace="calico-system"), settings)
    assert is_sent(loaded(POD), request("Pod"), settings)


def test_a_label_exempts_only_where_some_namespace_may_be_exempt(loaded: Loaded) -> None:
    policies = loaded(POD)
    labels = {"interlock.dev/exempt": "true"}
    for allowed, names in ((frozenset[str](), {"validate.interlock.dev"}), (frozenset({"shop"}), set[str]())):
        sending = Sending.of(validating(policies, Settings(may_be_exempt=allowed)))
        assert sending.webhooks_for(request("Pod"), labels) == names


@pytest.mark.parametrize(
    ("name", "old", "new", "is_guarded"),
    [
        ("shop", None, {"interlock.dev/exempt": ""}, True),
        ("shop", {}, {"interlock.dev/exempt": "true"}, True),
        ("sandbox", None, {"interlock.dev/exempt": "true"}, False),
        ("shop", None, {"team": "shop"}, False),
        ("shop", {"interlock.dev/exempt": "true"}, {}, False),
        ("shop", {"interlock.dev/exempt": "true"}, {"interlock.dev/exempt": "true"}, False),
    ],
)
def test_the_label_is_guarded(
    loaded: Loaded, name: str, old: dict[str, str] | None, new: dict[str, str], *, is_guarded: bool
) -> None:
    configuration = validating(loaded(POD), Settings(may_be_exempt=frozenset({"sandbox"})))
    asked = request("Namespace", "CREATE" if old is None else "UPDATE", namespace=name)
    asked["object"] = {"metadata": {"name": name, "labels": new}}
    asked["oldObject"] = None if old is None else {"metadata": {"name": name, "labels": old}}
    sent = Sending.of(configuration).webhooks_for(asked, new)
    assert ("guard.interlock.dev" in sent) is is_guarded
    guard = configuration["webhooks"][-1]
    assert (guard["failurePolicy"], guard["clientConfig"]["service"]["path"]) == ("Fail", "/guard")


@pytest.mark.parametrize("part", ["status", "finalize"])
def test_nobody_gets_the_label_in_by_a_part_of_a_namespace(loaded: Loaded, part: str) -> None:
    settings = Settings(may_be_exempt=frozenset({"sandbox"}))
    asked = request("Namespace", "UPDATE", namespace="shop", subresource=part)
    sending = Sending.of(validating(loaded(POD), settings))
    assert not sending.webhooks_for(asked, {})
    asked["object"] = {"metadata": {"name": "shop", "labels": {"interlock.dev/exempt": "true"}}}
    assert sending.webhooks_for(asked, {}) == {"guard.interlock.dev"}


def test_nothing_that_fails_closed_outlives_its_policies(loaded: Loaded) -> None:
    policies = loaded(matching("{actions: [model.*]}"))
    assert validating(policies, Settings())["webhooks"] == []
    assert mutating(policies, Settings())["webhooks"] == []


def test_only_objects_that_policies_change_are_sent_to_be_changed(loaded: Loaded) -> None:
    defaults = "  defaults: [{path: [spec, suspend], value: true}]\n"
    changing = policy(spec=f"  match: {{kinds: [Job, Pod]}}\n{defaults}")
    webhook = mutating(loaded(changing), Settings())["webhooks"][0]
    sending = Sending.of(mutating(loaded(changing), Settings()))
    assert sending.webhooks_for(request("Job", api_version="batch/v1"), {})
    assert not sending.webhooks_for(request("Job", "DELETE", api_version="batch/v1"), {})
    assert not sending.webhooks_for(request("Pod", "UPDATE", subresource="resize"), {})
    assert (webhook["failurePolicy"], webhook["reinvocationPolicy"]) == ("Ignore", "IfNeeded")
    assert not Sending.of(mutating(loaded(policy()), Settings())).webhooks
    trying = policy(spec=f"  enforcement: warn\n  match: {{kinds: [Job, Pod]}}\n{defaults}")
    assert mutating(loaded(trying), Settings())["webhooks"] == []


_FOREIGN = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: replicas}
spec:
  matchConstraints:
    resourceRules:
      - apiGroups: [apps]
        apiVersions: [v1]
        operations: [CREATE]
        resources: [deployments, deployments/status]
      - {apiGroups: [acme.example], apiVersions: [v1], operations: ["*"], resources: ["*/*"]}
  validations: [{expression: object.spec.replicas < 5}]
"""
_BINDING = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: replicas}
spec: {policyName: replicas, validationActions: [Deny]}
"""


def test_policies_of_kubernetes_are_asked_about_what_their_rules_name(loaded: Loaded) -> None:
    assert not is_sent(loaded(POD, _FOREIGN), request("Deployment", api_version="apps/v1"))
    policies = loaded(POD, _FOREIGN, _BINDING)
    for asked in (
        request("Deployment", api_version="apps/v1"),
        request("Moose", "DELETE", api_version="acme.example/v1"),
        request("Moose", "UPDATE", api_version="acme.example/v1", subresource="scale"),
        request("Pod"),
    ):
        assert is_sent(policies, asked)
    for asked in (
        request("Deployment", "UPDATE", api_version="apps/v1"),
        request("Deployment", api_version="apps/v1", subresource="status"),
        request("Moose", "UPDATE", api_version="acme.example/v1", subresource="status"),
        request("Deployment", api_version="apps/v1", namespace="kube-system"),
    ):
        assert not is_sent(policies, asked)


def test_only_policies_that_hold_something_have_side_effects(loaded: Loaded) -> None:
    assert validating(loaded(POD), Settings())["webhooks"][0]["sideEffects"] == "None"
    holding = budget("  match: {actions: [workload.create]}\n", limits="    - {unit: calls, limit: 9}\n")
    assert validating(loaded(holding), Settings())["webhooks"][0]["sideEffects"] == "NoneOnDryRun"


def test_a_closed_layer_is_asked_about_whatever_it_closes(loaded: Loaded) -> None:
    closed = policy_set("  layers: [{name: organization, closed: [intent]}]\n")
    assert is_sent(loaded(settings=closed), request("ConfigMap", "DELETE"))
    closed = policy_set("  layers: [{name: organization, closed: [models]}]\n")
    assert is_sent(loaded(settings=closed), request("Pod", "DELETE"))
    assert not is_sent(loaded(settings=closed), request("ConfigMap", "DELETE"))


def test_nothing_is_sent_for_the_sake_of_resources_as_no_object_has_any(loaded: Loaded) -> None:
    closed = policy_set("  layers: [{name: organization, closed: [resources]}]\n")
    on_resources = policy(
        "reads", spec="  area: resources\n", rules="    - {name: r, forbid: 'true', message: no}\n"
    )
    for policies in (loaded(settings=closed), loaded(on_resources, settings=closed)):
        assert not is_sent(policies, request("Pod", "CREATE"))


def test_who_is_trusted_and_where_the_service_is_stands_in_each_webhook(loaded: Loaded) -> None:
    policies = loaded(POD)
    settings = Settings(target=AtUrl("https://policy.example:8443/"), trust=Bundle(b"PEM"))
    client = validating(policies, settings)["webhooks"][0]["clientConfig"]
    assert client == {"url": "https://policy.example:8443/validate", "caBundle": "UEVN"}
    injected = validating(policies, Settings(trust=InjectedBundle("interlock/tls"), owner={"uid": "1"}))
    assert injected["metadata"]["annotations"] == {"cert-manager.io/inject-ca-from": "interlock/tls"}
    assert injected["metadata"]["ownerReferences"] == [{"uid": "1"}]
    assert "caBundle" not in injected["webhooks"][0]["clientConfig"]


def test_equal_policies_give_equal_bytes(tmp_path: Path) -> None:
    documents = [policy(f"p{number}", spec=f"  match: {{kinds: [K{number}, Pod]}}\n") for number in range(5)]
    written = []
    for order in (documents, documents[::-1]):
        (tmp_path / "all.yaml").write_text("---\n".join([OPEN, *order]))
        written.append(json.dumps(validating(load([tmp_path]), Settings())))
    assert written[0] == written[1]


def test_the_api_server_takes_what_is_written(loaded: Loaded) -> None:
    shipped = load([Path(__file__).parents[3] / "policies"])
    for policies in (shipped, loaded(matching("{}"))):
        for webhook in validating(policies, Settings(may_be_exempt=frozenset({"x"})))["webhooks"]:
            names = [condition["name"] for condition in webhook["matchConditions"]]
            assert len(names) == len(set(names)) <= 64
            for rule in webhook["rules"]:
                assert rule["operations"]
                plain = [resource for resource in rule["resources"] if "/" not in resource]
                assert "*" not in plain or plain == ["*"]


def test_conditions_cost_a_small_part_of_what_they_may(loaded: Loaded) -> None:
    shipped = load([Path(__file__).parents[3] / "policies"])
    spec = {"containers": [{"name": f"c{n}", "image": "x" * 200} for n in range(500)]}
    labels = {f"example.com/{n}": "x" * 60 for n in range(500)}
    body = {"metadata": {"labels": labels, "annotations": labels, "deletionTimestamp": "now"}, "spec": spec}
    asked = request("Pod", "UPDATE", body=body, groups=tuple(f"group-{n}" for n in range(500)))
    for policies in (shipped, loaded(POD)):
        (webhook,) = Sending.of(validating(policies, Settings())).webhooks
        _, left = webhook.conditions.counted(
            bound(reviewed(asked), params=None, namespace=None), CONDITIONS_BUDGET
        )
        assert CONDITIONS_BUDGET - left < CONDITIONS_BUDGET // 50
