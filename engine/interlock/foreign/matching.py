"""Whether policies and bindings are for a request, as the API server finds it. Pure."""

from collections.abc import Iterable, Mapping

from interlock.foreign.attributes import CREATE, UPDATE, Attributes, labels_of
from interlock.foreign.cluster import Cluster, UnknownError
from interlock.foreign.policy import Constraints, ResourceRule, Scope


class ConfigurationError(Exception):
    """A policy or binding can't be applied to the request: what then happens is its failure policy's to say."""


def matches(constraints: Constraints, attributes: Attributes, cluster: Cluster) -> bool:
    """Whether `constraints` match the request, as the resource and version that it names.

    Who asks has brought it to the version that a policy is for: where
    `matchPolicy` is Equivalent, the API server converts before it asks.

    Raises:
        ConfigurationError: all but the selectors match, and the namespace that they read is not there.
    """
    labels, missing = _namespace_labels(constraints, attributes, cluster)
    if labels is not None and not constraints.namespaces.selects(labels):
        return False
    if not _selects_object(constraints, attributes) or _any(constraints.excluded, attributes):
        return False
    if constraints.rules and not _any(constraints.rules, attributes):
        return False
    if missing:
        # Whoever is not concerned need not know.
        raise ConfigurationError(missing)
    return True


def _namespace_labels(
    constraints: Constraints, attributes: Attributes, cluster: Cluster
) -> tuple[Mapping[str, str] | None, str]:
    """The labels that the namespace selector reads, and why they can't be had; neither where it reads none."""
    is_of_namespaces = attributes.resource.resource == "namespaces"
    if constraints.namespaces.is_empty or (not attributes.namespace and not is_of_namespaces):
        return None, ""
    # A namespace that is being made is not in the cluster yet, or with other labels.
    if is_of_namespaces and not attributes.subresource and attributes.operation in {CREATE, UPDATE}:
        return labels_of(attributes.object) or {}, ""
    name = attributes.namespace or attributes.name
    try:
        found = cluster.namespace(name)
    except UnknownError as error:
        return None, str(error)
    if found is None:
        return None, f'namespaces "{name}" not found'
    return labels_of(found) or {}, ""


def _selects_object(constraints: Constraints, attributes: Attributes) -> bool:
    """Whether the object as it was or as it is to be is selected."""
    if constraints.objects.is_empty:
        return True
    found = (labels_of(attributes.object), labels_of(attributes.old_object))
    return any(labels is not None and constraints.objects.selects(labels) for labels in found)


def _any(rules: Iterable[ResourceRule], attributes: Attributes) -> bool:
    return any(_covers(rule, attributes) for rule in rules)


def _covers(rule: ResourceRule, attributes: Attributes) -> bool:
    resource = attributes.resource
    return (
        _is_one(resource.group, rule.groups)
        and _is_one(resource.version, rule.versions)
        and _is_one(attributes.operation, rule.operations)
        and any(_is_for(each, attributes) for each in rule.resources)
        and (rule.scope is Scope.ALL or (rule.scope is Scope.NAMESPACED) is attributes.is_namespaced)
        and (not rule.names or attributes.name in rule.names)
    )


def _is_one(value: str, allowed: tuple[str, ...]) -> bool:
    return value in allowed or "*" in allowed


def _is_for(written: str, attributes: Attributes) -> bool:
    """Whether `written`, such as `pods/exec`, is what the request is for; `*` has no subresources in it."""
    resource, _, subresource = written.partition("/")
    return resource in {"*", attributes.resource.resource} and subresource in {"*", attributes.subresource}
