"""An exported policy denies exactly what the policy denies alone, and says the same."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from interlock.errors import AuthorError
from interlock.model.verdict import Verdict
from support.exporting import WIDGETS, Pair, loaded, paired
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

_CUSTOM: Final = {"apiVersion": "acme.example/v1", "kind": "Widget"}
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
    return yaml.safe_dump(document, sort_keys=False) + WIDGETS


@st.composite
def _pairs(draw: st.DrawFn) -> Pair:
    try:
        found = paired(loaded(draw(policies())))
    except AuthorError:
        found = None
    assume(found is not None)
    assert found is not None
    return found


def _metadata() -> Iterator[dict[str, Any]]:
    """What objects may have in their metadata."""
    yield {}
    yield {"name": "web", "labels": {}, "annotations": {}}
    yield {"name": "app", "labels": {"app": "app", "team": "search", "a-b": "search"}}
    yield {"labels": {"interlock.dev/team": "", "team": "web", "azure": "1"}, "annotations": {"team": "search"}}
    yield {"name": "web", "annotations": {"note": "search", "interlock.dev/agent-version": "one"}}
    yield {"annotations": {"interlock.dev/agent-name": "search", "interlock.dev/agent-version": ""}}
    yield {"annotations": {"interlock.dev/agent-name": "web", "interlock.dev/agent-version": "search"}}


_IMAGES_OF: Final[tuple[list[str], ...]] = (
    [],
    ["nginx"],
    ["ghcr.io/acme/web:2", "index.docker.io/library/nginx", ""],
    ["Not/Valid"],
    [f"acme/web@sha256:{'0' * 64}", "localhost/web", "a_b.c/d"],
)
_SPECS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"word": "search", "inner": {"word": "web"}, "flag": True, "number": 1, "words": ["web"]},
    {"word": 1, "inner": "search", "flag": "search", "number": 1.5, "words": {"web": 1}},
    {"word": True, "inner": {}, "flag": False, "number": "1", "words": "web"},
    {"word": "web", "inner": {"word": {}}, "flag": 1, "number": 2, "words": [1]},
)


def _objects() -> Iterator[dict[str, Any]]:
    for number, metadata in enumerate(_metadata()):
        for spec in _SPECS:
            yield {**_CUSTOM, "metadata": metadata, "spec": spec}
        images = _IMAGES_OF[number % len(_IMAGES_OF)]
        containers = {"containers": [{"image": image} for image in images]}
        yield {**pod(), "metadata": metadata, "spec": containers}
        for made, inner in (
            (deployment(2), pod(team="web")),
            (job(), {"metadata": {"labels": {"team": "search"}}}),
        ):
            template = {"metadata": inner["metadata"], "spec": containers}
            yield {**made, "metadata": metadata, "spec": {**made["spec"], "template": template}}


_USERS: Final[tuple[dict[str, Any], ...]] = (
    {"username": "jane", "groups": ["search"]},
    {"username": "system:serviceaccount:shop:web", "extra": {"scope": ["a"]}},
    {"username": "search", "groups": []},
)
_OPERATIONS: Final = ("CREATE", "UPDATE", "DELETE", "CREATE")


def _reviews() -> Iterator[dict[str, Any]]:
    """Requests of each kind, whose parts are combined in turn."""
    for number, item in enumerate(_objects()):
        operation = _OPERATIONS[number % len(_OPERATIONS)]
        yield review(
            item,
            operation=operation,
            object=None if operation == "DELETE" else item,
            oldObject=None
            if operation == "CREATE"
            else {**item, "metadata": {"name": "search", **item["metadata"]}},
            userInfo=_USERS[number % len(_USERS)],
            name=("web", "")[number % 2],
            namespace=("shop", "search", "")[number % 3],
        )
    for metadata in _metadata():
        scale = {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": metadata, "spec": {"replicas": 3}}
        of = {"group": "apps", "version": "v1", "resource": "deployments"}
        yield review(scale, operation="UPDATE", oldObject=scale, resource=of, subResource="scale")


_REVIEWS: Final = tuple(_reviews())


def _said(found: Pair, asked: dict[str, Any]) -> tuple[list[list[str]], list[list[str]], bool]:
    """What both deny, warn and audit, of each of our rules the first; and whether one of them can't tell."""
    decision, ruling = found.ours(asked), found.theirs(asked)
    ours = [sorted(_first(part)) for part in (decision.denials, decision.warnings, decision.audits)]
    theirs = [
        sorted(each.message for each in part) for part in (ruling.denials, ruling.warnings, ruling.audited)
    ]
    every = (*decision.denials, *decision.warnings, *decision.audits, *decision.errors, *decision.tried)
    return ours, theirs, any(verdict.error for verdict in every)


