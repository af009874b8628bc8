"""Policies that Kubernetes may have, too, and requests in which every part of them matters."""

from collections.abc import Iterator
from typing import Any, Final

import yaml
from hypothesis import strategies as st

from support.exporting import WIDGETS
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
    """A policy, many of which can be exported, and the kinds that it is about."""
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


REVIEWS: Final = tuple(_reviews())
"""Requests of each kind, whose parts are combined in turn."""
