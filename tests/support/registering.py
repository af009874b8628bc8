"""Webhook configurations of tests."""

from typing import Any

ALL: dict[str, Any] = {"operations": ["*"], "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*/*"]}


def webhook(name: str, client: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """One webhook for pods of the namespace `default`, unless `fields` say otherwise."""
    return {
        "name": f"{name}.example.com",
        "clientConfig": client,
        "rules": [{**ALL, "resources": ["pods", "pods/*"]}],
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        **fields,
    }


def configuration(kind: str, name: str, *webhooks: dict[str, Any]) -> dict[str, Any]:
    """A `Validating` or `Mutating` configuration."""
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": f"{kind}WebhookConfiguration",
        "metadata": {"name": name},
        "webhooks": list(webhooks),
    }
