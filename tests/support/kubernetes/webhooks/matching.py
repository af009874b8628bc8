"""Which webhooks a request is for: rules, selectors, and equivalent versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from support.kubernetes.attributes import Attributes, Kind
from support.kubernetes.registry import Registry
from support.kubernetes.resources import NAMESPACES, Object, Resource
from support.kubernetes.selectors import selects
from support.kubernetes.store import Store
from support.kubernetes.webhooks.hook import Hook

_EXEMPT: Final = {
    "validatingwebhookconfigurations",
    "mutatingwebhookconfigurations",
    "validatingadmissionpolicies",
    "validatingadmissionpolicybindings",
    "mutatingadmissionpolicies",
    "mutatingadmissionpolicybindings",
}


@dataclass(frozen=True, slots=True)
class Match:
    """As what a webhook sees the request: its kind and resource may be those of another version."""

    hook: Hook
    resource: Resource
    kind: Kind


def exempt(about: Attributes) -> bool:
    """Whether no webhook is ever asked, lest nobody could take a broken one away."""
    return about.resource.group == "admissionregistration.k8s.io" and about.resource.plural in _EXEMPT


def match(hook: Hook, about: Attributes, store: Store, registry: Registry) -> Match | None:
    """As what `hook` is asked about the request, if at all."""
    labels = _namespace_labels(about, store)
    if labels is not None and not selects(hook.spec["namespaceSelector"], labels):
        return None
    if hook.spec["objectSelector"] and not any(
        selects(hook.spec["objectSelector"], each["metadata"].get("labels") or {})
        for each in (about.object, about.old)
        if each is not None and "metadata" in each
    ):
        return None
    rules = hook.spec.get("rules") or ()
    if any(_covers(rule, about, about.resource) for rule in rules):
        return Match(hook, about.resource, about.kind)
    if hook.spec["matchPolicy"] == "Equivalent":
        for sibling in registry.siblings(about.resource):
            if any(_covers(rule, about, sibling) for rule in rules):
                kind = about.kind if about.subresource else (sibling.group, sibling.version, sibling.kind)
                return Match(hook, sibling, kind)
    return None


def _namespace_labels(about: Attributes, store: Store) -> Mapping[str, str] | None:
    """The labels of the namespace; None for what is in none, which every selector selects."""
    if about.resource == NAMESPACES and not about.subresource and about.object is not None:
        return about.object["metadata"].get("labels") or {}
    if not about.namespace:
        return None
    found: Object = store.get(NAMESPACES, "", about.namespace)
    return found["metadata"].get("labels") or {}


def _covers(rule: Object, about: Attributes, resource: Resource) -> bool:
    return (
        _among(rule["operations"], about.operation)
        and _among(rule["apiGroups"], resource.group)
        and _among(rule["apiVersions"], resource.version)
        and any(_names(each, resource.plural, about.subresource) for each in rule["resources"])
        and _within(rule["scope"], about)
    )


def _among(listed: list[str], value: str) -> bool:
    return "*" in listed or value in listed


def _names(pattern: str, plural: str, subresource: str) -> bool:
    name, _, below = pattern.partition("/")
    return name in {"*", plural} and below in {"*", subresource}


def _within(scope: str, about: Attributes) -> bool:
    inside = bool(about.namespace) and about.resource != NAMESPACES
    return scope == "*" or (scope == "Namespaced") == inside
