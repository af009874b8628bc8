"""One selector of devices: a CEL expression that is true of those that are meant.

Source: k8s.io/dynamic-resource-allocation/cel. A request brings it, so it is
read without the checker, in Python alone, and its cost is limited.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from interlock.cel.cost.limits import PER_CALL_LIMIT
from interlock.cel.cost.meter import Meter
from interlock.cel.ir import Node
from interlock.cel.libraries.extensions import macros
from interlock.cel.libraries.kubernetes.versions import NEWEST, libraries
from interlock.cel.syntax.tokens import UnreadableError
from interlock.cel.tree import size
from interlock.cel.untyped.expression import Expression, read
from interlock.cel.values import EvaluationError, LimitExceeded, UnknownError

LONGEST: Final = 10_240
"""The length of an expression that the API server takes, in bytes."""

MOST: Final = 250_000
"""What one selector may cost over all devices that are known, and all selectors of a request together."""

_EACH: Final = 10
"""What asking of one device costs beside the expression's own cost and the size of its tree.

The API server counts nothing for constants, which we evaluate for each device.
"""

_CHARACTER: Final = 4
"""What reading one character costs."""

_COSTLY: Final = "the selector costs too much to be evaluated"

_DEVICE: Final = "device"
_LIBRARIES: Final = (*libraries(NEWEST), macros.BINDINGS)


@dataclass(frozen=True, slots=True)
class Selected:
    """The positions of the devices that may be meant, and what finding them cost.

    Where `fault` says why they can't be found, they are all that there are.
    """

    positions: frozenset[int]
    cost: int
    fault: str = ""


def readable(text: str) -> str:
    """Why `text` is no selector; empty where it is one."""
    found = _read(text)
    return found if isinstance(found, str) else ""


def selected(text: str, devices: tuple[Mapping[str, Any], ...]) -> Selected:
    """Those of `devices`, each as the expression's `device`, of which `text` isn't sure not to be true."""
    everything = frozenset(range(len(devices)))
    expression = _read(text)
    if isinstance(expression, str):
        return Selected(everything, _CHARACTER * len(text), expression)
    cost, positions = _CHARACTER * len(text), []
    each = _EACH + size(expression.node)
    if cost + each * len(devices) > MOST:
        return Selected(everything, MOST, _COSTLY)
    for position, device in enumerate(devices):
        meter = Meter(limit=min(PER_CALL_LIMIT, MOST))
        try:
            may_be = _may_be(expression, device, meter)
        except LimitExceeded:
            return Selected(everything, MOST, _COSTLY)
        cost += meter.total + each
        if cost > MOST:
            return Selected(everything, MOST, _COSTLY)
        if may_be:
            positions.append(position)
    return Selected(frozenset(positions), cost)


def _read(text: str) -> Expression | str:
    if len(text.encode()) > LONGEST:
        return f"the selector is longer than {LONGEST} bytes"
    try:
        return read(text, _LIBRARIES, (_DEVICE,))
    except UnreadableError:
        return "the selector can't be read as CEL"


def _may_be(expression: Expression, device: Mapping[str, Any], meter: Meter) -> bool:
    """Whether the expression is true of `device`, or may be: then it reads what isn't known beforehand.

    An error that comes of nothing unknown comes of the real device too, which then isn't allocated.

    Raises:
        LimitExceeded: nobody can say, since it went past a bound.
    """
    asked_for_unknown = False

    def observe(_: Node, value: object) -> None:
        nonlocal asked_for_unknown
        asked_for_unknown |= isinstance(value, UnknownError)

    try:
        return bool(expression.evaluate({_DEVICE: device}, meter, observe) is not False)
    except EvaluationError:
        return asked_for_unknown
