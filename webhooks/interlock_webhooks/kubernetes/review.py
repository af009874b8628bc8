"""The wire shapes of `admission.k8s.io/v1`, as far as this service reads or writes them.

After k8s.io/api/admission/v1/types.go and k8s.io/apimachinery/pkg/apis/meta/v1/types.go.
"""

from typing import Any, Final, Literal, NotRequired, TypedDict

API_VERSION: Final = "admission.k8s.io/v1"
KIND: Final = "AdmissionReview"


class GroupVersionKind(TypedDict):
    """Which kind of object."""

    group: NotRequired[str]
    version: str
    kind: str


class GroupVersionResource(TypedDict):
    """Which collection of objects."""

    group: NotRequired[str]
    version: str
    resource: str


class UserInfo(TypedDict):
    """Who asked the API server."""

    username: NotRequired[str]
    uid: NotRequired[str]
    groups: NotRequired[list[str] | None]
    extra: NotRequired[dict[str, list[str] | None] | None]


class AdmissionRequest(TypedDict):
    """What the API server asks about. Objects are raw: the extractors read them."""

    uid: str
    kind: GroupVersionKind
    resource: NotRequired[GroupVersionResource]
    subResource: NotRequired[str]
    requestKind: NotRequired[GroupVersionKind | None]
    requestResource: NotRequired[GroupVersionResource | None]
    requestSubResource: NotRequired[str]
    name: NotRequired[str]
    namespace: NotRequired[str]
    operation: Literal["CREATE", "UPDATE", "DELETE", "CONNECT"]
    userInfo: NotRequired[UserInfo]
    object: NotRequired[Any]
    oldObject: NotRequired[Any]
    dryRun: NotRequired[bool | None]
    options: NotRequired[Any]


class StatusCause(TypedDict):
    """One of the reasons in `Status.details`."""

    reason: str
    message: str


class StatusDetails(TypedDict):
    """What is denied, which kubectl names in some of its words, and all reasons, one by one."""

    name: str
    group: str
    kind: str
    causes: list[StatusCause]


class Status(TypedDict):
    """Why a request is not allowed, as `kubectl` shows it."""

    status: Literal["Failure"]
    code: int
    reason: str
    message: str
    details: NotRequired[StatusDetails]


class AdmissionResponse(TypedDict):
    """The answer. `patch` is base64 of a JSON Patch, and only `/mutate` gives one."""

    uid: str
    allowed: bool
    status: NotRequired[Status]
    warnings: NotRequired[list[str]]
    auditAnnotations: dict[str, str]
    patchType: NotRequired[Literal["JSONPatch"]]
    patch: NotRequired[str]


class Review(TypedDict):
    """The document that the API server sends."""

    apiVersion: str
    kind: str
    request: AdmissionRequest


class ReviewAnswer(TypedDict):
    """The document that it gets back."""

    apiVersion: str
    kind: str
    response: AdmissionResponse
