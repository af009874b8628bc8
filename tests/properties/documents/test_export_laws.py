"""An exported policy denies exactly what the policy denies alone, and says the same."""

from typing import Any, Final

import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from interlock.errors import AuthorError
from interlock.model.verdict import Verdict
from support.exporting import Pair, pair
from support.expressions import Grammar, expressions
from support.reviews import deployment, job, pod, review

_FACTS: Final = Grammar(
    {
        "string": (
            "'search'",
            "intent.attribution.team",
            "intent.attribution.environment",
            "intent.principal.id",
            "intent.principal.type",
            "intent.workload.name",
            "intent.workload.namespace",
            "intent.kind",
            "intent.action",
            "intent.workload.labels['app']",
            "intent.workload.annotations.note",
            "intent.agent.name",
            "intent.agent.version",
            "object.metadata.name",
            "object.metadata.labels.app",
            "object.metadata.?annotations[?'note'].orValue('none')",
            "object.metadata.labels.`a-b`",
            "variables.team",
        ),
        "strings": ("intent.principal.groups", "['search', 'web', 'jane']"),
        "int": ("1", "size(intent.workload.labels)", "size(intent.principal.claims)"),
        "bool": (
            "has(intent.attribution.team)",
            "has(intent.agent)",
            "has(intent.agent.version)",
            "has(intent.run)",
            "has(intent.subresource)",
            "(intent.workload.kind == 'Deployment')",
            "has(intent.workload.labels)",
            "has(intent.principal.groups)",
            "has(intent.workload.annotations.note)",
            "has(object.metadata.annotations)",
            "has(object.metadata.labels.`a-b`)",
            "('app' in intent.workload.labels)",
            "(intent.action == 'workload.delete')",
            "(intent.action != 'workload.update')",
            "intent.attribution.?team.hasValue()",
            "intent.object.metadata.labels.all(key, key.startsWith('a'))",
            "variables.isOurs",
        ),
    },
    {
        "bool": (
            "({string} == {string})",
            "({bool} && {bool})",
            "({bool} || {bool})",
            "!({bool})",
            "({bool} ? {bool} : {bool})",
            "({string} in {strings})",
            "{strings}.exists({it}, {bool:string})",
            "{string}.startsWith({string})",
            "({int} <= {int})",
        ),
        "string": ("({string} + {string})", "{strings}[0]", "({bool} ? {string} : {string})"),
        "int": ("({int} + {int})", "size({strings})", "size({string})"),
        "strings": ("{strings}.filter({it}, {bool:string})",),
    },
)
_DYNAMIC: Final = Grammar(
    {
        "string": ("object.spec.word", "object.spec.inner.word"),
        "bool": (
            "has(object.spec.word)",
            "has(object.spec.inner.word)",
            "object.spec.flag",
            "has(object.spec)",
        ),
        "int": ("object.spec.number",),
        "strings": ("object.spec.words",),
    },
    {},
)
_IMAGES: Final = Grammar(
    {
        "string": ("image.reference", "image.registry", "image.repository", "image.tag", "image.digest"),
        "bool": ("has(image.digest)", "has(image.tag)", "image.?tag.hasValue()"),
    },
    {},
)

_LABELS: Final = st.dictionaries(
    st.sampled_from(["app", "team", "interlock.dev/team", "env", "a-b", "azure"]),
    st.sampled_from(["search", "web", "", "app"]),
)
_NOTES: Final = st.dictionaries(
    st.sampled_from(["note", "team", "interlock.dev/agent-name", "interlock.dev/agent-version"]),
    st.sampled_from(["search", "one", ""]),
)
_REFERENCES: Final = st.sampled_from(
    [
        "nginx",
        "nginx:1.29",
        "ghcr.io/acme/web:2",
        "index.docker.io/library/nginx",
        "docker.io/nginx",
        f"acme/web@sha256:{'0' * 64}",
        "localhost/web",
        "Not/Valid",
        "a_b.c/d",
        "registry:5000/web:1",
        "web@sha256:short",
        "",
    ]
)
_CUSTOM: Final = {"apiVersion": "acme.example/v1", "kind": "Widget"}
_CRD: Final = """\
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.acme.example}
spec:
  group: acme.example
  names: {kind: Widget, plural: widgets}
  versions:
    - name: v1
      served: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: {type: object, x-kubernetes-preserve-unknown-fields: true}
"""


@st.composite
def _objects(draw: st.DrawFn) -> dict[str, Any]:
    made: dict[str, Any] = draw(st.sampled_from([pod, lambda: deployment(2), job, _widget]))()
    made["metadata"] = {
        key: draw(values)
        for key, values in {"name": st.just("web"), "labels": _LABELS, "annotations": _NOTES}.items()
        if draw(st.booleans())
    }
    spec = made["spec"]
    if made["kind"] == "Widget":
        made["spec"] = draw(_specs())
    else:
        template = spec.get("template", {"spec": spec})
        template["spec"]["containers"] = [{"image": each} for each in draw(st.lists(_REFERENCES, max_size=3))]
        if "template" in spec:
            template["metadata"] = {"labels": draw(_LABELS), "annotations": draw(_NOTES)}
    return made


def _widget() -> dict[str, Any]:
    return {**_CUSTOM, "spec": {}}


