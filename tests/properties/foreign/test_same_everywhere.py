"""The same policy says the same wherever it is asked.

Alone, in an engine, at the webhook, on the command line, and when what was decided is replayed.
"""

import json
import tempfile
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.analysis.replay import replay
from interlock.decisionlog.entry import Entry, decode_entry, encode_entry
from interlock.decisionlog.read import Logged
from interlock.decisionlog.record import record
from interlock.decisionlog.refusals import refusal
from interlock.decisionlog.sink import DecisionLog
from interlock.engine import Engine
from interlock.engine.document import decide_document
from interlock.foreign.described import Described
from interlock.foreign.load import load as load_theirs
from interlock.foreign.requests import reviewed
from interlock.foreign.review import Review
from interlock.foreign.validate import validate
from interlock.loading.policyset import load
from interlock.units import Instant
from interlock_webhooks.app import webhook_app
from support.asgi import ask
from support.commandline import run
from support.decisionlog import read
from support.foreign.live import AsDescribed
from support.foreign.mutating import bind, configures, labels, mutating, patches
from support.foreign.policies import binding, policy
from support.jsonpatch import applied
from support.reviews import encoded, review
from support.service import service_over

CONFIG: Final = {"apiVersion": "v1", "kind": "ConfigMap"}
NOW: Final = "2026-01-01T00:00:00Z"
_EXPRESSIONS: Final = (
    "object.metadata.name == 'web'",
    "object.spec.replicas <= 3",
    "object.spec.nothing",
    "namespaceObject.metadata.labels.stage == 'live'",
    "params == null || int(params.data.most) >= object.spec.replicas",
    "authorizer.requestResource.check('scale').allowed()",
    "!authorizer.group('').resource('pods').check('create').allowed()",
    "request.userInfo.username in ['jane', 'john']",
    "variables.replicas < 5",
)
_MESSAGES: Final = (
    "",
    "'in ' + namespaceObject.metadata.name",
    "string(variables.replicas)",
    "params.data.none",
)
_MUTATIONS: Final = (
    labels("{'stage': namespaceObject.metadata.labels.stage}"),
    labels("{'most': params.data.most, 'may': string(authorizer.requestResource.check('scale').allowed())}"),
    configures("Object{spec: Object.spec{replicas: object.spec.replicas + 1}}"),
    patches('op: "remove", path: "/metadata/labels"'),
    patches('op: "replace", path: "/spec/replicas", value: int(params.data.most)'),
)


def _rules() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "expression": st.sampled_from(_EXPRESSIONS),
            "messageExpression": st.sampled_from(_MESSAGES),
            "reason": st.sampled_from(["Invalid", "Forbidden", "RequestEntityTooLarge"]),
        }
    )


@st.composite
def _policies(draw: st.DrawFn) -> list[dict[str, Any]]:
    documents = []
    for name in draw(st.sets(st.sampled_from("pqr"), min_size=1)):
        documents.append(
            policy(
                *draw(st.lists(_rules(), min_size=1, max_size=3)),
                name=name,
                paramKind=CONFIG,
                variables=[{"name": "replicas", "expression": "object.spec.replicas"}],
                failurePolicy=draw(st.sampled_from(["Fail", "Ignore"])),
                matchConditions=draw(
                    st.sampled_from([[], [{"name": "c", "expression": "object.spec.replicas > 1"}]])
                ),
                auditAnnotations=draw(st.sampled_from([[], [{"key": "k", "valueExpression": "object.kind"}]])),
            )
        )
        references = st.sampled_from(
            [
                None,
                {"name": "limits", "parameterNotFoundAction": "Deny"},
                {"selector": {}, "parameterNotFoundAction": "Allow"},
            ]
        )
        for number in range(draw(st.integers(0, 2))):
            actions = draw(st.sampled_from([["Deny"], ["Warn"], ["Audit", "Deny"]]))
            selects = draw(st.sampled_from([{}, {"namespaceSelector": {"matchLabels": {"stage": "live"}}}]))
            reference = draw(references)
            bound = binding(f"{name}-{number}", name, actions, matchResources=selects)
            documents.append(
                bound if reference is None else {**bound, "spec": {**bound["spec"], "paramRef": reference}}
            )
    return documents


