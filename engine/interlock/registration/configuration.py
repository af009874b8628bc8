"""The webhook configurations that a policy set needs. Pure, and the same set gives equal objects.

Every field is written out, also where it is the API server's default, so that
what is read back is what was written, and a difference is a change by somebody.
"""

import base64
from dataclasses import dataclass
from typing import Any, Final

from interlock.loading.policyset import PolicySet
from interlock.registration.concern import mutated, validated
from interlock.registration.conditions import Condition, conditions, guarding
from interlock.registration.kubernetes import rows_for
from interlock.registration.reach import Operation, Operations, Reach
from interlock.registration.resources import Row, joined, rows_of
from interlock.registration.rules import rules_of
from interlock.registration.settings import (
    EXEMPT_LABEL,
    AtUrl,
    Bundle,
    FailurePolicy,
    InCluster,
    InjectedBundle,
    Settings,
)

API_VERSION: Final = "admissionregistration.k8s.io/v1"
VALIDATING: Final = "ValidatingWebhookConfiguration"
MUTATING: Final = "MutatingWebhookConfiguration"

INJECTION: Final = "cert-manager.io/inject-ca-from"
"""The annotation by which cert-manager writes `caBundle`."""

_LABELS: Final = {"app.kubernetes.io/managed-by": "interlock", "app.kubernetes.io/name": "interlock"}
_UPDATE: Final = Operations({Operation.UPDATE})
_LABELLING: Final = (
    Row("", "namespaces", _UPDATE | {Operation.CREATE}),
    Row("", "namespaces/finalize", _UPDATE),
    Row("", "namespaces/status", _UPDATE),
)
"""All that can write labels of a namespace: its parts, too."""


def validating(policies: PolicySet, settings: Settings) -> dict[str, Any]:
    """The ValidatingWebhookConfiguration; without webhooks where no policy can be about any request.

    Where namespaces may be made exempt, one more webhook guards the label.
    """
    holds = bool(policies.budgets) or any(waiver.max_uses is not None for waiver in policies.waivers)
    reach = validated(policies)
    wish = _Wish(reach, rows_of(reach), tuple(rows_for(policies.kubernetes.validating)))
    webhooks = _webhooks("validate", wish, settings, settings.validating)
    for webhook in webhooks:
        # What is held or counted is so outside of the object; of dry runs nothing is.
        webhook["sideEffects"] = "NoneOnDryRun" if holds else "None"
    if settings.may_be_exempt:
        entry = _webhook("guard", settings, FailurePolicy.FAIL, _LABELLING, guarding(settings))
        webhooks.append({**entry, "namespaceSelector": {}})
    return _object(VALIDATING, settings, webhooks)


def mutating(policies: PolicySet, settings: Settings) -> dict[str, Any]:
    """The MutatingWebhookConfiguration; without webhooks where no policy changes anything."""
    reach = mutated(policies)
    # Ours change nothing of a part of an object.
    whole = tuple(row for row in rows_of(reach) if "/" not in row.resource)
    wish = _Wish(reach, whole, tuple(rows_for(policies.kubernetes.mutating)))
    webhooks = _webhooks("mutate", wish, settings, settings.mutating)
    return _object(MUTATING, settings, [{**each, "reinvocationPolicy": "IfNeeded"} for each in webhooks])


@dataclass(frozen=True, slots=True)
class _Wish:
    """What our policies are about, the resources that hold it, and those that Kubernetes' are for."""

    reach: Reach
    ours: tuple[Row, ...]
    theirs: tuple[Row, ...]


def _webhooks(path: str, wish: _Wish, settings: Settings, failure: FailurePolicy) -> list[dict[str, Any]]:
    """The webhook for what is wished, if that is anything."""
    rows = joined((*wish.ours, *wish.theirs))
    narrows = not wish.theirs and any(row.is_open for row in rows)
    match_conditions = conditions(settings, wish.reach if narrows else None)
    return [_webhook(path, settings, failure, rows, match_conditions)] if rows else []


def _webhook(
    path: str,
    settings: Settings,
    failure: FailurePolicy,
    rows: tuple[Row, ...],
    match_conditions: list[Condition],
) -> dict[str, Any]:
    return {
        "name": f"{path}.interlock.dev",
        "clientConfig": _client(path, settings),
        "rules": rules_of(rows),
        "matchPolicy": "Equivalent",
        "namespaceSelector": _namespaces(settings),
        "objectSelector": {},
        "matchConditions": match_conditions,
        "failurePolicy": failure.value,
        "sideEffects": "None",
        "timeoutSeconds": settings.timeout_seconds,
        "admissionReviewVersions": ["v1"],
    }


def _client(path: str, settings: Settings) -> dict[str, Any]:
    where = _where(path, settings.target)
    if isinstance(settings.trust, Bundle) and settings.trust.pem:
        where["caBundle"] = base64.b64encode(settings.trust.pem).decode("ascii")
    return where


def _where(path: str, target: InCluster | AtUrl) -> dict[str, Any]:
    if isinstance(target, AtUrl):
        return {"url": f"{target.url.rstrip('/')}/{path}"}
    return {
        "service": {
            "name": target.name,
            "namespace": target.namespace,
            "path": f"/{path}",
            "port": target.port,
        }
    }


def _namespaces(settings: Settings) -> dict[str, Any]:
    """All namespaces but those that are exempt, by a name that nobody can forge or by the guarded label."""
    by_name: dict[str, Any] = {
        "key": "kubernetes.io/metadata.name",
        "operator": "NotIn",
        "values": list(settings.exempt_namespaces),
    }
    by_label = {"key": EXEMPT_LABEL, "operator": "DoesNotExist"}
    return {"matchExpressions": [by_name, by_label] if settings.may_be_exempt else [by_name]}


def _object(kind: str, settings: Settings, webhooks: list[dict[str, Any]]) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": settings.name, "labels": dict(_LABELS)}
    if isinstance(settings.trust, InjectedBundle):
        metadata["annotations"] = {INJECTION: settings.trust.certificate}
    if settings.owner:
        metadata["ownerReferences"] = [dict(settings.owner)]
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "webhooks": webhooks}
