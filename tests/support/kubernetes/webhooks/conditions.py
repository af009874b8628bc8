"""matchConditions, by an implementation of CEL that is not ours."""

from typing import Any

import celpy
from celpy.adapter import json_to_cel
from celpy.celparser import CELParseError
from celpy.evaluation import CELEvalError

from support.kubernetes.attributes import Attributes
from support.kubernetes.resources import Object


class ConditionError(Exception):
    """A condition comes to nothing, and none is false."""


def met(conditions: list[Object], request: Object, about: Attributes) -> bool:
    """Whether all `conditions` hold: one that is false decides, whatever becomes of the others.

    Raises:
        ConditionError: one of them fails, and none is false.
    """
    activation = {
        "object": json_to_cel(about.object),
        "oldObject": json_to_cel(about.old),
        "request": json_to_cel({key: each for key, each in request.items() if not key.endswith("bject")}),
    }
    failed: list[str] = []
    for each in conditions:
        try:
            if not _holds(each["expression"], activation):
                return False
        except (CELEvalError, CELParseError) as error:
            failed.append(f"{each['name']}: {error}")
    if failed:
        raise ConditionError("; ".join(failed))
    return True


def _holds(expression: str, activation: dict[str, Any]) -> bool:
    environment = celpy.Environment()
    return bool(environment.program(environment.compile(expression)).evaluate(activation))
