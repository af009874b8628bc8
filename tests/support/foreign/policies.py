"""Admission policies under test, and what is said of a request by them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from interlock.cel.libraries.kubernetes.authorizer import Authorize
from interlock.documents.document import read_documents
from interlock.documents.source import Source
from interlock.errors import AuthorError
from interlock.foreign.attributes import Attributes, Object
from interlock.foreign.cluster import Cluster, Snapshot
from interlock.foreign.compiled import CompiledValidating
from interlock.foreign.load import assemble
from interlock.foreign.policies import KubernetesPolicies
from interlock.foreign.review import Review
from interlock.foreign.validate import validate
from interlock.model.ruling import Ruling
from support.foreign.requests import allow, request_for

POD: Final[Object] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}},
    "spec": {"containers": [{"name": "web", "image": "web:1"}]},
}
SHOP: Final[Object] = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "shop", "labels": {"stage": "live"}, "uid": "7"},
}
CLUSTER: Final = Snapshot({"shop": SHOP})
_ALL: Final = [{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*", "*/*"]}]


def policy(*validations: Any, name: str = "p", **spec: Any) -> dict[str, Any]:
    """A policy for all requests; a validation that is a text is its expression."""
    rules = [{"expression": each} if isinstance(each, str) else each for each in validations]
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {"matchConstraints": {"resourceRules": _ALL}, "validations": rules, **spec},
    }


def binding(
    name: str = "b", policy: str = "p", actions: Sequence[str] = ("Deny",), **spec: Any
) -> dict[str, Any]:
    """A binding that denies."""
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {"policyName": policy, "validationActions": [*actions], **spec},
    }


def read(*documents: Mapping[str, Any]) -> KubernetesPolicies:
    """The policies of `documents`.

    Raises:
        AuthorError: everything that is wrong with them.
    """
    policies, problems = assemble(
        [read_documents(Source("policies.yaml", "\n---\n".join(map(json.dumps, documents))))]
    )
    if problems:
        raise AuthorError(problems)
    return policies


def compiled(*documents: Mapping[str, Any]) -> tuple[CompiledValidating, ...]:
    """Those of `documents` that validate.

    Raises:
        AuthorError: everything that is wrong with them.
    """
    return read(*documents).validating


def said(
    *documents: Mapping[str, Any],
    request: Attributes | None = None,
    cluster: Cluster = CLUSTER,
    authorize: Authorize = allow,
) -> Ruling:
    """What is said of `request`, or of one that makes a pod; a policy without a binding gets one."""
    if not any(each["kind"].endswith("Binding") for each in documents):
        names = [each["metadata"]["name"] for each in documents]
        documents = (*documents, *(binding("b" if name == "p" else f"b-{name}", name) for name in names))
    asked = request_for(POD) if request is None else request
    return validate(compiled(*documents), Review(asked, cluster, authorize))
