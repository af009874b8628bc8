"""The alternative evaluator: cel-python, an independent implementation of CEL.

Any decision can be made again on it, to see whether two engines that share no
code agree. It is no second reading of the language definition in every
corner (docs/decisions/0003 lists where it parts), it is slow, and importing it
changes the process's recursion limit; so it is imported only when it is asked
for, and never serves traffic by itself.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import celpy
from celpy import celtypes
from celpy.adapter import json_to_cel

from interlock.cel.activation import Activation
from interlock.cel.values import Duration, EvaluationError, Timestamp, Uint

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_VARIABLES: Final = "variables"


def evaluator(text: str, names: frozenset[str]) -> Callable[[Activation], Any]:
    """A function that evaluates `text`, which reads the variables `names`, by cel-python.

    It raises EvaluationError for whatever goes wrong.

    Raises:
        EvaluationError: cel-python can't parse `text`, which the checker can.
    """
    environment = celpy.Environment()
    try:
        program = environment.program(environment.compile(text))
    except Exception as error:  # it raises what Python raises, not only its own errors
        raise EvaluationError("cel-python can't parse this expression") from error

    def evaluate(activation: Activation) -> Any:
        try:
            return _from_celpy(program.evaluate(_bound(activation, names)))
        except EvaluationError:
            raise
        except Exception as error:  # noqa: BLE001  # it raises what Python raises, not only its own errors
            raise EvaluationError(f"cel-python: {error}") from None

    return evaluate


def _bound(activation: Activation, names: frozenset[str]) -> dict[str, Any]:
    """The variables that the expression reads; a policy's own ones are one map there."""
    bound: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for name in names:
        prefix, _, rest = name.partition(".")
        if prefix == _VARIABLES:
            own[rest] = activation[name]
        else:
            bound[name] = _to_celpy(activation[name])
    if own:
        bound[_VARIABLES] = _to_celpy(own)
    return bound


def _to_celpy(value: Any) -> Any:
    match value:
        case Mapping():
            return celtypes.MapType({_to_celpy(key): _to_celpy(each) for key, each in value.items()})
        case list():
            return celtypes.ListType(map(_to_celpy, value))
        case Timestamp(nanoseconds):
            return celtypes.TimestampType(_EPOCH + timedelta(microseconds=nanoseconds // 1000))
        case Duration(nanoseconds):
            return celtypes.DurationType(timedelta(microseconds=nanoseconds // 1000))
        case Uint():
            return celtypes.UintType(value)
        case _:
            return json_to_cel(value)


def _from_celpy(value: Any) -> Any:
    match value:
        case celtypes.BoolType():
            return bool(value)
        case celtypes.StringType():
            return str(value)
        case celtypes.UintType():
            return Uint(value)
        case celtypes.IntType():
            return int(value)
        case celtypes.DoubleType():
            return float(value)
        case celtypes.ListType():
            return [_from_celpy(each) for each in value]
        case celtypes.MapType():
            return {_from_celpy(key): _from_celpy(each) for key, each in value.items()}
        case _:
            return value
