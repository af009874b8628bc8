"""A cluster as manifests describe it, for what is decided without one. Pure.

Where nothing is described, every namespace is there with its name as its only
label, no parameters are, and nobody may do anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from interlock.cel.libraries.kubernetes.authorizer import Answer
from interlock.cel.libraries.kubernetes.authorizer import Attributes as Asked
from interlock.errors import RequestError
from interlock.foreign.attributes import Kind, Object, labels_of, place_of
from interlock.foreign.cluster import Params
from interlock.foreign.names import Names, is_own, names_of
from interlock.foreign.policy import ParamKind
from interlock.foreign.requester import KIND, Requester, User, requester_of
from interlock.foreign.requests import (
    DEFAULT_NAMESPACE,
    REVIEW_VERSION,
    creating,
    kind_of,
    review_of,
    stated,
)
from interlock.foreign.roles import GROUP as RBAC
from interlock.foreign.roles import Identity, Roles, account

NAME_LABEL: Final = "kubernetes.io/metadata.name"
"""The label that the API server gives to every namespace: its name."""

_NAMESPACE: Final = Kind("", "v1", "Namespace")
_DEFINITION: Final = ("apiextensions.k8s.io", "CustomResourceDefinition")


@dataclass(slots=True)
class Described:
    """What was described so far."""

    requester: Requester = field(default_factory=Requester)
    roles: Roles = field(default_factory=Roles)
    _namespaces: dict[str, Object] = field(default_factory=dict)
    _objects: dict[ParamKind, dict[tuple[str, str], Object]] = field(default_factory=dict)
    _names: dict[tuple[str, str], Names] = field(default_factory=dict)

    def add(self, document: dict[str, Any]) -> None:
        """That `document` is there too: a Requester, or an object of the cluster.

        Raises:
            RequestError: it is neither.
        """
        kind = kind_of(document)
        if kind.kind == KIND and kind.group == "interlock.dev":
            self._ask(requester_of(document))
            return
        place = place_of(document)
        if not (kind.version and kind.kind and place[1]):
            raise RequestError("must be a manifest with `apiVersion`, `kind` and `metadata.name`")
        if kind == _NAMESPACE:
            self._namespaces[place[1]] = _labelled(document, place[1])
        if (kind.group, kind.kind) == _DEFINITION:
            self._define(document)
        if kind.group == RBAC:
            self.roles.add(document)
        self._objects.setdefault(ParamKind(document["apiVersion"], kind.kind), {})[place] = document

    def request(self, document: dict[str, Any]) -> dict[str, Any]:
        """`document` as the user sends it: a manifest in a review, where who asks or its kind is described.

        Raises:
            RequestError: it says of no kind that it is of.
        """
        user = self.requester.user.info()
        if document.get("apiVersion") == REVIEW_VERSION:
            request = document.get("request")
            if user and isinstance(request, dict) and not request.get("userInfo"):
                return {**document, "request": {**request, "userInfo": user}}
            return document
        if "apiVersion" not in document:
            return document
        kind = kind_of(document)
        names = self._names.get((kind.group, kind.kind))
        return review_of(creating(document, names, user)) if user or names is not None else document

    def around(self, document: Mapping[str, Any]) -> "DescribedAround":
        """What is around the request of `document`, whose user is asked about.

        Raises:
            RequestError: it is no request.
        """
        attributes = stated(document)
        return DescribedAround(self, identity_of({} if attributes is None else attributes.user))

    def namespace(self, name: str) -> Object:
        """The Namespace of that name, as it is described or made up."""
        return self._namespaces.get(name) or _labelled({"apiVersion": "v1", "kind": "Namespace"}, name)

    def params(self, kind: ParamKind) -> Params:
        """The manifests of `kind`."""
        objects = self._objects.get(kind, {})
        if not self._is_namespaced(kind, objects):
            return Params(is_namespaced=False, objects=objects)
        placed = {
            (namespace or DEFAULT_NAMESPACE, name): _placed(found, namespace or DEFAULT_NAMESPACE)
            for (namespace, name), found in objects.items()
        }
        return Params(is_namespaced=True, objects=placed)

    def answer(self, who: Identity, asked: Asked) -> Answer:
        """What the first entry of `access` says that covers it, and else what roles do."""
        stated_ = (each.answer for each in self.requester.access if each.covers(asked))
        service = asked.service_account
        return next(stated_, None) or self.roles.answer(
            who if service is None else account(service.namespace, service.name), asked
        )

    def _is_namespaced(self, kind: ParamKind, objects: Mapping[tuple[str, str], Object]) -> bool:
        """What its definition says, or else what its objects show."""
        group, _, version = kind.api_version.rpartition("/")
        named = self._names.get((group, kind.kind))
        if named is not None:
            return named.is_namespaced
        of_kind = Kind(group, version, kind.kind)
        if is_own(of_kind) or not objects:
            return names_of(of_kind).is_namespaced
        return any(namespace for namespace, _ in objects)

    def _ask(self, requester: Requester) -> None:
        """Several documents may say it together, but there is one user."""
        if User() not in (self.requester.user, requester.user):
            raise RequestError("second user: one user asks, so give one Requester with a user")
        user = requester.user if self.requester.user == User() else self.requester.user
        self.requester = Requester(user=user, access=(*self.requester.access, *requester.access))

    def _define(self, definition: dict[str, Any]) -> None:
        spec = definition.get("spec")
        names = spec.get("names") if isinstance(spec, dict) else None
        if not isinstance(spec, dict) or not isinstance(names, dict):
            raise RequestError("`spec.names`: must be there")
        stated = (spec.get("group"), names.get("kind"), names.get("plural"), spec.get("scope"))
        group, kind, plural, scope = (each if isinstance(each, str) else "" for each in stated)
        self._names[group, kind] = Names(plural, is_namespaced=scope == "Namespaced")


@dataclass(frozen=True, slots=True)
class DescribedAround:
    """What is described, around a request of `who`."""

    described: Described
    who: Identity

    def namespace(self, name: str) -> Object:  # noqa: D102 - the protocol says it
        return self.described.namespace(name)

    def params(self, kind: ParamKind) -> Params:  # noqa: D102
        return self.described.params(kind)

    def authorize(self, asked: Asked) -> Answer:  # noqa: D102
        return self.described.answer(self.who, asked)


def identity_of(user: Mapping[str, Any]) -> Identity:
    """Who `user` of an AdmissionReview is."""
    name, groups = user.get("username"), user.get("groups")
    named = [each for each in groups if isinstance(each, str)] if isinstance(groups, list) else []
    return Identity(name if isinstance(name, str) else "", frozenset(named))


def _labelled(namespace: Mapping[str, Any], name: str) -> Object:
    """`namespace` with the label that the API server gives it."""
    metadata = namespace.get("metadata", {})
    labels = {**(labels_of(namespace) or {}), NAME_LABEL: name}
    return {**namespace, "metadata": {**metadata, "name": name, "labels": labels}}


def _placed(found: Object, namespace: str) -> Object:
    return {**found, "metadata": {**found["metadata"], "namespace": namespace}}
