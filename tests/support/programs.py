"""Programs over a few variables, what they are fed, and what comes of them."""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from hypothesis import assume
from hypothesis import strategies as st

from interlock.cel.activation import Activation
from interlock.cel.declarations import declare, message_type
from interlock.cel.environment import Environment
from interlock.cel.frontend import RejectedError
from interlock.cel.libraries.available import AVAILABLE
from interlock.cel.program import Program
from interlock.cel.types import BOOL, DYN, INT, STRING, TIMESTAMP, CelType, list_of
from interlock.cel.values import EvaluationError, LimitExceeded
from interlock.model.intent import Intent
from interlock.spans import typed_in
from support.expressions import FAILING, FULL, INTENT, expressions
from support.strategies import INTEGERS, TEXTS, json_values, scalars

ERROR: Final = "error"
"""What every implementation is held to where the value is an error: which one is its own affair."""

DECLARED: Final = {
    "b": BOOL,
    "i": INT,
    "j": INT,
    "s": STRING,
    "t": STRING,
    "l": list_of(STRING),
    "x": DYN,
    "y": DYN,
    "d": list_of(DYN),
}
TRUSTING: Final = Environment(declare([]), DECLARED, DECLARED, AVAILABLE)
GUARDED: Final = Environment(declare([]), DECLARED, {}, AVAILABLE)
_POLICY: Final[dict[str, CelType]] = {"intent": message_type(Intent), "now": TIMESTAMP}
POLICY: Final = Environment(declare([Intent]), _POLICY, _POLICY, AVAILABLE)

KINDS: Final = st.sampled_from(["bool", "bool", "int", "string"])
FAILING_EXPRESSION: Final = KINDS.flatmap(lambda kind: expressions(FULL.joined(FAILING), kind))
POLICY_EXPRESSION: Final = expressions(INTENT, "bool")

# Google's wrapper cuts text at NUL, which test_text_is_not_cut_at_nul is about.
WHOLE_TEXTS: Final = st.sampled_from([text for text in TEXTS if "\0" not in text])
INPUTS: Final = st.fixed_dictionaries(
    {
        "b": st.booleans(),
        "i": st.sampled_from(INTEGERS),
        "j": st.sampled_from(INTEGERS),
        "s": WHOLE_TEXTS,
        "t": WHOLE_TEXTS,
        "l": st.lists(WHOLE_TEXTS, max_size=3),
        "x": json_values(),
        "y": json_values(),
        "d": st.lists(scalars(), max_size=3),
    }
)
NO_CEL_VALUES: Final = st.sampled_from([10**30, -(10**400), 10**5000, "\ud800", "a\udfff"])
HOSTILE: Final = st.dictionaries(st.sampled_from(sorted(DECLARED)), json_values() | NO_CEL_VALUES)


def program_of(environment: Environment, text: str) -> Program:
    try:
        return environment.compile(typed_in(text))
    except RejectedError:
        # The grammar knows types, not every rule of the checker.
        assume(condition=False)
        raise


def found(evaluate: Callable[[], Any]) -> tuple[str, Any]:
    """The value with its type, or which of the two failures it is."""
    try:
        value = evaluate()
    except EvaluationError:
        return ERROR, None
    except LimitExceeded:
        return "limit", None
    if isinstance(value, float) and math.isnan(value):
        return "nan", None
    return type(value).__name__, value


def generated(program: Program, values: Mapping[str, Any]) -> tuple[str, Any]:
    return found(lambda: program.evaluate(Activation(values)))


def interpreted(program: Program, values: Mapping[str, Any]) -> tuple[str, Any]:
    return found(lambda: program.trace(Activation(values), lambda _node, _value: None))