def _specs() -> st.SearchStrategy[dict[str, Any]]:
    values: Any = st.sampled_from(["search", 1, 1.5, True, ["web"], {"word": "search"}, {}])
    return st.dictionaries(st.sampled_from(["word", "inner", "flag", "number", "words"]), values)


@st.composite
def reviews(draw: st.DrawFn) -> dict[str, Any]:
    made = draw(_objects())
    if made["kind"] == "Deployment" and draw(st.integers(0, 3)) == 0:
        return _scaling(made["metadata"])
    operation = draw(st.sampled_from(["CREATE", "UPDATE", "DELETE"]))
    old = (
        None if operation == "CREATE" else draw(st.sampled_from([made, {**made, "metadata": {"name": "old"}}]))
    )
    user: dict[str, Any] = draw(
        st.sampled_from(
            [
                {"username": "jane", "groups": ["search"]},
                {"username": "system:serviceaccount:shop:web", "extra": {"scope": ["a"]}},
                {"username": "jane", "groups": []},
            ]
        )
    )
    return review(
        made,
        operation=operation,
        object=None if operation == "DELETE" else made,
        oldObject=old,
        userInfo=user,
        name=draw(st.sampled_from(["web", ""])),
        namespace=draw(st.sampled_from(["shop", ""])),
    )


def _scaling(metadata: dict[str, Any]) -> dict[str, Any]:
    """That a Deployment is scaled."""
    scale = {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": metadata, "spec": {"replicas": 3}}
    of = {"group": "apps", "version": "v1", "resource": "deployments"}
    return review(scale, operation="UPDATE", oldObject=scale, resource=of, subResource="scale")


_KINDS: Final = ("Deployment", "Job", "Pod", "Widget")


@st.composite
def policies(draw: st.DrawFn) -> str:
    kinds = draw(st.lists(st.sampled_from(_KINDS), min_size=1, max_size=3, unique=True))
    area = draw(st.sampled_from(["intent", "images"]))
    grammar = _FACTS
    if kinds == ["Widget"]:
        grammar = grammar.joined(_DYNAMIC)
    if area == "images":
        grammar = grammar.joined(_IMAGES)
    plain = grammar.without("variables.")
    rules = [
        {
            "name": f"r{number}",
            draw(st.sampled_from(["require", "forbid"])): draw(expressions(grammar, "bool", depth=2)),
            "message": f"rule {number}",
            **draw(
                st.fixed_dictionaries(
                    {}, optional={"messageExpression": expressions(grammar, "string", depth=1)}
                )
            ),
        }
        for number in range(draw(st.integers(1, 2)))
    ]
    match: dict[str, Any] = {"kinds": kinds}
    actions = draw(st.lists(st.sampled_from(["create", "update", "delete"]), max_size=3, unique=True))
    if actions:
        match["actions"] = [f"workload.{each}" for each in actions]
    if draw(st.booleans()):
        match["when"] = draw(expressions(plain, "bool", depth=2))
    team = draw(expressions(plain, "string", depth=1))
    is_ours = draw(expressions(plain, "bool", depth=1))
    spec = {
        "layer": "team",
        "area": area,
        "enforcement": draw(st.sampled_from(["enforce", "warn", "audit"])),
        "onError": draw(st.sampled_from(["deny", "ignore"])),
        "description": "Drawn.",
        "match": match,
        "variables": [{"name": "team", "expression": team}, {"name": "isOurs", "expression": is_ours}],
        "rules": rules,
    }
    document = {
        "apiVersion": "interlock.dev/v1alpha1",
        "kind": "IntentPolicy",
        "metadata": {"name": "drawn"},
        "spec": spec,
    }
    return yaml.safe_dump(document, sort_keys=False) + _CRD


@st.composite
def _pairs(draw: st.DrawFn) -> Pair:
    try:
        found = pair(draw(policies()))
    except AuthorError:
        found = None
    assume(found is not None)
    assert found is not None
    return found


@given(_pairs(), st.lists(reviews(), min_size=1, max_size=8))
def test_an_exported_policy_decides_the_same(found: Pair, asked: list[dict[str, Any]]) -> None:
    for each in asked:
        decision, outcome = found.ours(each), found.theirs(each)
        ours = (decision.denials, decision.warnings, decision.audits)
        theirs = (outcome.denials, outcome.warnings, outcome.audited)
        assert [*map(bool, ours)] == [*map(bool, theirs)]


@given(_pairs(), st.lists(reviews(), min_size=1, max_size=8))
def test_an_exported_policy_says_the_same_of_the_first_item(found: Pair, asked: list[dict[str, Any]]) -> None:
    for each in asked:
        decision, outcome = found.ours(each), found.theirs(each)
        violations = (*decision.denials, *decision.warnings, *decision.audits)
        if any(verdict.error for verdict in (*violations, *decision.errors, *decision.tried)):
            continue  # what is said of errors is each engine's own
        first: dict[str, str] = {}
        for verdict in sorted(violations, key=_number):
            first.setdefault(verdict.rule.rule, verdict.message)
        said = [denial.message for denial in (*outcome.denials, *outcome.warnings, *outcome.audited)]
        assert sorted(said) == sorted(first.values())


def _number(verdict: Verdict) -> int:
    """The number of the verdict's item."""
    return int("".join(filter(str.isdigit, verdict.item)) or 0)
