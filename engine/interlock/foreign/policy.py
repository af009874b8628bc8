"""Admission policies and bindings as their authors wrote them.

The words are those of admissionregistration.k8s.io/v1. What the API server
would refuse to create may be here; what such a policy then means is the
strictest that it can.
"""

from dataclasses import dataclass
from enum import StrEnum

from interlock.foreign.selectors import EVERYTHING, Selector
from interlock.spans import SourceText, Span


class FailurePolicy(StrEnum):
    """What becomes of a request when a policy can't be evaluated."""

    FAIL = "Fail"
    IGNORE = "Ignore"


class Action(StrEnum):
    """What becomes of a request that a validation fails for."""

    DENY = "Deny"
    WARN = "Warn"
    AUDIT = "Audit"


class PatchType(StrEnum):
    """What a mutation is written as."""

    APPLY_CONFIGURATION = "ApplyConfiguration"
    JSON_PATCH = "JSONPatch"


class Reinvocation(StrEnum):
    """Whether a policy is asked again after others have changed what it saw."""

    NEVER = "Never"
    IF_NEEDED = "IfNeeded"


class NotFound(StrEnum):
    """What becomes of a request when there are no parameters."""

    ALLOW = "Allow"
    DENY = "Deny"


class Scope(StrEnum):
    """Whether resources are in namespaces."""

    ALL = "*"
    CLUSTER = "Cluster"
    NAMESPACED = "Namespaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRule:
    """Requests for resources, by what they are for; `*` is everything, and no `names` are all."""

    groups: tuple[str, ...]
    versions: tuple[str, ...]
    resources: tuple[str, ...]
    operations: tuple[str, ...]
    scope: Scope = Scope.ALL
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """Which requests are matched: by one of the rules, if there are any, and by none that excludes."""

    rules: tuple[ResourceRule, ...] = ()
    excluded: tuple[ResourceRule, ...] = ()
    namespaces: Selector = EVERYTHING
    objects: Selector = EVERYTHING


@dataclass(frozen=True, slots=True)
class Named:
    """An expression that has a name."""

    name: str
    expression: SourceText


@dataclass(frozen=True, slots=True)
class ParamKind:
    """What parameters are."""

    api_version: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """What has to be true, and what is said where it isn't."""

    expression: SourceText
    message: str = ""
    message_expression: SourceText | None = None
    reason: str = "Invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What all admission policies have."""

    name: str
    span: Span
    failure_policy: FailurePolicy = FailurePolicy.FAIL
    param_kind: ParamKind | None = None
    constraints: Constraints = Constraints()
    conditions: tuple[Named, ...] = ()
    variables: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatingPolicy(Policy):
    """A ValidatingAdmissionPolicy."""

    validations: tuple[Validation, ...] = ()
    annotations: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True)
class Mutation:
    """A change: what is merged into the object, or the operations of a JSON Patch on it."""

    type: PatchType
    expression: SourceText


@dataclass(frozen=True, slots=True, kw_only=True)
class MutatingPolicy(Policy):
    """A MutatingAdmissionPolicy."""

    mutations: tuple[Mutation, ...] = ()
    reinvocation: Reinvocation = Reinvocation.NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamRef:
    """Which objects are the parameters: the one of that name, or those that are selected."""

    name: str = ""
    selector: Selector | None = None
    namespace: str = ""
    not_found: NotFound = NotFound.DENY


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """That a policy is in force, for what is also matched here, with these parameters."""

    name: str
    span: Span
    policy: str
    policy_span: Span
    param_ref: ParamRef | None = None
    constraints: Constraints = Constraints()
    actions: tuple[Action, ...] = (Action.DENY,)
