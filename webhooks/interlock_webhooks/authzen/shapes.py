"""The wire form of the Authorization API 1.0. Pure.

Members that the specification doesn't have are ignored, so these say what is
read. Which of them must be there the extractors say, member by member.
"""

from enum import StrEnum
from typing import Annotated, Any, NotRequired

from msgspec import Meta

# pydantic refuses the standard library's before Python 3.12.
from typing_extensions import TypedDict


class Entity(TypedDict):
    """A subject or a resource (sections 5.1 and 5.2)."""

    type: str
    id: str
    properties: NotRequired[dict[str, Any]]


class Open(TypedDict):
    """A subject or a resource that is searched for: an `id` means nothing."""

    type: str
    id: NotRequired[str]
    properties: NotRequired[dict[str, Any]]


class Action(TypedDict):
    """What the subject would do (section 5.3)."""

    name: str
    properties: NotRequired[dict[str, Any]]


class Evaluation(TypedDict):
    """May the subject do the action to the resource? (section 6.1).

    In `context`, `obligations_supported` are the types of obligations that the
    enforcement point can meet (obligations profile), `agent` is the agent that
    acts (COAZ), and `interlock` says what AuthZEN has no words for.
    """

    subject: Entity
    action: Action
    resource: Entity
    context: NotRequired[dict[str, Any]]


class Semantic(StrEnum):
    """How many of several evaluations are made (section 7.1.2.1)."""

    EXECUTE_ALL = "execute_all"
    DENY_ON_FIRST_DENY = "deny_on_first_deny"
    PERMIT_ON_FIRST_PERMIT = "permit_on_first_permit"


class Options(TypedDict):
    """How several evaluations are made."""

    evaluations_semantic: NotRequired[Semantic]


class Evaluations(TypedDict):
    """Several evaluations in their order; what one leaves out is taken from beside them (section 7.1)."""

    subject: NotRequired[Entity]
    action: NotRequired[Action]
    resource: NotRequired[Entity]
    context: NotRequired[dict[str, Any]]
    evaluations: NotRequired[list[dict[str, Any]]]
    options: NotRequired[Options]


class Decided(TypedDict):
    """A decision; `context.interlock` is its record (section 5.5)."""

    decision: bool
    context: dict[str, Any]


class AllDecided(TypedDict):
    """The decisions on those evaluations that were made, in their order (section 7.2).

    Where none are listed there is the one on the request itself, as for an evaluation (section 7.1).
    """

    evaluations: NotRequired[list[Decided]]
    decision: NotRequired[bool]
    context: NotRequired[dict[str, Any]]


class Paging(TypedDict):
    """Which page is wanted (section 8.2)."""

    token: NotRequired[str]
    limit: NotRequired[Annotated[int, Meta(ge=1)]]


class SubjectSearch(TypedDict):
    """Who may do the action to the resource? (section 8.4)."""

    subject: Open
    action: Action
    resource: Entity
    context: NotRequired[dict[str, Any]]
    page: NotRequired[Paging]


class ResourceSearch(TypedDict):
    """To which resources may the subject do the action? (section 8.5)."""

    subject: Entity
    action: Action
    resource: Open
    context: NotRequired[dict[str, Any]]
    page: NotRequired[Paging]


class ActionSearch(TypedDict):
    """What may the subject do to the resource? (section 8.6)."""

    subject: Entity
    resource: Entity
    context: NotRequired[dict[str, Any]]
    page: NotRequired[Paging]


class Paged(TypedDict):
    """How much was found, and the token of what comes after it; without one, that was all."""

    next_token: str
    count: int
    total: NotRequired[int]


class Found(TypedDict):
    """A subject or a resource, by type and id, or an action by name; and with what obligations."""

    type: NotRequired[str]
    id: NotRequired[str]
    name: NotRequired[str]
    context: NotRequired[dict[str, Any]]


class SearchAnswer(TypedDict):
    """A page of what is found, in the order of ids or names."""

    page: Paged
    results: list[Found]


class Metadata(TypedDict):
    """Where what is asked (section 9)."""

    policy_decision_point: str
    access_evaluation_endpoint: str
    access_evaluations_endpoint: str
    search_subject_endpoint: str
    search_resource_endpoint: str
    search_action_endpoint: str
    access_request_endpoint: str
    jwks_uri: str
    capabilities: list[str]
    obligations_supported: NotRequired[list[str]]
