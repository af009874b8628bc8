"""The engines that evaluate the expressions, each as something to call.

All read the same plain data through variables that are dynamic to every
checker, so no engine knows more than another.
"""

import importlib.util
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import celpy
from benchmarks.expressions import Expression
from cel_expr_python import cel
from celpy.adapter import json_to_cel

from interlock.cel.activation import Activation
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.program import Program
from interlock.cel.types import DYN
from interlock.spans import typed_in

BY_HAND: Final = "by hand"
INTERLOCK: Final = "interlock"
INTERLOCK_FRESH: Final = "interlock, fresh"
EXACT: Final = "interlock, exact"
GOOGLE: Final = "cel-expr-python"
GOOGLE_FRESH: Final = "cel-expr-python, fresh"
CELPY: Final = "cel-python"
RUST: Final = "cel (Rust)"


@dataclass(frozen=True)
class Contender:
    """A Python statement to be timed, by a clock of nanoseconds; `is_slow` asks for few rounds."""

    statement: str
    names: Mapping[str, Any]
    is_slow: bool = False
    clock: Callable[[], int] = time.process_time_ns


def environment(expression: Expression) -> Environment:
    """Ours, in which its variables are dynamic."""
    return Environment(declare([]), dict.fromkeys(expression.variables, DYN), {})


def program(expression: Expression) -> Program:
    """The expression as we compile it."""
    return environment(expression).compile(typed_in(expression.source))


def google_environment(expression: Expression) -> Any:  # noqa: ANN401  # it ships no types
    """Google's, in which its variables are dynamic."""
    return cel.NewEnv(variables=dict.fromkeys(expression.variables, cel.Type.DYN))


def contenders(expression: Expression) -> dict[str, Contender]:
    """Every engine that is installed, by name; "fresh" is bound and converted each time anew.

    Raises:
        SystemExit: one of them doesn't find the expression true.
    """
    made = {
        BY_HAND: Contender(
            f"hand({', '.join(expression.variables)})", {"hand": expression.by_hand, **expression.variables}
        ),
        **_ours(expression),
        **_googles(expression),
        CELPY: _celpys(expression),
    }
    if importlib.util.find_spec("cel") is not None:
        made[RUST] = _rusts(expression)
    for name, contender in made.items():
        if not eval(contender.statement, dict(contender.names)):  # noqa: S307  # a statement from above
            raise SystemExit(f"{name} doesn't find {expression.name} true")
    return made


def _ours(expression: Expression) -> dict[str, Contender]:
    compiled = program(expression)
    names = {
        "Activation": Activation,
        "evaluate": compiled.evaluate,
        "exact": compiled.exact,
        "values": expression.variables,
        "bound": Activation(expression.variables),
    }
    return {
        INTERLOCK: Contender("evaluate(bound)", names),
        INTERLOCK_FRESH: Contender("evaluate(Activation(values))", names),
        EXACT: Contender("exact(bound)", names),
    }


def _googles(expression: Expression) -> dict[str, Contender]:
    env = google_environment(expression)
    names = {
        "Activation": env.Activation,
        "eval": env.compile(expression.source).eval,
        "values": expression.variables,
        "bound": env.Activation(expression.variables),
    }
    return {
        GOOGLE: Contender("eval(bound).value()", names),
        GOOGLE_FRESH: Contender("eval(Activation(values)).value()", names),
    }


def _celpys(expression: Expression) -> Contender:
    env = celpy.Environment()
    names = {
        "evaluate": env.program(env.compile(expression.source)).evaluate,
        "bound": {name: json_to_cel(value) for name, value in expression.variables.items()},
    }
    return Contender("evaluate(bound)", names, is_slow=True)


def _rusts(expression: Expression) -> Contender:
    rust = importlib.import_module("cel")
    names = {
        "execute": rust.compile(expression.source).execute,
        "bound": rust.Context(expression.variables),
    }
    return Contender("execute(bound)", names)
