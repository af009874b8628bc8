"""What policies and bindings of all kinds have, from their documents."""

from typing import TypedDict, TypeVar

from pydantic import BaseModel, ValidationError

from interlock.documents.document import Document
from interlock.documents.messages import explain
from interlock.documents.nodes import Plain
from interlock.errors import Problem
from interlock.foreign.decoding.shapes import (
    BindingSpec,
    ConstraintsShape,
    MetadataShape,
    NamedShape,
    ParamRefShape,
    PolicySpec,
    RuleShape,
    SelectorShape,
)
from interlock.foreign.policy import (
    Action,
    Binding,
    Constraints,
    FailurePolicy,
    Named,
    ParamKind,
    ParamRef,
    ResourceRule,
)
from interlock.foreign.selectors import Operator, Requirement, Selector
from interlock.spans import Span

_Shape = TypeVar("_Shape", bound=BaseModel)


class Common(TypedDict):
    """What all policies have."""

    name: str
    span: Span
    failure_policy: FailurePolicy
    param_kind: ParamKind | None
    constraints: Constraints
    conditions: tuple[Named, ...]
    variables: tuple[Named, ...]


def shaped(document: Document, model: type[_Shape]) -> tuple[_Shape | None, list[Problem]]:
    """`document` as `model` has it, or everything that is wrong with it."""
    try:
        return model.model_validate(_without_nulls(document.plain())), []
    except ValidationError as error:
        return None, explain(document, model, error.errors(include_url=False), ())


def common(document: Document, metadata: MetadataShape, spec: PolicySpec) -> Common:
    """What the policy in `document` has as all policies do."""
    kind = spec.param_kind
    return Common(
        name=metadata.name,
        span=document.span(("metadata", "name")),
        failure_policy=spec.failure_policy,
        param_kind=None if kind is None else ParamKind(kind.api_version, kind.kind),
        constraints=_constraints(spec.match_constraints),
        conditions=_named(document, "matchConditions", spec.match_conditions),
        variables=_named(document, "variables", spec.variables),
    )


def bound(
    document: Document, metadata: MetadataShape, spec: BindingSpec, actions: tuple[Action, ...]
) -> Binding:
    """The binding in `document`, which does these `actions`."""
    return Binding(
        name=metadata.name,
        policy=spec.policy_name,
        span=document.span(("metadata", "name")),
        policy_span=document.span(("spec", "policyName")),
        param_ref=None if spec.param_ref is None else _param_ref(spec.param_ref),
        constraints=_constraints(spec.match_resources),
        actions=actions,
    )


def _without_nulls(value: Plain) -> Plain:
    """`value` without fields that are null, which Kubernetes takes for absent."""
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value


def _named(document: Document, field: str, shapes: tuple[NamedShape, ...]) -> tuple[Named, ...]:
    return tuple(
        Named(each.name, document.text(("spec", field, at, "expression"))) for at, each in enumerate(shapes)
    )


def _constraints(shape: ConstraintsShape) -> Constraints:
    return Constraints(
        rules=tuple(map(_rule, shape.resource_rules)),
        excluded=tuple(map(_rule, shape.exclude_resource_rules)),
        namespaces=_selector(shape.namespace_selector),
        objects=_selector(shape.object_selector),
    )


def _rule(shape: RuleShape) -> ResourceRule:
    return ResourceRule(
        groups=shape.api_groups,
        versions=shape.api_versions,
        resources=shape.resources,
        operations=shape.operations,
        scope=shape.scope,
        names=shape.resource_names,
    )


def _param_ref(shape: ParamRefShape) -> ParamRef:
    return ParamRef(
        name=shape.name,
        namespace=shape.namespace,
        selector=None if shape.selector is None else _selector(shape.selector),
        not_found=shape.parameter_not_found_action,
    )


def _selector(shape: SelectorShape) -> Selector:
    labels = [Requirement(key, Operator.IN, frozenset({value})) for key, value in shape.match_labels.items()]
    return Selector(
        (
            *labels,
            *(Requirement(each.key, each.operator, frozenset(each.values)) for each in shape.match_expressions),
        )
    )
