"""Which requests the API server sends, given a webhook configuration.

Found by evaluating the configuration as the API server does, with what
evaluates its own admission policies: rules, selectors and match conditions are the
same there (k8s.io/apiserver, webhook/generic and policy/matching).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from interlock.cel.libraries.kubernetes.authorizer import Attributes as Asked
from interlock.documents.document import read_documents
from interlock.documents.source import Source
from interlock.errors import AuthorError
from interlock.foreign.cluster import Snapshot
from interlock.foreign.compiled import CompiledValidating
from interlock.foreign.load import assemble
from interlock.foreign.requests import reviewed
from interlock.foreign.review import Review
from interlock.foreign.validate import validate

_VERSION: Final = "admissionregistration.k8s.io/v1"

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sending:
    """The webhooks of one configuration, each as a policy that denies what it would be sent."""

    webhooks: tuple[CompiledValidating, ...]

    @classmethod
    def of(cls, configuration: Mapping[str, Any]) -> "Sending":
        """That of `configuration`.

        Raises:
            AuthorError: it has conditions that the API server would not take.
        """
        documents = [document for webhook in configuration["webhooks"] for document in _documents(webhook)]
        text = "\n---\n".join(map(json.dumps, documents))
        policies, problems = assemble([read_documents(Source(f"{configuration['kind']}.yaml", text))])
        if problems:
            raise AuthorError(problems)
        return cls(policies.validating)

    def webhooks_for(self, request: Mapping[str, Any], labels: Labels) -> frozenset[str]:
        """The names of those that are sent the `request` of an AdmissionReview, in a namespace with `labels`.

        One whose conditions fail counts: its failure policy would judge.
        """
        attributes = reviewed(request)
        name = attributes.namespace
        metadata = {"name": name, "labels": {**labels, "kubernetes.io/metadata.name": name}}
        cluster = Snapshot(namespaces={name: {"metadata": metadata}} if name else {})
        outcome = validate(self.webhooks, Review(attributes, cluster, _unasked))
        return frozenset(denial.policy for denial in outcome.denials)


def _documents(webhook: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    name = webhook["name"]
    policy = {
        "apiVersion": _VERSION,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {
            "matchConstraints": {
                "resourceRules": webhook["rules"],
                "namespaceSelector": webhook["namespaceSelector"],
                "objectSelector": webhook["objectSelector"],
            },
            "matchConditions": webhook["matchConditions"],
            "validations": [{"expression": "false"}],
        },
    }
    binding = {
        "apiVersion": _VERSION,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {"policyName": name, "validationActions": ["Deny"]},
    }
    return policy, binding


def _unasked(_: Asked) -> NoReturn:
    raise AssertionError("no condition of ours asks what somebody may do")
