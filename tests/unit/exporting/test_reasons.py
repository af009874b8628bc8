"""Why policies do not fit, each with the part that is why."""

import pytest

from interlock.cel.libraries.kubernetes.versions import NEWEST, Version
from interlock.exporting.export import exported
from interlock.exporting.validating import validating
from support.documents import policy, waiver
from support.exporting import loaded, misfits

_DEPLOYMENTS = "{actions: [workload.create], kinds: [Deployment]}"
_PLAIN = "intent.principal.id != 'jane'"


def _of(rules: str, **spec: str) -> list[str]:
    return _of_release(NEWEST, rules, **spec)


def _of_release(release: Version, rules: str, **spec: str) -> list[str]:
    lines = "".join(f"  {key}: {value}\n" for key, value in {"match": _DEPLOYMENTS, **spec}.items())
    return misfits(policy(layer="team", spec=lines, rules=rules), release=release)


def _rule(expression: str) -> str:
    return f"    - name: r\n      message: no\n      require: |\n        {expression}\n"


def _requiring(expression: str, **spec: str) -> list[str]:
    return _of(_rule(expression), **spec)


def _sight(name: str) -> str:
    return f"reads `{name}`, which is not in plain sight in a request"


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("size(intent.models) > 0", _sight("intent.models")),
        ("intent.workload.pods < 3", _sight("intent.workload.pods")),
        ("intent.agent.digest != ''", _sight("intent.agent.digest")),
        ("has(intent.usage.cost)", _sight("intent.usage")),
        ("intent.workload == intent.workload", _sight("intent.workload")),
        ("intent == intent", "reads the whole Intent, which is not in plain sight in a request"),
        ("now > timestamp('2026-01-01T00:00:00Z')", "reads the time, which Kubernetes keeps from policies"),
        ("size(budgets) == 0", "reads how accounts stand, which Kubernetes doesn't know"),
        ("run.turns < 3", "reads what the run did, which Kubernetes doesn't know"),
        ("intent.agent.?version.hasValue()", "asks by `.?` for a fact of the agent: ask with `has()`"),
        (
            "intent.object.spec.?word.hasValue()",
            (
                "asks by `.?` for `word` of what may be anything, which Kubernetes takes for absent "
                "where it can have no fields: ask with `has()`"
            ),
        ),
        ("intent.principal.id.matchesGlob('j*')", "calls `matchesGlob`, which Kubernetes does not have"),
        ("math.greatest(object.spec.replicas, 1) < 3", "calls `math.greatest`, which Kubernetes does not have"),
        (
            "'%s'.format([intent.principal.groups]) == ''",
            "`format` writes anything but texts, whole numbers and booleans in another way there",
        ),
        ("intent.principal.id.indexOf('c', 5) == 1", "`indexOf` is -1 past the end there, and an error here"),
        (
            "duration(intent.principal.id).getMilliseconds() == 1",
            "`getMilliseconds` of a duration is all of it there, and the rest of its seconds here",
        ),
        (
            (
                "object.metadata.labels.all(a, object.metadata.labels.all(b, "
                "object.metadata.labels.all(c, a + b != c)))"
            ),
            "may cost 36,050,502 there, which is more than 1,000,000: bound what it loops over",
        ),
        ("true", "denies no request that the API server is asked for"),
        ("intent.action == 'workload.create'", "denies no request that the API server is asked for"),
    ],
)
def test_an_expression_that_kubernetes_cannot_evaluate_does_not_fit(expression: str, reason: str) -> None:
    assert _requiring(expression) == [reason]


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (
            {"match": "{actions: [model.chat]}"},
            "is about `model.chat`, which the API server is not asked for",
        ),
        (
            {"match": "{actions: [workload.connect]}"},
            "is about connections, which are to parts of objects that have no kind of their own",
        ),
        (
            {"match": "{kinds: [Widget]}"},
            "nobody knows the resource of kind `Widget`: put its CustomResourceDefinition beside the policies",
        ),
        (
            {"match": "{kinds: [Scale]}"},
            "nobody knows the resource of kind `Scale`: put its CustomResourceDefinition beside the policies",
        ),
        ({"match": "{kinds: [TokenReview]}"}, "is about `TokenReview`, of which the API server asks no policy"),
        ({"area": "accelerators"}, "is about accelerators, which only Interlock finds in objects"),
        (
            {"variables": "[{name: subject, expression: '1'}]"},
            "`subject` is there what a fact of the request is called: rename it",
        ),
    ],
)
def test_a_policy_that_is_about_something_else_does_not_fit(spec: dict[str, str], reason: str) -> None:
    assert _requiring(_PLAIN, **spec) == [reason]


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("permit: 'true'", "`permit` allows what a closed layer denies, and Kubernetes has no such thing"),
        (
            f'require: {_PLAIN}, message: "two\\nlines"',
            "its message has several lines, and Kubernetes takes one: write it with `>-`",
        ),
    ],
)
def test_a_rule_that_kubernetes_cannot_say_does_not_fit(rule: str, reason: str) -> None:
    assert _of(f"    - {{name: r, {rule}}}\n") == [reason]


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (
            '{name: a, of: intent.principal.id, allowed: "[intent.kind]"}',
            "computes which texts are allowed, and may allow none, which denies all",
        ),
        (
            "{name: a, of: object.spec.replicas, floor: 1, ceiling: size(intent.principal.id)}",
            "computes a bound that another one may contradict, which denies all",
        ),
        (
            "{name: a, of: intent.object.spec.word, allowed: [a]}",
            "measures dyn, and so maybe no text, which is an error that Kubernetes can't make",
        ),
    ],
)
def test_a_limit_whose_errors_are_our_own_does_not_fit(limits: str, reason: str) -> None:
    assert _requiring(_PLAIN, limits=f"[{limits}]") == [reason]


