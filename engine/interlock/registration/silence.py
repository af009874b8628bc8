"""What a policy says of an object that asks for nothing.

Most objects of a cluster are such: a ConfigMap, a Role, a custom resource that
isn't read. A policy that is sure to be silent about them need not see them.
"""

from collections.abc import Mapping
from typing import Any, Final

from interlock.cel.activation import Activation
from interlock.cel.ir import Const
from interlock.cel.program import Program
from interlock.cel.rewriting.partial import Partial
from interlock.loading.compiled import CompiledPolicy
from interlock.model.policy import Effect
from interlock.model.seen import NO_RUN

_NOTHING_ASKED: Final[dict[str, Any]] = {
    "models": [],
    "accelerators": [],
    "tools": [],
    "resources": [],
    "context": {},
    "data": {"classifications": []},
    "usage": {},
    "images": [],
}
"""The Intent of such an object, as far as that is the same for all of them."""

_UNKNOWN: Final = frozenset(
    ("intent", fact)
    for fact in (
        *("action", "kind", "principal", "attribution", "workload"),
        *("unresolved", "provenance", "object"),
    )
)
"""What differs between them."""


def is_silent_on_nothing(compiled: CompiledPolicy) -> bool:
    """Whether `compiled` is sure to have nothing to say of an object that asks for nothing, whoever sends it.

    False where nobody can tell without the object.
    """
    known: dict[str, Any] = {"intent": _NOTHING_ASKED, "run": NO_RUN}
    for name, program in compiled.variables.items():
        value = _value(program, known)
        if value is not None:
            known[name] = value
    if compiled.when is not None and _value(compiled.when, known) is False:
        return True
    speaking = [rule for rule in compiled.rules if rule.rule.effect is not Effect.PERMIT]
    return not compiled.limits and all(
        _value(rule.program, known) is (not rule.rule.effect.speaking) for rule in speaking
    )


def is_false_on_nothing(program: Program | None) -> bool:
    """Whether the condition `program` is sure to be false for an object that asks for nothing."""
    return program is not None and _value(program, {"intent": _NOTHING_ASKED, "run": NO_RUN}) is False


def _value(program: Program, known: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any value of CEL
    """The value of `program` where only `known` is known; None where that does not settle it."""
    partial = Partial(program.functions, program.repeated, Activation(known), _UNKNOWN)
    left = partial.reduce(program.node)
    return left.value if isinstance(left, Const) else None