def _first(violations: Iterable[Verdict]) -> Iterable[str]:
    first: dict[str, str] = {}
    for verdict in sorted(violations, key=_number):
        first.setdefault(verdict.rule.rule, verdict.message)
    return first.values()


def _number(verdict: Verdict) -> int:
    """The number of the verdict's item."""
    return int("".join(filter(str.isdigit, verdict.item)) or 0)


def _agree(found: Pair) -> None:
    for asked in _REVIEWS:
        ours, theirs, is_errored = _said(found, asked)
        assert [*map(bool, ours)] == [*map(bool, theirs)], asked
        # What is said of errors is each engine's own.
        assert is_errored or ours == theirs, asked


@given(_pairs())
def test_an_exported_policy_decides_and_says_the_same(found: Pair) -> None:
    _agree(found)


@pytest.mark.parametrize("on_error", ["deny", "ignore"])
@pytest.mark.parametrize("effect", ["require", "forbid"])
@pytest.mark.parametrize(
    ("kinds", "expression", "when"),
    [
        ("[Widget]", "has(object.spec.inner.word)", "true"),
        ("[Widget]", "has(object.spec.inner.word) && object.spec.inner.word == 'web'", "true"),
        ("[Widget]", "object.spec.flag", "true"),
        ("[Widget]", "object.metadata.name == 'web'", "object.spec.flag"),
        ("[Widget]", "'search' in object.spec.words", "has(object.spec.word)"),
        ("[Deployment, Job]", "intent.attribution.team == 'search'", "true"),
        ("[Deployment, Job]", "has(intent.attribution.team)", "intent.agent.name == 'web'"),
        ("[Deployment, Pod]", "has(intent.agent.version)", "true"),
        ("[Deployment, Pod]", "intent.agent.version == 'search'", "has(intent.agent)"),
        ("[Deployment, Pod]", "intent.workload.name == 'web'", "intent.workload.labels['app'] == 'app'"),
        ("[Deployment, Widget]", "intent.workload.kind == 'Deployment'", "has(intent.workload.annotations)"),
        ("[Deployment, Widget]", "has(intent.subresource)", "true"),
        ("[Pod]", "intent.principal.type == 'user'", "intent.workload.namespace != 'search'"),
        ("[Job]", "intent.principal.groups[0] == 'search'", "intent.action != 'workload.delete'"),
        ("[Job]", "has(intent.principal.claims.scope)", "has(intent.principal.groups)"),
        ("[Job]", "object.metadata.labels.`a-b` == 'search'", "has(object.metadata.labels.`a-b`)"),
    ],
)
def test_a_policy_that_fails_in_its_own_way_fails_so_in_kubernetes(
    kinds: str, expression: str, when: str, effect: str, on_error: str
) -> None:
    text = f"""\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {{name: drawn}}
spec:
  layer: team
  onError: {on_error}
  description: Written.
  match: {{kinds: {kinds}, when: "{when}"}}
  rules:
    - name: r
      {effect}: "{expression}"
      messageExpression: "'not ' + intent.workload.name"
"""
    found = paired(loaded(text + WIDGETS))
    assert found is not None
    _agree(found)


@pytest.mark.parametrize(
    "expression",
    [
        "has(image.digest)",
        "image.tag == '2'",
        "image.registry + '/' + image.repository == 'docker.io/library/nginx'",
    ],
)
@pytest.mark.parametrize("when", ["true", "image.registry != 'unknown'", "has(image.tag)", "image.tag == '2'"])
def test_what_is_said_of_images_is_said_of_the_first(expression: str, when: str) -> None:
    text = f"""\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {{name: drawn}}
spec:
  layer: team
  area: images
  description: Written.
  match: {{kinds: [Deployment, Job, Pod], when: "{when}"}}
  variables: [{{name: shown, expression: "'image ' + image.reference"}}]
  rules:
    - {{name: r, require: {expression}, messageExpression: variables.shown}}
"""
    found = paired(loaded(text))
    assert found is not None
    _agree(found)
