"""The definition of what an expression means: the IR, walked node by node.

Slow and exact. It decides wherever the generated code gives up, and it is
what a trace is made from: an observer sees every node's value or error.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from interlock.cel.ir import (
    And,
    Call,
    Conditional,
    Const,
    Has,
    ListOf,
    Local,
    MapOf,
    Node,
    Or,
    Quantifier,
    Quantity,
    Select,
    Transform,
    Variable,
)
from interlock.cel.libraries import Function
from interlock.cel.libraries.collections import elements, has, has_repeated, select
from interlock.cel.libraries.comparison import to_bool
from interlock.cel.values import EvaluationError, LimitExceeded, entries

MAX_NESTED_ITERATIONS: Final = 100_000
"""How many elements the inner loops of one evaluation may range over, and `in` in a loop look at, in all.

An outermost loop is linear in the request, which is bounded itself.
"""

Observer = Callable[[Node, "Any | EvaluationError"], None]
"""Called with each node that was evaluated and its value, or its error."""


@dataclass(slots=True)
class Budget:
    """What is left of the iterations of one evaluation's inner loops."""

    left: int = MAX_NESTED_ITERATIONS

    def spend(self, range_: Any) -> Any:
        """`range_`, once its elements are paid for.

        Raises:
            LimitExceeded: they can't be.
        """
        if isinstance(range_, list | dict):
            self._pay(len(range_))
        return range_

    def search(self, container: Any) -> Any:
        """`container`, once a look at each of its elements is paid for; a map is not searched.

        Raises:
            LimitExceeded: it can't be.
        """
        if isinstance(container, list):
            self._pay(len(container))
        return container

    def _pay(self, iterations: int) -> None:
        self.left -= iterations
        if self.left < 0:
            raise LimitExceeded(f"more than {MAX_NESTED_ITERATIONS} iterations of nested loops")


def is_search(node: Call) -> bool:
    """Whether `node` looks through a list of any length, which in a loop is a loop of its own."""
    return node.function == "@in" and not isinstance(node.arguments[1], ListOf)


@dataclass(slots=True)
class Interpreter:
    """One evaluation over one activation."""

    activation: Mapping[str, Any]
    functions: Mapping[str, Function]
    repeated: Callable[[Has], bool]
    observer: Observer | None = None
    budget: Budget = field(default_factory=Budget)

    def evaluate(self, node: Node, scope: Mapping[str, Any]) -> Any:
        """The value of `node`, where `scope` binds the variables of enclosing loops.

        Raises:
            EvaluationError: its CEL error.
            LimitExceeded: it went past a bound.
        """
        try:
            value = self._value(node, scope)
        except EvaluationError as error:
            if self.observer:
                self.observer(node, error)
            raise
        if self.observer:
            self.observer(node, value)
        return value

    def _value(self, node: Node, scope: Mapping[str, Any]) -> Any:  # noqa: C901, PLR0912  # one case a node
        match node:
            case Const(_, value):
                return value
            case Variable(_, name):
                return self.activation[name]
            case Local(_, name):
                return scope[name]
            case Select(_, operand, name):
                return select(self.evaluate(operand, scope), name)
            case Has(_, operand, name):
                test = has_repeated if self.repeated(node) else has
                return test(self.evaluate(operand, scope), name)
            case Call(_, function, arguments, _):
                values = [self.evaluate(each, scope) for each in arguments]
                if scope and is_search(node):
                    self.budget.search(values[1])
                return self._called(function, values)
            case And(_, left, right):
                return self._logic(left, right, scope, decisive=False)
            case Or(_, left, right):
                return self._logic(left, right, scope, decisive=True)
            case Conditional(_, condition, then, otherwise):
                chosen = then if to_bool(self.evaluate(condition, scope)) else otherwise
                return self.evaluate(chosen, scope)
            case ListOf(_, parts):
                return [self.evaluate(each, scope) for each in parts]
            case MapOf(_, pairs):
                return entries((self.evaluate(key, scope), self.evaluate(value, scope)) for key, value in pairs)
            case Quantifier():
                return self._quantified(node, scope)
            case Transform():
                return self._transformed(node, scope)

    def _called(self, function: str, arguments: list[Any]) -> Any:
        try:
            return self.functions[function](*arguments)
        except (OverflowError, ValueError):
            # JSON can hold what is no CEL value: integers of any size, lone surrogates.
            raise EvaluationError(f"an argument of {function} is out of range") from None

    def _logic(self, left: Node, right: Node, scope: Mapping[str, Any], *, decisive: bool) -> bool:
        """`decisive` if either side is; otherwise the first error, if any; otherwise not `decisive`."""
        failure: EvaluationError | None = None
        for side in (left, right):
            try:
                if to_bool(self.evaluate(side, scope)) is decisive:
                    return decisive
            except EvaluationError as error:
                failure = failure or error
        if failure:
            raise failure
        return not decisive

    def _range(self, node: Quantifier | Transform, scope: Mapping[str, Any]) -> Any:
        range_ = self.evaluate(node.range, scope)
        return elements(self.budget.spend(range_) if node.is_nested else range_)

    def _quantified(self, node: Quantifier, scope: Mapping[str, Any]) -> bool:
        if node.quantity is Quantity.EXISTS_ONE:
            return self._count(node, scope) == 1
        decisive = node.quantity is Quantity.EXISTS
        failure: EvaluationError | None = None
        for element in self._range(node, scope):
            try:
                if to_bool(self.evaluate(node.predicate, {**scope, node.variable: element})) is decisive:
                    return decisive
            except EvaluationError as error:
                failure = failure or error
        if failure:
            raise failure
        return not decisive

    def _count(self, node: Quantifier, scope: Mapping[str, Any]) -> int:
        return sum(
            to_bool(self.evaluate(node.predicate, {**scope, node.variable: element}))
            for element in self._range(node, scope)
        )

    def _transformed(self, node: Transform, scope: Mapping[str, Any]) -> list[Any]:
        made: list[Any] = []
        for element in self._range(node, scope):
            inner = {**scope, node.variable: element}
            if node.predicate is None or to_bool(self.evaluate(node.predicate, inner)):
                made.append(self.evaluate(node.element, inner))
        return made
