"""A compiled expression: one text, one IR, and its readers."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from interlock.cel.activation import Activation
from interlock.cel.cost.charges import Charges
from interlock.cel.cost.guard import Guard
from interlock.cel.cost.meter import Meter
from interlock.cel.cost.tariff import Tariff, tariff
from interlock.cel.generation.assemble import Plan, evaluation, executed
from interlock.cel.generation.generate import Generator
from interlock.cel.interpreter.interpret import Observer, interpret
from interlock.cel.ir import Has, Node
from interlock.cel.libraries.overloads import Function
from interlock.cel.rewriting.partial import Partial
from interlock.cel.tree import depth, open_loops
from interlock.cel.types import DYN, CelType
from interlock.spans import SourceText

_DEEPEST: Final = 50
"""How deep what is generated may nest: Python takes 200 parentheses in each other, and a node makes three."""

Evaluate = Callable[[Activation], Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class Program:
    """An expression that can be evaluated and traced any number of times, by any number of threads.

    `type` is what the checker inferred; `guard` knows what an evaluation can
    cost. What is made of the IR is made when it is first asked for.
    """

    source: SourceText
    checked: Node
    """What the checker read: `node`, in which calls of user-defined functions are still calls."""
    node: Node
    type: CelType
    guard: Guard
    functions: Mapping[str, Function]
    repeated: Callable[[Has], bool]
    generator: Callable[[], Generator]
    alternative: Evaluate | None = None
    """What evaluates in place of generated code and interpreter."""

    @cached_property
    def plan(self) -> Plan | None:
        """What generated code computes: the IR with its constant parts evaluated. None where it nests too deep.

        All loops whose turns count are left.
        """
        if depth(self.node) > _DEEPEST:
            return None
        folded = Partial(self.functions, self.repeated).fold(self.node)
        is_like = open_loops(folded) == open_loops(self.node) and depth(folded) <= _DEEPEST
        return Plan(folded if is_like else self.node, self.guard)

    @cached_property
    def trusted(self) -> CelType:
        """The type that values are sure to have."""
        return DYN if self.plan is None else self.generator().code(self.plan.node, {}).type

    @cached_property
    def evaluate(self) -> Evaluate:
        """Computes the value over an activation.

        It raises EvaluationError for a CEL error and LimitExceeded past a
        bound, and nothing else, whatever the activation holds.
        """
        if self.alternative is not None:
            return self.alternative
        if self.plan is None:
            return self.exact
        generator = self.generator()
        text = evaluation(generator, self.plan)
        evaluate: Evaluate = executed(text, str(self.source.span), {**generator.names, "exact": self.exact})[
            "evaluate"
        ]
        return evaluate

    def within(self, limit: int) -> "Program":
        """The same expression, an evaluation of which costs `limit` at most."""
        return replace(self, guard=Guard(self.guard.node, self.guard.variables, limit))

    def prepare(self) -> None:
        """Make now what the first evaluation would make."""
        _ = self.evaluate

    def exact(self, activation: Activation) -> Any:
        """The same value as `evaluate`, by the interpreter."""
        return self.measure(activation, self._meter(activation))

    def trace(self, activation: Activation, observer: Observer) -> Any:
        """The same value as `evaluate`, with every step shown to `observer`."""
        return self.measure(activation, self._meter(activation), observer)

    def measure(self, activation: Activation, meter: Meter, observer: Observer | None = None) -> Any:
        """The same value as `evaluate`, with its cost counted by `meter`, which ends it at its limit."""
        outer, activation.meter = activation.meter, meter
        charges = Charges(self._tariff, meter)
        try:
            return interpret(self.node, self.functions, self.repeated, activation, charges, observer)
        finally:
            activation.meter = outer

    def value(self, activation: Activation) -> Any:
        """The same value as `evaluate`, counted where another evaluation that reads it is."""
        if activation.meter is None:
            return self.evaluate(activation)
        with activation.meter.inner() as meter:
            return self.measure(activation, meter)

    @cached_property
    def _tariff(self) -> Tariff:
        return tariff(self.node)

    def _meter(self, activation: Activation) -> Meter:
        return Meter(limit=self.guard.limit, clock=time.monotonic_ns, until=activation.until)
