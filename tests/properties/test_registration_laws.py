"""What the API server does not send, no policy has anything to say about."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.analysis.lockout.control import control_requests
from interlock.analysis.lockout.workloads import ADDONS
from interlock.engine import Engine
from interlock.intents.admission import changeable_object, from_admission
from interlock.loading.policyset import load
from interlock.model.patch import Patch
from interlock.registration.configuration import mutating, validating
from interlock.registration.sending import Sending
from interlock.registration.settings import Settings
from interlock.units import Instant
from support.clusterrequests import request
from support.documents import policy, policy_set

_NOW: Final = Instant(0)
_GPU: Final = {"resources": {"limits": {"nvidia.com/gpu": "4"}}}
_SERVING: Final = {"image": "vllm/vllm-openai:v1", "args": ["--model", "acme/tiny"]}
_POD: Final = {"containers": [{"name": "main", **_SERVING, **_GPU}]}
_TEMPLATE: Final = {"template": {"spec": _POD}}
_NAMED: Final = {"metadata": {"name": "it", "namespace": "shop", "labels": {"interlock.dev/team": "search"}}}
_RAY: Final = {"headGroupSpec": _TEMPLATE, "workerGroupSpecs": [{"groupName": "w", "replicas": 2, **_TEMPLATE}]}


def _scale(replicas: int, of: str = "Deployment", group: str = "apps") -> dict[str, Any]:
    asked = request("Scale", "UPDATE", api_version="autoscaling/v1", subresource="scale", of=of)
    asked["resource"] |= {"group": group}
    asked["oldObject"] = {**asked["object"], "spec": {"replicas": 1}}
    return {**asked, "object": {**asked["object"], "spec": {"replicas": replicas}}}


def _eviction() -> dict[str, Any]:
    asked = request("Eviction", api_version="policy/v1", subresource="eviction", of="Pod")
    return {**asked, "resource": {"group": "", "version": "v1", "resource": "pods"}}


def _requests() -> list[dict[str, Any]]:
    """Requests of all sorts, in namespaces that are not exempt."""
    command = {"command": ["vllm", "serve", "acme/tiny"], "container": "main"}
    stored: list[tuple[str, str, dict[str, Any]]] = [
        ("Pod", "v1", {"spec": _POD}),
        ("Pod", "v1", {**_NAMED, "spec": {"containers": [{"name": "web", "image": "nginx"}]}}),
        ("Deployment", "apps/v1", {"spec": {"replicas": 2, **_TEMPLATE}}),
        ("Job", "batch/v1", {"spec": _TEMPLATE}),
        ("Job", "batch.volcano.sh/v1alpha1", {"spec": {"tasks": [{"replicas": 1, **_TEMPLATE}]}}),
        ("RayCluster", "ray.io/v1", {"spec": _RAY}),
        ("ConfigMap", "v1", {**_NAMED, "data": {"a": "b"}}),
        ("ServiceAccount", "v1", {}),
        ("Certificate", "cert-manager.io/v1", {"spec": _TEMPLATE}),
        ("ClusterQueue", "kueue.x-k8s.io/v1beta1", {"spec": {}}),
        ("Moose", "acme.example/v1", {"spec": _TEMPLATE}),
    ]
    every = [
        request(kind, operation, api_version=version, body=body)
        for kind, version, body in stored
        for operation in ("CREATE", "UPDATE", "DELETE")
    ]
    parts = [
        request("Pod", "UPDATE", subresource="resize", body={"spec": _POD}),
        request("Pod", "UPDATE", subresource="ephemeralcontainers", body={"spec": _POD}),
        request("PodExecOptions", "CONNECT", subresource="exec", of="Pod", body=command),
        request("PodAttachOptions", "CONNECT", subresource="attach", of="Pod"),
        request("ServiceProxyOptions", "CONNECT", subresource="proxy", of="Service"),
    ]
    needed = [*control_requests(), *(each for addon in ADDONS for each in addon.requests())]
    return [
        *every,
        *parts,
        _scale(0),
        _scale(9),
        _scale(9, "Moose", "acme.example"),
        _eviction(),
        *(dict(each.request) for each in needed),
    ]


REQUESTS: Final = _requests()

_RULES: Final = {
    "intent": (
        "forbid: 'true'",
        "forbid: intent.accelerators.exists(a, a.total > 1)",
        "require: size(intent.models) == 0",
        "require: size(intent.images) < 1 || intent.principal.id == 'jane'",
        "require: size(intent.unresolved) == 0",
        "require: has(intent.attribution.team)",
        "forbid: intent.principal.id.startsWith('system:')",
        "require: intent.workload.namespace != 'shop'",
        "require: size(intent.tools) == 0 && has(intent.usage.cost)",
        "forbid: now > timestamp('1969-01-01T00:00:00Z') && size(intent.images) > 0",
        "require: run.turns < 1",
        "permit: 'true'",
    ),
    "accelerators": ("forbid: accelerator.count > 1", "forbid: 'true'"),
    "models": ("require: model.name == 'x'",),
    "images": ("require: image.tag == 'x'",),
    "tools": ("forbid: 'true'",),
    "resources": ("forbid: 'true'",),
    "data": ("forbid: 'true'",),
}
_ACTIONS: Final = ("create", "update", "delete", "connect", "*")
_KINDS: Final = (
    "Pod",
    "Deployment",
    "Job",
    "RayCluster",
    "Moose",
    "ConfigMap",
    "Node",
    "Service",
    "ClusterQueue",
)
_WHEN: Final = (
    "",
    "",
    "",
    "size(intent.models) > 0",
    "intent.workload.pods > 0",
    "has(intent.agent)",
    "run.id != ''",
)


@st.composite
def _policies(draw: st.DrawFn, number: int) -> str:
    area = draw(st.sampled_from(("intent", "intent", "accelerators", *sorted(_RULES))))
    actions = draw(st.lists(st.sampled_from(_ACTIONS), max_size=2, unique=True))
    kinds = draw(st.sampled_from(((), (), *((kind,) for kind in _KINDS))))
    parts = [f"actions: [{', '.join(f'workload.{each}' for each in actions)}]"] if actions else []
    parts += [f"kinds: [{', '.join(kinds)}]"] if kinds else []
    when = draw(st.sampled_from(_WHEN))
    parts += [f'when: "{when}"'] if when else []
    enforcement = draw(st.sampled_from(("enforce", "warn", "audit")))
    rule = draw(st.sampled_from(_RULES[area]))
    said = "" if rule.startswith("permit") else ", message: no"
    spec = f"  area: {area}\n  enforcement: {enforcement}\n  match: {{{', '.join(parts)}}}\n"
    return policy(f"p{number}", spec=spec, rules=f"    - {{name: r, {_quoted(rule)}{said}}}\n")


def _quoted(rule: str) -> str:
    effect, _, expression = rule.partition(": ")
    text = expression.strip("'") if expression == "'true'" else expression
    return f'{effect}: "{text}"'


_SETS: Final = st.tuples(
    st.sampled_from(("", "", "models", "tools, images")),
    st.tuples(_policies(0)),
)


_NEVER: Final = (
    ("", "events"),
    ("coordination.k8s.io", "leases"),
    ("authentication.k8s.io", "tokenreviews"),
    ("authorization.k8s.io", "subjectaccessreviews"),
)


def _is_askable(asked: dict[str, Any]) -> bool:
    """Whether `asked` is sent if any policy can be about it: not so what a cluster can't do without."""
    resource = asked["resource"]
    ends = (asked["object"] or {}).get("metadata", {}).get("deletionTimestamp")
    return (
        asked["namespace"] not in {"kube-system", "kube-node-lease", "interlock"}
        and asked["subResource"] not in {"binding", "finalize", "status", "token"}
        and "system:nodes" not in asked["userInfo"]["groups"]
        and (resource["group"], resource["resource"]) not in _NEVER
        and not (asked["operation"] == "UPDATE" and ends)
    )


