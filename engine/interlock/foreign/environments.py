"""What expressions of admission policies can read, as the API server declares it.

Objects and parameters are dynamic; the request and its namespace have types.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final, TypedDict

from interlock.cel.declarations import declare, message_type
from interlock.cel.environment import Environment
from interlock.cel.libraries.collections import optional_select_leniently
from interlock.cel.libraries.kubernetes.authorizer import Authorizer, ResourceCheck
from interlock.cel.libraries.kubernetes.versions import Version, libraries, mutation_libraries
from interlock.cel.libraries.overloads import Library, Overload
from interlock.cel.types import DYN, STRING, CelType, list_of

OBJECT: Final = CelType("Object")
"""What a configuration evaluates to."""

PATCHES: Final = list_of(CelType("JSONPatch"))
"""What a JSON Patch evaluates to."""


class GroupVersionKind(TypedDict, total=False):
    """A kind."""

    group: str
    version: str
    kind: str


class GroupVersionResource(TypedDict, total=False):
    """What a kind is called in paths."""

    group: str
    version: str
    resource: str


class UserInfo(TypedDict, total=False):
    """Who asks."""

    username: str
    uid: str
    groups: list[str]
    extra: dict[str, Any]


class AdmissionRequest(TypedDict, total=False):
    """The request, without its objects."""

    kind: GroupVersionKind
    resource: GroupVersionResource
    subResource: str
    requestKind: GroupVersionKind
    requestResource: GroupVersionResource
    requestSubResource: str
    name: str
    namespace: str
    operation: str
    userInfo: UserInfo
    dryRun: bool
    options: dict[str, Any]


class NamespaceMetadata(TypedDict, total=False):
    """What policies see of the metadata of a namespace."""

    name: str
    generateName: str
    namespace: str
    labels: dict[str, str]
    annotations: dict[str, str]
    UID: str
    creationTimestamp: str
    deletionGracePeriodSeconds: int
    deletionTimestamp: str
    generation: int
    resourceVersion: str
    finalizers: list[str]


class NamespaceSpec(TypedDict, total=False):
    """What a namespace is to be."""

    finalizers: list[str]


class NamespaceStatus(TypedDict, total=False):
    """What a namespace is."""

    phase: str


class Namespace(TypedDict, total=False):
    """The namespace of the request."""

    metadata: NamespaceMetadata
    spec: NamespaceSpec
    status: NamespaceStatus


_DECLARATIONS: Final = declare([AdmissionRequest, Namespace])
_PATCH: Final = {"op": STRING, "path": STRING, "from": STRING, "value": DYN}
_CHANGES: Final = replace(
    _DECLARATIONS, fields={**_DECLARATIONS.fields, "JSONPatch": _PATCH}, made={"JSONPatch": "JSONPatch"}
)
_SEEN: Final[Mapping[str, CelType]] = {
    "object": DYN,
    "oldObject": DYN,
    "request": message_type(AdmissionRequest),
    "namespaceObject": message_type(Namespace),
}
_AUTHORIZER: Final[Mapping[str, CelType]] = {
    "authorizer": Authorizer.cel_type,
    "authorizer.requestResource": ResourceCheck.cel_type,
}


def environment(release: Version, *, has_params: bool, has_authorizer: bool) -> Environment:
    """What an expression can read in `release`; nothing of it is sure to hold what it declares."""
    variables = dict(_SEEN)
    if has_params:
        variables["params"] = DYN
    if has_authorizer:
        variables |= _AUTHORIZER
    return Environment(
        _DECLARATIONS, variables, trusted={}, libraries=_lenient(libraries(release)), is_lenient=True
    )


def changing(scope: Environment, release: Version) -> Environment:
    """`scope` for expressions that change objects in `release`: they make `Object` and `JSONPatch`."""
    return replace(
        scope,
        declarations=_CHANGES,
        libraries=_lenient(mutation_libraries(release)),
        open_message=OBJECT.name,
    )


@cache
def _lenient(known: tuple[Library, ...]) -> tuple[Library, ...]:
    """The libraries `known`, with a `.?` that gives none of what can have no fields."""
    return tuple(replace(library, overloads=tuple(map(_leniently, library.overloads))) for library in known)


def _leniently(overload: Overload) -> Overload:
    is_meant = overload.id == "select_optional_field"
    return replace(overload, compute=optional_select_leniently) if is_meant else overload
