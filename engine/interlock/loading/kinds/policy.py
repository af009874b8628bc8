"""The document kind IntentPolicy: a layer's rules for one area."""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, Strict
from pydantic_core import PydanticCustomError

from interlock.loading.kinds.common import (
    AtLeastOne,
    DigestText,
    Envelope,
    Many,
    Metadata,
    Name,
    Shape,
    Text,
)
from interlock.loading.kinds.identifiers import Identifier, LibraryNameText, VersionText
from interlock.loading.kinds.limits import LimitShape
from interlock.loading.kinds.mutations import ClampShape, DefaultShape, LockShape, UnionShape
from interlock.loading.kinds.obligations import Obliged
from interlock.model.area import Area
from interlock.model.intent import Action
from interlock.model.policy import Effect, Enforcement, OnError

_PREFIXES = sorted({action.partition(".")[0] for action in Action})
ACTION_PATTERNS = (*(action.value for action in Action), *(f"{prefix}.*" for prefix in _PREFIXES))
"""All actions, and `prefix.*` for all actions that start alike."""


def _action(text: str) -> str:
    if text not in ACTION_PATTERNS:
        expected = ", ".join(f"'{pattern}'" for pattern in ACTION_PATTERNS)
        raise PydanticCustomError("enum", "unknown action", {"expected": expected})
    return text


ActionPattern = Annotated[
    str, AfterValidator(_action), Field(json_schema_extra={"enum": list(ACTION_PATTERNS)})
]


class MatchShape(Shape):
    """Which Intents the policy is about; all that is given must hold."""

    actions: AtLeastOne[ActionPattern] = ()
    """Any of these actions; `workload.*` stands for all actions that start with `workload.`."""

    kinds: AtLeastOne[Text] = ()
    """Any of these kinds of objects, such as `Deployment`."""

    when: Text = ""
    """A CEL condition on the Intent and, if the policy has an area, on its item."""


class ImportShape(Shape):
    """A library whose functions the policy's expressions may call."""

    library: LibraryNameText
    """The library's name."""

    version: VersionText
    """The exact version."""

    digest: DigestText | None = None
    """The digest of the library that was reviewed; a changed library is refused."""


class VariableShape(Shape):
    """A named CEL expression."""

    name: Identifier
    """Later variables and all rules read the value as `variables.` and this name."""

    expression: Text
    """The CEL expression."""


RULE_EFFECTS = (Effect.REQUIRE, Effect.FORBID, Effect.PERMIT)
"""What a rule can be; limits are documents' own lists."""


class RuleShape(Shape):
    """A CEL expression with an effect: exactly one of `require`, `forbid` and `permit`."""

    # Editors can tell; when loading, decoding says it in words.
    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [effect.value]} for effect in RULE_EFFECTS]},
    )

    name: Name
    """The rule's name, unique within the policy. Decisions, reports and waivers use it."""

    require: Text = ""
    """A CEL condition that must be true; false denies."""

    forbid: Text = ""
    """A CEL condition that must be false; true denies."""

    permit: Text = ""
    """A CEL condition that, where it is true, allows what a closed layer would deny."""

    message: Text = ""
    """What is wrong, for the person whose request is denied."""

    message_expression: Text = ""
    """A CEL expression that gives the message; `message` is used where it fails."""

    remedy: Text = ""
    """What that person can do about it."""

    obligations: Obliged = Field(default_factory=dict)
    """What a decision that rests on the rule obliges to: an allowance on a `permit`, a denial on any other."""

    advice: Obliged = Field(default_factory=dict)
    """What goes with such a decision and may be ignored."""

    waivable: bool = True
    """Whether a waiver may lift the rule's violations."""


class PolicySpec(Shape):
    """What the policy decides."""

    layer: Name
    """Whose authority the policy carries: one of the policy set's layers."""

    area: Annotated[Area, Strict(strict=False)] = Area.INTENT
    """The part of an Intent that the rules see one item at a time."""

    enforcement: Annotated[Enforcement, Strict(strict=False)] = Enforcement.ENFORCE
    """Whether denials count; `warn` and `audit` only record them."""

    on_error: Annotated[OnError, Strict(strict=False)] = OnError.DENY
    """What a rule that fails to evaluate means; `ignore` only where a higher layer lets it."""

    description: Text
    """What the policy is for, and why."""

    match: MatchShape = MatchShape()
    """Which Intents the policy is about; without it, all."""

    imports: Many[ImportShape] = ()
    """Libraries of functions, each in one version."""

    variables: Many[VariableShape] = ()
    """Named expressions, each of which may read those above it."""

    rules: Many[RuleShape] = ()
    """What must hold, in any order."""

    limits: Many[LimitShape] = ()
    """Bounds of numbers and texts, which meet those of all other policies."""

    defaults: Many[DefaultShape] = ()
    """What objects get where they have nothing, before they are decided. Not together with `match.when`."""

    clamps: Many[ClampShape] = ()
    """Bounds that whole numbers of objects are brought within, after the defaults."""

    unions: Many[UnionShape] = ()
    """Items that lists of objects have, added together with the clamps."""

    locks: Many[LockShape] = ()
    """What objects get whatever they have, after all else."""


class PolicyDocument(Envelope[Metadata]):
    """A layer's rules for one area."""

    kind: Literal["IntentPolicy"]
    """The kind of document."""

    spec: PolicySpec
    """What the policy decides."""
