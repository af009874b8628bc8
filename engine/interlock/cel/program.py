"""A compiled expression: one text, one IR, and its readers."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import msgspec

from interlock.cel.assemble import Plan
from interlock.cel.cost.charges import Charges
from interlock.cel.cost.guard import LARGEST, Guard
from interlock.cel.cost.meter import Meter
from interlock.cel.cost.tariff import Tariff, tariff
from interlock.cel.interpret import Observer, interpret
from interlock.cel.ir import Has, Node
from interlock.cel.libraries.overloads import Function
from interlock.cel.types import CelType
from interlock.cel.values import EvaluationError, LimitExceeded
from interlock.spans import SourceText

_ENCODER: Final = msgspec.json.Encoder()


class Activation(dict[str, Any]):
    """Bound variables by name; a policy's own variables are computed when they are first read, and kept."""

    programs: "Mapping[str, Program]" = MappingProxyType({})
    failures: Mapping[str, "EvaluationError | LimitExceeded"] = MappingProxyType({})
    """Variables that failed: kept too, or one that reads others would repeat a failure on every path to it."""

    meter: Meter | None = None
    """What counts the cost of the expression that is being evaluated, if anybody counts."""

    until: int | None = None
    """The `time.monotonic_ns()` by which evaluations are to end."""

    whole: Any = None
    """The value that all bound variables are parts of, where there is one."""

    _size: int | None = None

    @property
    def size(self) -> int:
        """No fewer than the characters, bytes and elements of all that is bound."""
        if self._size is None:
            try:
                # A character and an element take a byte of JSON each, and nothing counts bytes faster.
                self._size = len(_ENCODER.encode(dict(self) if self.whole is None else self.whole))
            except (TypeError, ValueError, RecursionError):
                self._size = LARGEST.total
        return self._size

    def extended(self, programs: "Mapping[str, Program]") -> "Activation":
        """A copy whose further variables hold what `programs` evaluate to."""
        copy = Activation(self)
        copy.programs, copy.until, copy.whole, copy._size = programs, self.until, self.whole, self._size
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

    `plan` is what generated code computes; None where it nests too deep for
    that. `guard` knows what it can cost. `type` is what the
    checker inferred and `trusted` what is sure at run time.
    `evaluate` raises EvaluationError for a CEL error and LimitExceeded past a
    bound, and nothing else, whatever the activation holds.
    """

    source: SourceText
    node: Node
    plan: Plan | None
    guard: Guard
    type: CelType
    trusted: CelType
    functions: Mapping[str, Function]
    repeated: Callable[[Has], bool]
    evaluate: Callable[[Activation], Any]

    def exact(self, activation: Activation) -> Any:
        """The same value as `evaluate`, by the interpreter."""
        return self.measure(activation, self._meter(activation))

    def trace(self, activation: Activation, observer: Observer) -> Any:
        """The same value as `evaluate`, with every step shown to `observer`."""
        return self.measure(activation, self._meter(activation), observer)

    def measure(self, activation: Activation, meter: Meter, observer: Observer | None = None) -> Any:
        """The same value as `evaluate`, with its cost counted by `meter`, which ends it at its limit."""
        outer, activation.meter = activation.meter, meter
        charges = Charges(_tariff(self), meter)
        try:
            return interpret(self.node, self.functions, self.repeated, activation, charges, observer)
        finally:
            activation.meter = outer

    def _meter(self, activation: Activation) -> Meter:
        return Meter(limit=self.guard.limit, clock=time.monotonic_ns, until=activation.until)


@lru_cache(maxsize=4096)
def _tariff(program: Program) -> Tariff:
    return tariff(program.node)
