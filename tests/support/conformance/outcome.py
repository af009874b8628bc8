"""What Interlock makes of a case, and how that differs from what it should."""

from dataclasses import dataclass
from typing import Any

from interlock.cel.activation import Activation
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.frontend import RejectedError
from interlock.cel.libraries.comparison import equal
from interlock.cel.program import Program
from interlock.cel.values import EvaluationError, type_of
from interlock.spans import typed_in
from support.conformance.cases import Case
from support.conformance.typed import type_named, value_of
from support.conformance.unchecked import unchecked


@dataclass(frozen=True, slots=True)
class Rejected:
    """The checker refuses the expression."""

    message: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The evaluation is an error."""

    message: str


def difference(case: Case) -> str | None:
    """How the case differs from what is expected; None where it doesn't."""
    environment = Environment(declare([]), case.types, {}, libraries=case.libraries, container=case.container)
    try:
        program = environment.compile(typed_in(case.text))
    except RejectedError as error:
        if case.is_checked or _fails(case):
            return differs(case, Rejected(str(error)))
        program = unchecked(environment, case.text)
    if "type" in case.expect and program.type != type_named(case.expect["type"]):
        return f"is of type {program.type}, not {case.expect['type']}"
    if not case.is_evaluated:
        return None
    value, exact = _evaluated(program, case, is_exact=False), _evaluated(program, case, is_exact=True)
    return differs(case, value) or differs(case, exact)


def _evaluated(program: Program, case: Case, *, is_exact: bool) -> Any:
    """The value by the interpreter or by generated code, or that it failed."""
    try:
        if is_exact:
            return program.trace(Activation(case.values), lambda _node, _value: None)
        return program.evaluate(Activation(case.values))
    except EvaluationError as error:
        return Failed(str(error))


def _fails(case: Case) -> bool:
    return bool(case.expect.keys() & {"error", "any_of", "compile_error"})


def differs(case: Case, found: Any) -> str | None:
    """How `found` differs from what is expected."""
    if isinstance(found, Rejected | Failed):
        is_other_kind = case.is_strict and isinstance(found, Rejected) != ("compile_error" in case.expect)
        return found.message if not _fails(case) or is_other_kind else None
    if _fails(case):
        return f"is {found!r}, no error"
    expected = value_of(case.expect["value"])
    if type_of(found) != type_of(expected):
        return f"is a {type_of(found)}, not a {type_of(expected)}"
    is_nan = found != found and expected != expected  # noqa: PLR0124  # only NaN isn't itself
    return None if is_nan or equal(found, expected) else f"is {found!r}, not {expected!r}"
