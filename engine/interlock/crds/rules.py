"""What documents must hold that takes two fields to see, as the API server asks it.

Each says what decoding says when policies load (`loading/decode`), as far as a rule of the
API server's can tell: one that costs too much, or needs a second document, isn't here.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from interlock.crds.validation import Validation
from interlock.loading.kinds.budget import BudgetSpec, UnitLimitShape
from interlock.loading.kinds.common import Shape
from interlock.loading.kinds.entities import ResourceTypeShape
from interlock.loading.kinds.library import FunctionShape, ParameterShape
from interlock.loading.kinds.limits import LimitShape
from interlock.loading.kinds.mutations import ClampShape, DefaultShape, LockShape, UnionShape
from interlock.loading.kinds.obligations import DeclaredShape
from interlock.loading.kinds.policy import ImportShape, PolicySpec, RuleShape, VariableShape
from interlock.loading.kinds.policyset import LayerShape, PolicySetSpec
from interlock.loading.kinds.waiver import WaiverSpec

_STATED: Final = ("rules", "limits")
_CHANGES: Final = ("defaults", "clamps", "unions", "locks")


def _some(fields: Sequence[str]) -> str:
    """One of the lists in `fields` has an entry."""
    return " || ".join(f"(has(self.{field}) && self.{field}.size() > 0)" for field in fields)


def _moment(field: str) -> str:
    """The instant in `field`, which documents may write with a blank, or in small letters."""
    return f"timestamp(self.{field}.upperAscii().replace(' ', 'T'))"


_PATH: Final = (
    Validation(
        rule="self.path[0] != '*' && self.path[self.path.size() - 1] != '*'",
        message="`*` stands for the items of a list: write the list's key before it and an item's key after it",
        field="path",
    ),
    Validation(
        rule="!(self.path[0] in ['apiVersion', 'kind'])",
        message="`apiVersion` and `kind` say what the object is, and can't be changed",
        field="path",
    ),
)

_RULES: Final[Mapping[type[Shape], tuple[Validation, ...]]] = {
    PolicySpec: (
        Validation(
            rule=_some(_STATED + _CHANGES),
            message="the policy says nothing: add `rules`, `limits`, `defaults`, `clamps`, `unions` or `locks`",
        ),
        Validation(
            rule=f"!has(self.match) || !has(self.match.when) || !({_some(_CHANGES)})",
            message="a policy that changes objects applies by action and kind alone: give the change a `when`, "
            "or move its rules to a policy of their own",
            field="match.when",
        ),
    ),
    RuleShape: (
        Validation(
            rule="has(self.permit) || has(self.message) || has(self.messageExpression)",
            message="the rule can deny and says not why: add `message` or `messageExpression`",
        ),
    ),
    LimitShape: (
        Validation(
            rule="!has(self.floor) || !has(self.ceiling) || type(self.floor) != int || "
            "type(self.ceiling) != int || int(self.floor) <= int(self.ceiling)",
            message="the floor is above the ceiling: lower it",
            field="floor",
        ),
    ),
    DefaultShape: _PATH,
    ClampShape: (
        *_PATH,
        Validation(
            rule="has(self.ceiling) || has(self.floor)",
            message="the clamp has no bound: add `ceiling` or `floor`",
        ),
        Validation(
            rule="!has(self.floor) || !has(self.ceiling) || self.floor <= self.ceiling",
            message="the floor is above the ceiling: lower it",
            field="floor",
        ),
    ),
    UnionShape: _PATH,
    LockShape: _PATH,
    BudgetSpec: (
        Validation(
            rule="!has(self.onExceed) || self.onExceed != 'clamp' || "
            "self.limits.all(limit, limit.unit in ['tokens', 'outputTokens', 'cost'])",
            message="fewer tokens don't use less of the other units: move them to a budget that denies",
            field="limits",
        ),
    ),
    UnitLimitShape: (
        Validation(
            rule="self.unit in ['cost', 'gpuTime'] || type(self.limit) == int",
            message="the unit is counted: write a whole number",
            field="limit",
        ),
    ),
    WaiverSpec: (
        Validation(
            rule="self.owner.trim().lowerAscii() != self.approver.trim().lowerAscii()",
            message="approver is the owner, who benefits: have somebody else approve",
            field="approver",
        ),
        Validation(
            rule=f"{_moment('expires')} > {_moment('starts')}",
            message="`expires` is not after `starts`, or one of them is on no calendar: choose a later time",
            field="expires",
        ),
    ),
    PolicySetSpec: (
        Validation(
            rule="!has(self.layers) || !has(self.layers[0].mayIgnoreErrors) || !self.layers[0].mayIgnoreErrors",
            message="no layer is above the highest, so none can let it ignore errors: remove the field",
            field="layers",
        ),
    ),
}

_LIST_KEYS: Final[Mapping[type[Shape], str]] = {
    DeclaredShape: "name",
    FunctionShape: "name",
    ImportShape: "library",
    LayerShape: "name",
    LimitShape: "name",
    ParameterShape: "name",
    ResourceTypeShape: "name",
    RuleShape: "name",
    UnitLimitShape: "unit",
    VariableShape: "name",
}


def rules(shape: str) -> tuple[Validation, ...]:
    """What is asked of objects of the shape of this name."""
    return _BY_NAME.get(shape, ())


def list_key(shape: str) -> str | None:
    """The field that differs among the entries of a list of this shape; None where entries may repeat."""
    return _KEYS_BY_NAME.get(shape)


_BY_NAME: Final = {shape.__name__: asked for shape, asked in _RULES.items()}
_KEYS_BY_NAME: Final = {shape.__name__: key for shape, key in _LIST_KEYS.items()}
