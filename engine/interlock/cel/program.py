"""A compiled expression: one text, one IR, and its readers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from interlock.cel.cost.charges import Charges
from interlock.cel.cost.meter import Meter
from interlock.cel.cost.tariff import Tariff, tariff
from interlock.cel.interpret import Observer, interpret
from interlock.cel.ir import Has, Node
from interlock.cel.libraries.overloads import Function
from interlock.cel.types import CelType
from interlock.cel.values import EvaluationError, LimitExceeded
from interlock.spans import SourceText


class Activation(dict[str, Any]):
    """Bound variables by name; a policy's own variables are computed when they are first read, and kept."""

    programs: "Mapping[str, Program]" = MappingProxyType({})
    failures: Mapping[str, "EvaluationError | LimitExceeded"] = MappingProxyType({})
    """Variables that failed: kept too, or one that reads others would repeat a failure on every path to it."""

    meter: Meter | None = None
    """What counts the cost of the expression that is being evaluated."""

    def extended(self, programs: "Mapping[str, Program]") -> "Activation":
        """A copy whose further variables hold what `programs` evaluate to."""
        copy = Activation(self)
        copy.programs = programs
        return copy

    def __missing__(self, name: str) -> Any:
        if name in self.failures:
            raise self.failures[name].with_traceback(None)
        if name not in self.programs:
            raise EvaluationError(f"no such variable: {name}")
        try:
            value = self[name] = self._computed(self.programs[name])
        except (EvaluationError, LimitExceeded) as error:
            self.failures = {**self.failures, name: error}
            raise
        return value

    def _computed(self, program: "Program") -> Any:
        if self.meter is None:
            return program.evaluate(self)
        with self.meter.inner() as meter:
            return program.measure(self, meter)


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """An expression that can be evaluated and traced any number of times, by any number of threads.

    `folded` is `node` with its constant parts evaluated, as generated code
    computes it; None where it nests too deep for that. `type` is what the
    checker inferred and `trusted` what is sure at run time.
    `evaluate` raises EvaluationError for a CEL error and LimitExceeded past a
    bound, and nothing else, whatever the activation holds.
    """

    source: SourceText
    node: Node
    folded: Node | None
    type: CelType
    trusted: CelType
    functions: Mapping[str, Function]
    repeated: Callable[[Has], bool]
    evaluate: Callable[[Activation], Any]

    def trace(self, activation: Activation, observer: Observer) -> Any:
        """The same value as `evaluate`, with every step shown to `observer`."""
        return interpret(self.node, self.functions, self.repeated, activation, observer)

    def measure(self, activation: Activation, meter: Meter) -> Any:
        """The same value as `evaluate`, with its cost counted by `meter`, which ends it at its limit."""
        outer, activation.meter = activation.meter, meter
        charges = Charges(_tariff(self), meter)
        try:
            return interpret(self.node, self.functions, self.repeated, activation, charges=charges)
        finally:
            activation.meter = outer


@lru_cache(maxsize=4096)
def _tariff(program: Program) -> Tariff:
    return tariff(program.node)
