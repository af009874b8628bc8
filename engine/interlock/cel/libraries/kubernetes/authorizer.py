"""Whether somebody may do something, as the API server's authorizer answers.

This module asks and never knows: the answers come from the function that the
Authorizer holds, which is the caller's. Where it reaches out to a cluster, its
failures are answers too.
"""

from collections.abc import Callable
from typing import ClassVar, Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from interlock.cel.libraries.kubernetes import names
from interlock.cel.libraries.overloads import Function, Library
from interlock.cel.libraries.signatures import member
from interlock.cel.types import BOOL, STRING, CelType
from interlock.cel.values import EvaluationError, Opaque


class ServiceAccount(Struct, frozen=True):
    """Who is asked about, where that is not who sent the request."""

    namespace: str
    name: str


class Attributes(Struct, frozen=True, kw_only=True):
    """What is asked: a verb on a path, or on a resource with what else is known of it."""

    verb: str
    path: str = ""
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    field_selector: str = ""
    label_selector: str = ""
    service_account: ServiceAccount | None = None


class Answer(Struct, frozen=True):
    """What the authorizer says; `error` says why it could not tell, and is empty where it could."""

    is_allowed: bool
    reason: str = ""
    error: str = ""


Authorize = Callable[[Attributes], Answer]


class Authorizer(Opaque, frozen=True):
    """Asks for the sender of the request, or for a service account."""

    cel_type: ClassVar = CelType("kubernetes.authorization.Authorizer")

    authorize: Authorize
    account: ServiceAccount | None = None


class PathCheck(Opaque, frozen=True):
    """A question about a path that is of no resource, but for its verb."""

    cel_type: ClassVar = CelType("kubernetes.authorization.PathCheck")

    authorizer: Authorizer
    path: str


class GroupCheck(Opaque, frozen=True):
    """A question about an API group, but for its resource and verb."""

    cel_type: ClassVar = CelType("kubernetes.authorization.GroupCheck")

    authorizer: Authorizer
    group: str


class ResourceCheck(Opaque, frozen=True):
    """A question about a resource, but for its verb."""

    cel_type: ClassVar = CelType("kubernetes.authorization.ResourceCheck")

    authorizer: Authorizer
    group: str
    resource: str
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    field_selector: str = ""
    label_selector: str = ""


class Decision(Opaque, frozen=True):
    """An answer."""

    cel_type: ClassVar = CelType("kubernetes.authorization.Decision")

    answer: Answer


_Text = TypeVar("_Text", bound=str)


def path(authorizer: Authorizer, path_: str) -> PathCheck:
    """The question about a path."""
    return PathCheck(authorizer, _filled("path", path_))


def group(authorizer: Authorizer, group_: str) -> GroupCheck:
    """The question about a group; the core group is empty."""
    return GroupCheck(authorizer, group_)


def service_account(authorizer: Authorizer, namespace: str, name: str) -> Authorizer:
    """An authorizer that asks for a service account."""
    if names.subdomain(name):
        raise EvaluationError("invalid service account name")
    if names.label(namespace):
        raise EvaluationError("invalid service account namespace")
    return Authorizer(authorizer.authorize, ServiceAccount(namespace, name))


def resource(check: GroupCheck, resource_: str) -> ResourceCheck:
    """The question about a resource of the group."""
    return ResourceCheck(check.authorizer, check.group, _filled("resource", resource_))


def check_path(check: PathCheck, verb: str) -> Decision:
    """The answer about a path."""
    return _asked(check.authorizer, Attributes(verb=verb, path=check.path))


def check_resource(check: ResourceCheck, verb: str) -> Decision:
    """The answer about a resource."""
    attributes = Attributes(
        verb=verb,
        group=check.group,
        resource=check.resource,
        subresource=check.subresource,
        namespace=check.namespace,
        name=check.name,
        field_selector=check.field_selector,
        label_selector=check.label_selector,
    )
    return _asked(check.authorizer, attributes)


def _asked(authorizer: Authorizer, attributes: Attributes) -> Decision:
    return Decision(authorizer.authorize(replace(attributes, service_account=authorizer.account)))


def _filled(what: str, text: _Text) -> _Text:
    if not text.strip():
        raise EvaluationError(f"{what} must not be empty")
    return text


def _with(field: str) -> Function:
    """The function that sets `field` of a ResourceCheck."""
    return lambda check, text: replace(check, **{field: text})


_AUTHORIZER: Final = Authorizer.cel_type
_PATH: Final = PathCheck.cel_type
_GROUP: Final = GroupCheck.cel_type
_RESOURCE: Final = ResourceCheck.cel_type
_DECISION: Final = Decision.cel_type

AUTHZ: Final = Library(
    name="kubernetes.authz",
    overloads=(
        member("authorizer_path", "path", (_AUTHORIZER, STRING), _PATH, path),
        member("authorizer_group", "group", (_AUTHORIZER, STRING), _GROUP, group),
        member(
            "authorizer_serviceaccount",
            "serviceAccount",
            (_AUTHORIZER, STRING, STRING),
            _AUTHORIZER,
            service_account,
        ),
        member("groupcheck_resource", "resource", (_GROUP, STRING), _RESOURCE, resource),
        member(
            "resourcecheck_subresource", "subresource", (_RESOURCE, STRING), _RESOURCE, _with("subresource")
        ),
        member("resourcecheck_namespace", "namespace", (_RESOURCE, STRING), _RESOURCE, _with("namespace")),
        member("resourcecheck_name", "name", (_RESOURCE, STRING), _RESOURCE, _with("name")),
        member("pathcheck_check", "check", (_PATH, STRING), _DECISION, check_path),
        member("resourcecheck_check", "check", (_RESOURCE, STRING), _DECISION, check_resource),
        member("decision_allowed", "allowed", (_DECISION,), BOOL, lambda decision: decision.answer.is_allowed),
        member("decision_reason", "reason", (_DECISION,), STRING, lambda decision: decision.answer.reason),
    ),
)

AUTHZ_ERRORS: Final = Library(
    name="kubernetes.authzErrors",
    overloads=(
        member("decision_errored", "errored", (_DECISION,), BOOL, lambda decision: bool(decision.answer.error)),
        member("decision_error", "error", (_DECISION,), STRING, lambda decision: decision.answer.error),
    ),
)
"""What the `authz` library has since Kubernetes 1.28."""

AUTHZ_SELECTORS: Final = Library(
    name="kubernetes.authzSelectors",
    overloads=(
        member(
            "authorizer_fieldselector", "fieldSelector", (_RESOURCE, STRING), _RESOURCE, _with("field_selector")
        ),
        member(
            "authorizer_labelselector", "labelSelector", (_RESOURCE, STRING), _RESOURCE, _with("label_selector")
        ),
    ),
)
