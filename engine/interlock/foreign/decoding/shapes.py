"""The documents of admissionregistration.k8s.io, as the API server reads them.

Fields that it does not know are refused here, which it does only where it is
asked to: a field that is misspelt would be one that is missing.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, Strict
from pydantic.alias_generators import to_camel

from interlock.foreign.policy import Action, FailurePolicy, NotFound, PatchType, Reinvocation, Scope
from interlock.foreign.selectors import Operator

GROUP: Final = "admissionregistration.k8s.io"

Version = Literal[
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1beta1",
    "admissionregistration.k8s.io/v1alpha1",
]
Texts = Annotated[tuple[str, ...], Strict(strict=False)]


class KubernetesShape(BaseModel):
    """A mapping whose fields are all known."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, alias_generator=to_camel)


class MetadataShape(BaseModel):
    """What all objects have; most of it says nothing to us."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    name: Annotated[str, Field(min_length=1, max_length=253)]


class RequirementShape(KubernetesShape):
    """What is required of a label."""

    key: str
    operator: Annotated[Operator, Strict(strict=False)]
    values: Texts = ()


class SelectorShape(KubernetesShape):
    """A label selector."""

    match_labels: Mapping[str, str] = Field(default_factory=dict)
    match_expressions: Annotated[tuple[RequirementShape, ...], Strict(strict=False)] = ()


class RuleShape(KubernetesShape):
    """Which requests are meant."""

    api_groups: Texts = ()
    api_versions: Texts = ()
    resources: Texts = ()
    operations: Texts = ()
    scope: Annotated[Scope, Strict(strict=False)] = Scope.ALL
    resource_names: Texts = ()


_Rules: TypeAlias = Annotated[tuple[RuleShape, ...], Strict(strict=False)]


class ConstraintsShape(KubernetesShape):
    """Which requests are matched."""

    resource_rules: _Rules = ()
    exclude_resource_rules: _Rules = ()
    namespace_selector: SelectorShape = SelectorShape()
    object_selector: SelectorShape = SelectorShape()
    match_policy: Literal["Exact", "Equivalent"] = "Equivalent"


class NamedShape(KubernetesShape):
    """An expression that has a name."""

    name: str
    expression: str


class ParamKindShape(KubernetesShape):
    """What parameters are."""

    api_version: str
    kind: str


class ValidationShape(KubernetesShape):
    """What has to be true."""

    expression: str
    message: str = ""
    message_expression: str = ""
    reason: str = "Invalid"


class AnnotationShape(KubernetesShape):
    """What goes into the audit log."""

    key: str
    value_expression: str


_Named: TypeAlias = Annotated[tuple[NamedShape, ...], Strict(strict=False)]


class PolicySpec(KubernetesShape):
    """What all policies say."""

    failure_policy: Annotated[FailurePolicy, Strict(strict=False)] = FailurePolicy.FAIL
    param_kind: ParamKindShape | None = None
    match_constraints: ConstraintsShape = ConstraintsShape()
    match_conditions: _Named = ()
    variables: _Named = ()


class ValidatingSpec(PolicySpec):
    """What a policy that validates says."""

    validations: Annotated[tuple[ValidationShape, ...], Strict(strict=False)] = ()
    audit_annotations: Annotated[tuple[AnnotationShape, ...], Strict(strict=False)] = ()


class ExpressionShape(KubernetesShape):
    """What a mutation evaluates."""

    expression: str


class MutationShape(KubernetesShape):
    """What is changed."""

    patch_type: Annotated[PatchType, Strict(strict=False)]
    apply_configuration: ExpressionShape | None = None
    json_patch: Annotated[ExpressionShape | None, Field(alias="jsonPatch")] = None


class MutatingSpec(PolicySpec):
    """What a policy that mutates says."""

    mutations: Annotated[tuple[MutationShape, ...], Strict(strict=False), Field(min_length=1)]
    reinvocation_policy: Annotated[Reinvocation, Strict(strict=False)] = Reinvocation.NEVER


class ValidatingDocument(KubernetesShape):
    """A policy that validates."""

    api_version: Version
    kind: Literal["ValidatingAdmissionPolicy"]
    metadata: MetadataShape
    spec: ValidatingSpec
    status: Any = None


class MutatingDocument(KubernetesShape):
    """A policy that mutates."""

    api_version: Version
    kind: Literal["MutatingAdmissionPolicy"]
    metadata: MetadataShape
    spec: MutatingSpec
    status: Any = None


class ParamRefShape(KubernetesShape):
    """Which objects are the parameters."""

    name: str = ""
    namespace: str = ""
    selector: SelectorShape | None = None
    parameter_not_found_action: Annotated[NotFound, Strict(strict=False)] = NotFound.DENY


class BindingSpec(KubernetesShape):
    """What all bindings say."""

    policy_name: str
    param_ref: ParamRefShape | None = None
    match_resources: ConstraintsShape = ConstraintsShape()


class ValidatingBindingSpec(BindingSpec):
    """What the binding of a policy that validates says."""

    validation_actions: Annotated[
        tuple[Annotated[Action, Strict(strict=False)], ...], Strict(strict=False)
    ] = ()


class ValidatingBindingDocument(KubernetesShape):
    """A policy that validates is in force."""

    api_version: Version
    kind: Literal["ValidatingAdmissionPolicyBinding"]
    metadata: MetadataShape
    spec: ValidatingBindingSpec
    status: Any = None


class MutatingBindingDocument(KubernetesShape):
    """A policy that mutates is in force."""

    api_version: Version
    kind: Literal["MutatingAdmissionPolicyBinding"]
    metadata: MetadataShape
    spec: BindingSpec
    status: Any = None
