"""Patches of every kind that clients send, applied to raw objects."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any, Final

from support.kubernetes.resources import Object

# By which field lists of objects merge: `patchMergeKey` of the types in k8s.io/api.
_KEYS: Final = {
    "containers": "name",
    "initContainers": "name",
    "ephemeralContainers": "name",
    "volumes": "name",
    "env": "name",
    "volumeMounts": "mountPath",
    "volumeDevices": "devicePath",
    "imagePullSecrets": "name",
    "hostAliases": "ip",
    "resourceClaims": "name",
    "topologySpreadConstraints": "topologyKey",
    "ownerReferences": "uid",
    "conditions": "type",
    "webhooks": "name",
    "matchConditions": "name",
    "variables": "name",
    "secrets": "name",
}
_PORTS: Final = ("containerPort", "port")
_SETS: Final = {"finalizers"}


class PatchError(ValueError):
    """The patch can't be applied to this object."""


def merge_patch(target: Any, patch: Any) -> Any:
    """`target` after `patch` (RFC 7396)."""
    if not isinstance(patch, dict):
        return deepcopy(patch)
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def strategic_patch(target: Any, patch: Any) -> Any:
    """`target` after a strategic merge patch: lists of named things merge by their names."""
    if not isinstance(patch, dict) or patch.get("$patch") == "replace":
        return _without_directives(patch)
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if key.startswith("$deleteFromPrimitiveList/"):
            name = key.partition("/")[2]
            merged[name] = [each for each in merged.get(name) or () if each not in value]
        elif key.startswith("$"):
            continue
        elif value is None:
            merged.pop(key, None)
        elif isinstance(value, list):
            merged[key] = _merged_list(key, merged.get(key) or [], value)
        else:
            merged[key] = strategic_patch(merged.get(key), value)
    return _retained(merged, patch.get("$retainKeys"))


def _merged_list(field: str, target: list[Any], patch: list[Any]) -> list[Any]:
    key = merge_key(field, [*target, *patch])
    if key is None:
        more = [each for each in patch if each not in target]
        return [*target, *deepcopy(more)] if field in _SETS else _without_directives(patch)
    merged = {each[key]: each for each in target}
    for each in patch:
        if each.get("$patch") == "delete":
            merged.pop(each[key], None)
        elif each.get("$patch") != "replace":
            merged[each[key]] = strategic_patch(merged.get(each[key]), each)
    return list(merged.values())


def merge_key(field: str, items: Iterable[Any]) -> str | None:
    """By which key the `items` of the list `field` are one and the same; None where they are not told apart."""
    items = [each for each in items if not (isinstance(each, dict) and set(each) == {"$patch"})]
    if not items or not all(isinstance(each, dict) for each in items):
        return None
    candidates = _PORTS if field == "ports" else (_KEYS.get(field, ""),)
    return next((key for key in candidates if all(key in each for each in items)), None)


def _retained(merged: Object, keys: list[str] | None) -> Object:
    return merged if keys is None else {key: each for key, each in merged.items() if key in keys}


def _without_directives(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_directives(each)
            for key, each in value.items()
            if not key.startswith("$") and each is not None
        }
    if isinstance(value, list):
        return [
            _without_directives(each)
            for each in value
            if not (isinstance(each, dict) and set(each) == {"$patch"})
        ]
    return value
