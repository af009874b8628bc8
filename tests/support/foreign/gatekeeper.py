"""Gatekeeper's suites: constraint templates in CEL, written as the policies that Gatekeeper makes of them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from msgspec import Struct

from interlock.foreign.attributes import Attributes, Kind
from interlock.model.ruling import Ruling
from support.conformance.cases import CORPORA
from support.foreign.checked import checked
from support.foreign.requests import request_for, resource_of

LIBRARY: Final = CORPORA / "gatekeeper-library"
_GROUP: Final = "constraints.gatekeeper.sh/v1beta1"
_PRELUDE: Final = [
    {
        "name": "params",
        "expression": "!has(params.spec) ? null : !has(params.spec.parameters) ? null : params.spec.parameters",
    },
    {
        "name": "anyObject",
        "expression": 'has(request.operation) && request.operation == "DELETE" && object == null'
        " ? oldObject : object",
    },
]


class Case(Struct, frozen=True):
    """One object under one constraint: whether it violates it, or how often and with which message."""

    id: str
    folder: Path
    template: str
    constraint: str
    object: str
    assertions: list[dict[str, Any]]


def cases() -> Iterator[Case]:
    """All cases of all suites."""
    for suite in sorted(LIBRARY.rglob("suite.yaml")):
        for test in read(suite)["tests"]:
            for case in test["cases"]:
                yield Case(
                    id=f"{suite.parent.name}/{test['name']}/{case['name']}/{Path(case['object']).stem}",
                    folder=suite.parent,
                    template=test["template"],
                    constraint=test["constraint"],
                    object=case["object"],
                    assertions=case["assertions"],
                )


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def outcome(case: Case, folder: Path) -> Ruling:
    """What the policy says on the command line; files are written into `folder`."""
    template, constraint = read(case.folder / case.template), read(case.folder / case.constraint)
    request = _request(read(case.folder / case.object))
    return checked(folder, _documents(template, constraint), request, [constraint], [{}])


def _documents(template: Mapping[str, Any], constraint: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The policy and its binding."""
    (source,) = [
        code["source"]
        for target in template["spec"]["targets"]
        for code in target["code"]
        if code["engine"] == "K8sNativeValidation"
    ]
    name, kind = template["metadata"]["name"], constraint["kind"]
    match = constraint["spec"].get("match", {})
    rules = [
        {
            "apiGroups": each["apiGroups"],
            "apiVersions": ["*"],
            "operations": ["*"],
            "resources": [resource_of(Kind("", "", kind_)).resource for kind_ in each["kinds"]],
        }
        for each in match.get("kinds", [])
    ]
    return [
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicy",
            "metadata": {"name": name},
            "spec": {
                "paramKind": {"apiVersion": _GROUP, "kind": kind},
                "matchConstraints": {"resourceRules": rules},
                "variables": [*_PRELUDE, *source.get("variables", [])],
                "validations": source["validations"],
                "failurePolicy": source.get("failurePolicy", "Fail"),
                "matchConditions": source.get("matchConditions", []),
            },
        },
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": constraint["metadata"]["name"]},
            "spec": {
                "policyName": name,
                "paramRef": {"name": constraint["metadata"]["name"], "parameterNotFoundAction": "Deny"},
                "validationActions": ["Deny"],
            },
        },
    ]


def _request(found: Mapping[str, Any]) -> Attributes:
    if found["kind"] != "AdmissionReview":
        return request_for(found)
    request = found["request"]
    return request_for(request.get("object"), request.get("oldObject"), operation=request["operation"])
