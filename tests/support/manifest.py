"""The manifest for clusters without Helm: what the chart renders with its defaults, less what is Helm's."""

from typing import Any, Final

import yaml

from support.helm import NAME, rendered

_HEAD: Final = """\
# Made from the chart with its defaults; docs/how-to/deploy-in-kubernetes.md says how to use and change it.
"""
# What others need comes before them.
_ORDER: Final = (
    *("Namespace", "CustomResourceDefinition", "ServiceAccount", "ClusterRole", "ClusterRoleBinding"),
    *("Role", "RoleBinding", "Service", "NetworkPolicy", "PodDisruptionBudget", "Deployment"),
)
_OF_HELM: Final = {"app.kubernetes.io/managed-by", "helm.sh/chart", "helm.sh/resource-policy"}
_NAMESPACE: Final = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {
        "name": NAME,
        "labels": {"app.kubernetes.io/name": NAME, "pod-security.kubernetes.io/enforce": "restricted"},
    },
}


def manifest() -> str:
    """The text of the manifest."""
    objects = [_NAMESPACE, *(_without_helm(each) for each in rendered({}) if not _is_hook(each))]
    objects.sort(key=lambda each: _ORDER.index(each["kind"]))
    return _HEAD + yaml.safe_dump_all(objects, explicit_start=True, sort_keys=False, width=110)


def _is_hook(each: dict[str, Any]) -> bool:
    return "helm.sh/hook" in each["metadata"].get("annotations", {})


def _without_helm(value: Any) -> Any:
    """`value` without labels and annotations that mean something to Helm alone."""
    if isinstance(value, dict):
        kept = {key: _without_helm(entry) for key, entry in value.items() if key not in _OF_HELM}
        return {key: entry for key, entry in kept.items() if not (key == "annotations" and entry == {})}
    return [_without_helm(item) for item in value] if isinstance(value, list) else value
