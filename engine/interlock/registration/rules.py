"""The rules of a webhook, as admissionregistration.k8s.io/v1 writes them. Pure."""

from collections.abc import Iterable
from typing import Any

from interlock.registration.reach import Operations, ordered
from interlock.registration.resources import Row


def rules_of(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The fewest rules that ask for `rows`, in an order of their own.

    Groups with the same resources share a rule, and so do resources of a group
    with the same operations; `*` stands alone, as the API server wants it.
    """
    resources: dict[tuple[str, Operations, bool], list[str]] = {}
    for row in rows:
        resources.setdefault((row.group, row.operations, row.is_open), []).append(row.resource)
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for (group, operations, _), found in resources.items():
        groups.setdefault((tuple(ordered(operations)), tuple(sorted(found))), []).append(group)
    rules = [_rule(sorted(found), *key) for key, found in groups.items()]
    return sorted(rules, key=lambda rule: (rule["apiGroups"], rule["resources"], rule["operations"]))


def _rule(groups: list[str], operations: tuple[str, ...], resources: tuple[str, ...]) -> dict[str, Any]:
    return {
        "apiGroups": groups,
        "apiVersions": ["*"],
        "operations": list(operations),
        "resources": list(resources),
        "scope": "*",
    }
