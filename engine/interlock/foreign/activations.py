"""What expressions of admission policies read of a request, as the API server binds it. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from interlock.cel.activation import Activation
from interlock.cel.libraries.kubernetes.authorizer import Authorize, Authorizer, ResourceCheck
from interlock.foreign.attributes import Attributes, Kind, Object, Resource

_METADATA: Final = (
    *("name", "generateName", "namespace", "labels", "annotations", "creationTimestamp"),
    *("deletionGracePeriodSeconds", "deletionTimestamp", "generation", "resourceVersion", "finalizers"),
)


def bound(attributes: Attributes, *, params: Object | None, namespace: Object | None) -> Activation:
    """What all expressions read, for one object of parameters."""
    seen = {
        "object": attributes.object,
        "oldObject": attributes.old_object,
        "request": _request(attributes),
        "namespaceObject": None if namespace is None else _namespace(namespace),
        "params": params,
    }
    activation = Activation(seen)
    activation.whole = seen
    return activation


def with_authorizer(activation: Activation, attributes: Attributes, authorize: Authorize) -> Activation:
    """`activation`, and who may be asked what the user is allowed to do."""
    authorizer = Authorizer(authorize)
    extended = activation.extended({})
    extended["authorizer"] = authorizer
    extended["authorizer.requestResource"] = ResourceCheck(
        authorizer,
        attributes.resource.group,
        attributes.resource.resource,
        subresource=attributes.subresource,
        namespace=attributes.namespace,
        name=attributes.name,
    )
    return extended


def _request(attributes: Attributes) -> dict[str, Any]:
    """The request without its objects; what is empty is absent, as in Kubernetes' own JSON."""
    asked = attributes.asked_subresource
    given = {
        "requestKind": _kind(attributes.asked_kind or attributes.kind),
        "requestResource": _resource(attributes.asked_resource or attributes.resource),
        "subResource": attributes.subresource,
        "requestSubResource": attributes.subresource if asked is None else asked,
        "name": attributes.name,
        "namespace": attributes.namespace,
        "options": attributes.options,
    }
    return {
        "kind": _kind(attributes.kind),
        "resource": _resource(attributes.resource),
        "operation": attributes.operation,
        "userInfo": {key: value for key, value in attributes.user.items() if value},
        "dryRun": attributes.dry_run,
        **{key: value for key, value in given.items() if value},
    }


def _kind(kind: Kind) -> dict[str, str]:
    return {"group": kind.group, "version": kind.version, "kind": kind.kind}


def _resource(resource: Resource) -> dict[str, str]:
    return {"group": resource.group, "version": resource.version, "resource": resource.resource}


def _namespace(namespace: Object) -> dict[str, Any]:
    """The part of a namespace that policies see."""
    metadata = _mapping(namespace.get("metadata"))
    seen = {key: metadata[key] for key in _METADATA if metadata.get(key)}
    if uid := metadata.get("uid"):
        seen["UID"] = uid
    spec, status = _mapping(namespace.get("spec")), _mapping(namespace.get("status"))
    return {
        "metadata": seen,
        "spec": {key: spec[key] for key in ("finalizers",) if spec.get(key)},
        "status": {key: status[key] for key in ("phase",) if status.get(key)},
    }


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