@st.composite
def _mutations(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Mutating policies, each with a binding."""
    documents = []
    for name in sorted(draw(st.sets(st.sampled_from("kl")))):
        chosen = draw(st.lists(st.sampled_from(_MUTATIONS), min_size=1, max_size=2))
        failing = draw(st.sampled_from(["Fail", "Ignore"]))
        changing = mutating(*chosen, name=name, failurePolicy=failing, paramKind=CONFIG)
        reference = {"name": "limits", "parameterNotFoundAction": draw(st.sampled_from(["Allow", "Deny"]))}
        documents += [changing, bind(name, f"{name}-0", paramRef=reference)]
    return documents


@st.composite
def _clusters(draw: st.DrawFn) -> list[dict[str, Any]]:
    labels = draw(st.sampled_from([{}, {"stage": "live"}]))
    found: list[dict[str, Any]] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": labels}}
    ]
    for name in draw(st.sets(st.sampled_from(["limits", "others"]))):
        metadata = {"name": name, "namespace": "shop"}
        found.append({**CONFIG, "metadata": metadata, "data": {"most": draw(st.sampled_from("159"))}})
    verbs = draw(st.sets(st.sampled_from(["scale", "create"])))
    spec = {"access": [{"verb": verb} for verb in sorted(verbs)]}
    return [*found, {"apiVersion": "interlock.dev/v1alpha1", "kind": "Requester", "spec": spec}]


def _deployments() -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda name, replicas: {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name, "namespace": "shop"},
            "spec": {"replicas": replicas},
        },
        st.sampled_from(["web", "db"]),
        st.integers(0, 7),
    )


def _theirs(recorded: Mapping[str, Any]) -> dict[str, Any]:
    """What a record has of Kubernetes' policies; there are no others."""
    said = {key: recorded[key] for key in ("decision", "reasons", "warnings", "audits")}
    return {**said, "auditAnnotations": recorded.get("auditAnnotations", {})}


@settings(max_examples=25, deadline=None)
@given(_policies(), _clusters(), _deployments())
def test_the_same_policy_says_the_same_everywhere(
    documents: list[dict[str, Any]], cluster: list[dict[str, Any]], deployment: dict[str, Any]
) -> None:
    asked = review(deployment, name=deployment["metadata"]["name"])
    described = Described()
    for each in cluster:
        described.add(each)
    around = described.around(asked)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        policies = folder / "policies"
        policies.mkdir()
        (policies / "theirs.yaml").write_text(yaml.safe_dump_all(documents), encoding="utf-8")
        (folder / "cluster.yaml").write_text(yaml.safe_dump_all(cluster), encoding="utf-8")
        (folder / "review.json").write_text(json.dumps(asked), encoding="utf-8")

        alone = validate(
            load_theirs([policies]).validating,
            Review(reviewed(asked["request"]), around, around.authorize),
        )
        expected = {
            "decision": "allow" if alone.allowed else "deny",
            "reasons": [*map(refusal, alone.denials)],
            "warnings": [*map(refusal, alone.warnings)],
            "audits": [*map(refusal, alone.audited)],
            "auditAnnotations": alone.audit_annotations(),
        }
        engine = Engine(load([policies]))
        decided = decide_document(engine, asked, now=Instant(0), around=around).decision
        assert _theirs(record(decided)) == expected

        options = ("--cluster", f"{folder}/cluster.yaml", "--log", f"{folder}/log.jsonl", "--now", NOW)
        checked = run("check", str(policies), f"{folder}/review.json", *options, "--output", "json")
        (entry,) = json.loads(checked.stdout)
        assert _theirs(entry["decision"]) == expected

        (logged,) = read((folder / "log.jsonl").read_bytes())
        assert isinstance(logged, Logged)
        assert _theirs(replay(engine, logged.entry).now) == expected

        service = service_over(policies)
        service.cluster = AsDescribed(described)
        response = ask(webhook_app(service), "/validate", encoded(asked)).json()["response"]
        assert response["allowed"] is alone.allowed
        if not alone.allowed:
            first = alone.denials[0]
            assert (response["status"]["code"], response["status"]["reason"]) == (
                first.code,
                first.reason or "Invalid",
            )
            assert response["status"]["message"].startswith(str(first))


@settings(max_examples=25, deadline=None)
@given(_policies(), _mutations(), _clusters(), _deployments())
def test_the_same_policies_make_the_same_everywhere(
    validating: list[dict[str, Any]],
    changing: list[dict[str, Any]],
    cluster: list[dict[str, Any]],
    deployment: dict[str, Any],
) -> None:
    asked = review(deployment, name=deployment["metadata"]["name"])
    described = Described()
    for each in cluster:
        described.add(each)
    around = described.around(asked)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "theirs.yaml").write_text(yaml.safe_dump_all([*validating, *changing]), encoding="utf-8")
        engine = Engine(load([folder]))
        decided = decide_document(engine, asked, now=Instant(0), around=around)
        expected = _without_time(record(decided.decision))

        logged = decode_entry(encode_entry(Entry.of(decided.decision, asked, mutates=True)))
        assert _without_time(replay(engine, logged).now) == expected

        service = service_over(folder)
        service.cluster = AsDescribed(described)
        with DecisionLog(folder / "log.jsonl") as decisions:
            service.decisions = decisions
            response = ask(webhook_app(service), "/mutate", encoded(asked)).json()["response"]
        (kept,) = read((folder / "log.jsonl").read_bytes())
        assert isinstance(kept, Logged)
        assert _without_time(kept.entry.decision) == expected
        assert _without_time(replay(engine, kept.entry).now) == expected

    assert response["allowed"] is decided.decision.allowed
    if response["allowed"]:
        operations = msgspec.json.decode(b64decode(response["patch"])) if "patch" in response else []
        assert decided.request is not None
        # What was validated is what the API server makes of the patch.
        assert applied(deployment, operations) == decided.request.attributes.object


def _without_time(recorded: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in recorded.items() if key != "time"}
