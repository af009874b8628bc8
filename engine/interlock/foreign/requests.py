"""Requests as Kubernetes' policies are asked about them. Pure.

They are of AdmissionReviews, and of manifests that nobody sent yet.

Source: `AdmissionRequest` of admission.k8s.io/v1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from interlock.errors import RequestError
from interlock.foreign.attributes import CREATE, Attributes, Kind, Object, Resource, place_of
from interlock.foreign.looking import Looking
from interlock.foreign.names import Names, names_of
from interlock.foreign.review import Review
from interlock.model.mutated import Mutated
from interlock.spelling import quoted

DEFAULT_NAMESPACE: Final = "default"
REVIEW_VERSION: Final = "admission.k8s.io/v1"

NOBODY: Final[Object] = {}
"""A user of whom nothing is known."""


@dataclass(frozen=True, slots=True)
class KubernetesRequest:
    """A request, and what is around it.

    `mutated` is what mutating policies made of it, where they were asked; then it
    has the object as they left it. `failure` says why nobody knows what they make.
    """

    attributes: Attributes
    looking: Looking
    mutated: Mutated | None = None
    failure: str = ""

    def review(self, until: int | None) -> Review:
        """What policies are asked, who answer by `until`."""
        return Review(self.attributes, self.looking, self.looking.authorize, until)

    def of(self, changed: Object) -> Self:
        """The same request with another object, which is where the request is."""
        attributes = self.attributes
        if attributes.is_namespaced and not place_of(changed)[0]:
            changed = _within(changed, attributes.namespace)
        return replace(self, attributes=replace(attributes, object=changed))

    def after(self, mutated: Mutated) -> Self:
        """The same request as mutating policies left it; where one denies, as it came."""
        changed = mutated.object if mutated.allowed else self.attributes.object
        return replace(self, attributes=replace(self.attributes, object=changed), mutated=mutated)


def stated(document: Mapping[str, Any]) -> Attributes | None:
    """The request of an AdmissionReview or a check, or to create the object of a manifest; None of all else.

    Raises:
        RequestError: it is no request.
    """
    version = document.get("apiVersion")
    if version == REVIEW_VERSION:
        return reviewed(_object(document, "request") or {})
    if version is not None:
        return creating(document)
    request = _object(document, "admission")
    return None if request is None else reviewed(request)


def reviewed(request: Mapping[str, Any]) -> Attributes:
    """What the `request` of an AdmissionReview is for.

    Raises:
        RequestError: it is no request.
    """
    kind = _kind(request, "kind")
    resource = _resource(request, "resource")
    asked_kind, asked_resource = request.get("requestKind"), request.get("requestResource")
    return Attributes(
        operation=_text(request, "operation"),
        kind=kind,
        resource=names_of(kind).resource(kind) if resource is None else resource,
        subresource=_text(request, "subResource"),
        name=_text(request, "name"),
        namespace=_text(request, "namespace"),
        object=_object(request, "object"),
        old_object=_object(request, "oldObject"),
        user=_object(request, "userInfo") or {},
        options=_object(request, "options"),
        dry_run=bool(request.get("dryRun")),
        asked_kind=None if asked_kind is None else _kind(request, "requestKind"),
        asked_resource=None if asked_resource is None else _resource(request, "requestResource"),
        asked_subresource=_text(request, "requestSubResource") if "requestSubResource" in request else None,
    )


def creating(manifest: Object, names: Names | None = None, user: Object = NOBODY) -> Attributes:
    """What it would mean if `user` created the object of `manifest`; its kind has `names` if they are given.

    What is in no namespace, and has to be in one, is in the one named `default`.

    Raises:
        RequestError: it says of no kind that it is of.
    """
    kind = kind_of(manifest)
    named = names_of(kind) if names is None else names
    namespace, name = place_of(manifest)
    if not named.is_namespaced:
        namespace = ""
    elif not namespace:
        namespace = DEFAULT_NAMESPACE
        manifest = _within(manifest, namespace)
    return Attributes(
        operation=CREATE,
        kind=kind,
        resource=named.resource(kind),
        name=name,
        namespace=namespace,
        object=manifest,
        user=user,
    )


def _within(found: Object, namespace: str) -> Object:
    return {**found, "metadata": {**(_object(found, "metadata") or {}), "namespace": namespace}}


def review_of(attributes: Attributes) -> dict[str, Any]:
    """The AdmissionReview of a request."""
    kind, resource = attributes.kind, attributes.resource
    given = {
        "subResource": attributes.subresource,
        "oldObject": attributes.old_object,
        "options": attributes.options,
        "dryRun": attributes.dry_run,
    }
    request = {
        "uid": "",
        "kind": {"group": kind.group, "version": kind.version, "kind": kind.kind},
        "resource": {"group": resource.group, "version": resource.version, "resource": resource.resource},
        "operation": attributes.operation,
        "name": attributes.name,
        "namespace": attributes.namespace,
        "userInfo": attributes.user,
        "object": attributes.object,
        **{field: value for field, value in given.items() if value},
    }
    return {"apiVersion": REVIEW_VERSION, "kind": "AdmissionReview", "request": request}


def kind_of(manifest: Mapping[str, Any]) -> Kind:
    """The kind of `manifest`.

    Raises:
        RequestError: it says of none that it is of.
    """
    group, _, version = _text(manifest, "apiVersion").rpartition("/")
    return Kind(group, version, _text(manifest, "kind"))


def _kind(request: Mapping[str, Any], field: str) -> Kind:
    given = _object(request, field) or {}
    return Kind(_text(given, "group", field), _text(given, "version", field), _text(given, "kind", field))


def _resource(request: Mapping[str, Any], field: str) -> Resource | None:
    given = _object(request, field)
    if given is None:
        return None
    return Resource(
        _text(given, "group", field), _text(given, "version", field), _text(given, "resource", field)
    )


def _text(given: Mapping[str, Any], field: str, *above: str) -> str:
    """The text of `field`; empty where there is none."""
    value = given.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong(field, *above, wanted="a text")
    return value


def _object(given: Mapping[str, Any], field: str) -> Object | None:
    value = given.get(field)
    if value is not None and not isinstance(value, dict):
        raise _wrong(field, wanted="an object")
    return value


def _wrong(field: str, *above: str, wanted: str) -> RequestError:
    path = ".".join((*above, field))
    return RequestError(f"{quoted(path)}: must be {wanted}", path=f"$.{path}")
