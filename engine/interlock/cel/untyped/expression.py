"""An expression that comes with a request, to be evaluated over what is known.

Nothing native sees it but the engine of regular expressions, and its cost is counted and
limited as that of a policy's expression is.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from interlock.cel.cost.charges import Charges
from interlock.cel.cost.meter import Meter
from interlock.cel.cost.tariff import Tariff, tariff
from interlock.cel.interpreter.interpret import Observer, interpret
from interlock.cel.ir import Has, Node
from interlock.cel.libraries.overloads import Function, Library, functions
from interlock.cel.libraries.standard import STANDARD
from interlock.cel.untyped.lowering import lowered


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """What was read of a text: what it computes by which functions, and what that costs."""

    node: Node
    functions: Mapping[str, Function]
    tariff: Tariff

    def evaluate(self, activation: Mapping[str, Any], meter: Meter, observer: Observer | None = None) -> Any:
        """The value over `activation`, counted by `meter`; `observer` sees each step.

        Raises:
            EvaluationError: its CEL error.
            LimitExceeded: it went past a bound.
        """
        charges = Charges(self.tariff, meter)
        return interpret(self.node, self.functions, _is_repeated, activation, charges, observer)


def read(text: str, libraries: tuple[Library, ...], variables: Collection[str]) -> Expression:
    """The expression that `text` is, with `libraries` beside the standard one.

    Raises:
        UnreadableError: it is no CEL, or needs what isn't there.
    """
    table = _table(libraries)
    node = lowered(text, table, variables)
    return Expression(node, table, tariff(node))


@lru_cache(maxsize=8)
def _table(libraries: tuple[Library, ...]) -> Mapping[str, Function]:
    return functions((STANDARD, *libraries))


def _is_repeated(_: Has) -> bool:
    """Maps from requests hold what they hold: an empty list is there."""
    return False
