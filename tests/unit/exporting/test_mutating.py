"""What changes become, and why some do not fit."""

from typing import Any

import pytest

from interlock.cel.libraries.kubernetes.versions import Version
from interlock.exporting.mutating import mutating
from support.documents import policy
from support.exporting import exported_from, misfits

_RULE = "    - {name: r, require: intent.principal.id != 'jane', message: no}\n"


def _text(**spec: str) -> str:
    given = {"match": "{kinds: [Job]}", **spec}
    return policy(
        layer="team", spec="".join(f"  {key}: {value}\n" for key, value in given.items()), rules=_RULE
    )


def _expressions(**spec: str) -> list[str]:
    found = exported_from(_text(**spec), write=mutating)
    assert not found.misfits
    mutations: list[Any] = found.objects[0]["spec"]["mutations"]
    return [each["jsonPatch"]["expression"] for each in mutations]


def _lines(*lines: str) -> str:
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("spec", "expression"),
    [
        (
            {"defaults": "[{path: [spec, parallelism], value: 2}]"},
            _lines(
                "object.?spec.?parallelism.orValue(null) == null",
                '? [JSONPatch{op: "add", path: "/spec/parallelism", value: 2}]',
                ": []",
            ),
        ),
        (
            {"defaults": "[{path: [metadata, labels, a.b/c~d], value: e}]"},
            _lines(
                'object.?metadata.?labels[?"a.b/c~d"].orValue(null) == null',
                "? (",
                "      object.?metadata.?labels.orValue(null) == null",
                '      ? [JSONPatch{op: "add", path: "/metadata/labels", value: {}}]',
                "      : []",
                "    )",
                '  + [JSONPatch{op: "add", path: "/metadata/labels/a.b~1c~0d", value: "e"}]',
                ": []",
            ),
        ),
        (
            {"clamps": "[{path: [spec, parallelism], ceiling: 9}]"},
            _lines(
                "object.?spec.?parallelism.orValue(null) == null",
                "? []",
                ": !(type(object.?spec.?parallelism.orValue(null)) == int)",
                '  ? {}["it is no whole number"]',
                "  : object.?spec.?parallelism.orValue(null) > 9",
                '    ? [JSONPatch{op: "add", path: "/spec/parallelism", value: 9}]',
                "    : []",
            ),
        ),
        (
            {"unions": "[{path: [spec, x], items: [b, a]}]"},
            _lines(
                "object.?spec.?x.orValue(null) == null",
                '? [JSONPatch{op: "add", path: "/spec/x", value: ["a", "b"]}]',
                ": !(type(object.?spec.?x.orValue(null)) == list)",
                '  ? {}["it is no list"]',
                '  : ["a", "b"].filter(item, !(item in object.?spec.?x.orValue(null))).map(item,',
                '      JSONPatch{op: "add", path: "/spec/x/-", value: item}',
                "    )",
            ),
        ),
        (
            {"locks": "[{path: [spec, suspend], value: true, when: object.spec.completions > 3}]"},
            _lines(
                "object.spec.completions > 3",
                "? (",
                "    !(object.?spec.?suspend.orValue(null) == true)",
                '    ? [JSONPatch{op: "add", path: "/spec/suspend", value: true}]',
                "    : []",
                "  )",
                ": []",
            ),
        ),
    ],
)
def test_a_change_becomes_a_patch(spec: dict[str, str], expression: str) -> None:
    assert _expressions(**spec) == [expression]


def test_strata_follow_each_other() -> None:
    found = _expressions(
        locks="[{path: [spec, suspend], value: true}]",
        clamps="[{path: [spec, completions], floor: 1}]",
        defaults="[{path: [spec, completions], value: 2}]",
    )
    places = ["/spec/completions", "/spec/completions", "/spec/suspend"]
    assert [place in each for place, each in zip(places, found, strict=True)] == [True] * 3
    assert "value: 2" in found[0]


def test_only_requests_that_store_whole_objects_are_changed() -> None:
    text = _text(match="{kinds: [Deployment]}", defaults="[{path: [spec, paused], value: true}]")
    policy_, binding = exported_from(text, write=mutating).objects
    (rule,) = policy_["spec"]["matchConstraints"]["resourceRules"]
    assert (rule["operations"], rule["resources"]) == (["CREATE", "UPDATE"], ["deployments"])
    assert (policy_["spec"]["failurePolicy"], policy_["spec"]["reinvocationPolicy"]) == ("Fail", "IfNeeded")
    assert binding["spec"] == {"policyName": "gpu-quota"}


@pytest.mark.parametrize(("release", "version"), [(Version(1, 34), "v1beta1"), (Version(1, 36), "v1")])
def test_a_release_has_its_version_of_the_api(release: Version, version: str) -> None:
    text = _text(defaults="[{path: [spec, suspend], value: true}]")
    found = exported_from(text, release=release, write=mutating).objects
    assert {each["apiVersion"] for each in found} == {f"admissionregistration.k8s.io/{version}"}


_DEFAULT = "[{path: [spec, suspend], value: true}]"


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({}, "changes nothing"),
        ({"defaults": _DEFAULT, "enforcement": "warn"}, "is not enforced, and so changes nothing"),
        (
            {"defaults": _DEFAULT, "match": "{kinds: [Job], actions: [workload.delete]}"},
            "is about deletions, of which nothing is stored that could be changed",
        ),
        (
            {"defaults": '[{path: [spec, template, spec, containers, "*", tty], value: true}]'},
            "changes every item of a list, as in `spec.template.spec.containers.*.tty`",
        ),
        (
            {
                "defaults": "[{path: [spec, suspend], value: true, when: has(object.spec.completions)},"
                " {path: [spec, suspend], value: true}]"
            },
            "changes `spec.suspend` twice in one stratum, and both may disagree",
        ),
        (
            {
                "clamps": "[{path: [spec, completions], ceiling: 3, when: has(object.spec.suspend)}]",
                "locks": "[{path: [spec, completions], value: 5}]",
            },
            "locks `spec.completions` outside of its own clamp, if both hold",
        ),
        (
            {"defaults": "[{path: [spec, suspend], value: true, when: size(budgets) > 0}]"},
            "reads how accounts stand, which Kubernetes doesn't know",
        ),
    ],
)
def test_a_change_that_kubernetes_cannot_make_does_not_fit(spec: dict[str, str], reason: str) -> None:
    assert misfits(_text(**spec), write=mutating) == [reason]


def test_rules_beside_changes_are_exported_on_their_own() -> None:
    text = _text(defaults=_DEFAULT)
    assert [each["kind"] for each in exported_from(text).objects] == [
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    ]


def test_changes_alone_are_no_validations() -> None:
    text = _text(defaults=_DEFAULT).partition("  rules:\n")[0]
    assert misfits(text) == ["has no rules and no limits"]
    assert misfits(text, write=mutating) == []
