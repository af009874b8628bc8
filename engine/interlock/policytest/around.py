"""What a case says is around a request of Kubernetes: its namespace, parameters, and who asks."""

from typing import Any

from pydantic import Field

from interlock.errors import RequestError
from interlock.foreign.described import Described
from interlock.foreign.requester import requester_of
from interlock.foreign.requests import stated
from interlock.loading.kinds.common import Many, Shape

Manifest = dict[str, Any]


class UserShape(Shape):
    """Who asks."""

    username: str = ""
    """The name."""

    uid: str = ""
    """What tells them from others of that name."""

    groups: Many[str] = ()
    """Their groups."""

    extra: dict[str, Many[str]] = Field(default_factory=dict)
    """What else who authenticated them says."""


class AccountShape(Shape):
    """A service account."""

    namespace: str
    """Its namespace."""

    name: str
    """Its name."""


class AccessShape(Shape):
    """What the authorizer answers to whatever is asked of what is given here; what is left out is anything."""

    verb: str | None = None
    """The verb."""

    path: str | None = None
    """The path, of what is no resource."""

    group: str | None = None
    """The API group; empty for the core group."""

    resource: str | None = None
    """The resource, such as `pods`."""

    subresource: str | None = None
    """The part of it."""

    namespace: str | None = None
    """The namespace."""

    name: str | None = None
    """The object's name."""

    field_selector: str | None = None
    """The selector of fields."""

    label_selector: str | None = None
    """The selector of labels."""

    service_account: AccountShape | None = None
    """The service account that is asked about, where that is not who asks."""

    allowed: bool = True
    """Whether it is allowed."""

    reason: str = ""
    """Why."""

    error: str = ""
    """Why the authorizer can't tell."""


class AroundShape(Shape):
    """What Kubernetes' policies look at beside the request."""

    namespace: Manifest = Field(default_factory=dict)
    """The Namespace of the request; what is left out is made up."""

    params: Many[Manifest] = ()
    """Manifests of what else is there: parameters, other namespaces, roles, CustomResourceDefinitions."""

    user: UserShape | None = None
    """Who asks."""

    access: Many[AccessShape] = ()
    """What the authorizer answers; the first that covers a question does, before roles do."""


def described_by(given: AroundShape, document: dict[str, Any]) -> Described:
    """The cluster that is `given` for the request of `document`.

    Raises:
        RequestError: it can't be there, or `document` can't be understood.
    """
    described = Described()
    if given.user is not None or given.access:
        spec = given.model_dump(by_alias=True, exclude_unset=True, include={"user", "access"})
        described.requester = requester_of({"spec": spec})
    for each in given.params:
        described.add(each)
    attributes = stated(described.request(document)) if given.namespace else None
    if attributes is not None:
        stated_metadata = given.namespace.get("metadata", {})
        if not isinstance(stated_metadata, dict):
            raise RequestError("`given.namespace.metadata`: must be an object")
        metadata = {"name": attributes.namespace, **stated_metadata}
        described.add({"apiVersion": "v1", "kind": "Namespace", **given.namespace, "metadata": metadata})
    return described