ASKABLE: Final = list(filter(_is_askable, REQUESTS))


@given(_SETS)
@settings(max_examples=150)
def test_of_what_is_not_sent_no_policy_says_anything(documents: tuple[str, tuple[str, ...]]) -> None:
    closed, policies = documents
    layers = policy_set(f"  layers: [{{name: organization, closed: [{closed}]}}]\n")
    with TemporaryDirectory() as folder:
        Path(folder, "all.yaml").write_text("---\n".join((layers, *policies)))
        loaded = load([Path(folder)])
    engine, sending = Engine(loaded), Sending.of(validating(loaded, Settings()))
    context = engine.context_at(_NOW)
    for asked in ASKABLE:
        if not sending.webhooks_for(asked, {}):
            decision = engine.decide(from_admission(asked, context), now=_NOW)
            assert (decision.allowed, decision.warnings, decision.audits, decision.errors) == (True, (), (), ())


def _changed(
    engine: Engine, item: dict[str, Any], embed: Callable[[dict[str, Any]], dict[str, Any]]
) -> tuple[Patch, ...]:
    """What policies change in `item`."""
    context = engine.context_at(_NOW)
    _, changes = engine.mutate(item, lambda new: from_admission(embed(new), context))
    return changes.patches


_CHANGES: Final = st.sampled_from(
    ("", "kinds: [Job]", "kinds: [Pod]", "kinds: [Moose]", "actions: [workload.create]")
)


@given(_CHANGES)
@settings(max_examples=10)
def test_what_is_not_sent_to_be_changed_is_not_changed(match: str) -> None:
    spec = f"  match: {{{match}}}\n  defaults: [{{path: [metadata, labels, a], value: b}}]\n"
    with TemporaryDirectory() as folder:
        Path(folder, "all.yaml").write_text(policy(spec=spec))
        loaded = load([Path(folder)])
    engine, sending = Engine(loaded), Sending.of(mutating(loaded, Settings()))
    for asked in ASKABLE:
        found = changeable_object(asked)
        if found is not None and not sending.webhooks_for(asked, {}):
            assert _changed(engine, *found) == ()