def test_a_measure_of_any_type_does_not_fit_where_its_errors_are_ignored() -> None:
    limit = "[{name: a, of: intent.object.spec.number, ceiling: 3}]"
    assert _requiring(_PLAIN, limits=limit) == []
    assert _requiring(_PLAIN, limits=limit, onError="ignore") == [
        "measures what may be of another type, which `onError` ignores and Kubernetes can't"
    ]


@pytest.mark.parametrize("expression", ["has(intent.attribution.team)", "intent.agent.name == 'a'"])
def test_what_stands_in_templates_of_pods_needs_a_kind(expression: str) -> None:
    text = policy(layer="team", rules=f'    - {{name: r, require: "{expression}", message: no}}\n')
    hint = "name kinds in `match.kinds`, or with `--kind`"
    assert misfits(text) == [f"depends on the kind of the object of what pods inherit: {hint}"]
    assert misfits(text, kinds=["Deployment", "Pod"]) == []


def test_a_kind_with_several_templates_has_no_one_place_of_images() -> None:
    crd = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: rayclusters.ray.io}
spec:
  group: ray.io
  names: {kind: RayCluster, plural: rayclusters}
  versions: [{name: v1, served: true, schema: {openAPIV3Schema: {type: object}}}]
"""
    rules = "    - {name: r, require: has(image.digest), message: no}\n"
    text = policy(layer="team", spec="  area: images\n  match: {kinds: [RayCluster]}\n", rules=rules)
    assert misfits(text, crd) == ["the pods of kind `RayCluster` are described in more places than one"]


def test_kinds_of_one_name_keep_their_pods_in_one_place() -> None:
    crd = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: deployments.acme.example}
spec:
  group: acme.example
  names: {kind: Deployment, plural: deployments}
  versions: [{name: v1, served: true, schema: {openAPIV3Schema: {type: object}}}]
"""
    rules = "    - {name: r, require: has(image.digest), message: no}\n"
    text = policy(layer="team", spec="  area: images\n  match: {kinds: [Deployment]}\n", rules=rules)
    assert misfits(text) == []
    assert misfits(text, crd) == [
        "several groups have a kind of one name, and keep its pods in different places"
    ]


def test_a_function_of_a_later_release_does_not_fit_an_earlier_one() -> None:
    expression = "isIP(intent.principal.id)"
    assert _requiring(expression) == []
    assert _of_release(Version(1, 29), _rule(expression)) == ["`isIP`: Kubernetes has it since 1.30"]


def test_a_policy_that_is_waived_does_not_fit() -> None:
    text = policy(rules=f'    - {{name: at-most-eight, require: "{_PLAIN}", message: no}}\n')
    (rule,) = (
        loaded(text, settings="apiVersion: interlock.dev/v1alpha1\nkind: PolicySet\nmetadata: {name: a}\n")
        .policies[0]
        .rules
    )
    policies = loaded(
        text,
        waiver(digest=rule.digest),
        settings="apiVersion: interlock.dev/v1alpha1\nkind: PolicySet\nmetadata: {name: a}\n",
    )
    (problem,) = exported(policies, validating, kinds=(), release=NEWEST).misfits
    assert problem.message.endswith("waiver `training-run` lifts rules of it, and Kubernetes knows no waivers")


def test_every_reason_is_said_at_its_place() -> None:
    rules = (
        "    - {name: a, require: size(intent.models) > 0, message: no}\n"
        "    - {name: b, require: size(intent.tools) > 0, message: no}\n"
    )
    policies = loaded(policy(layer="team", spec=f"  match: {_DEPLOYMENTS}\n", rules=rules))
    found = exported(policies, validating, kinds=(), release=NEWEST)
    assert found.objects == ()
    assert [problem.span.line for problem in found.misfits] == [18, 19]
