"""The definition of what an expression means: the IR, walked node by node.

Slow and exact. It decides wherever the generated code gives up, and every
other reader of evaluations is made from it: an observer sees each node's value
or error, a meter what it costs.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from interlock.cel.budget import Budget
from interlock.cel.ir import (
    And,
    Bind,
    Call,
    Conditional,
    Const,
    Has,
    ListOf,
    Local,
    Loop,
    MapOf,
    Node,
    OptionalMap,
    Or,
    Quantifier,
    Quantity,
    Select,
    Transform,
    TransformMap,
    Variable,
)
from interlock.cel.libraries.collections import has, has_repeated, select
from interlock.cel.libraries.comparison import to_bool
from interlock.cel.libraries.overloads import Function, chosen
from interlock.cel.libraries.presence import listed, mapped, opt_flat_map, opt_map, or_else, or_value
from interlock.cel.libraries.ranges import elements, entries_of, pairs
from interlock.cel.values import EvaluationError, LimitExceeded, entries

Observer = Callable[[Node, "Any | EvaluationError"], None]
"""Called with each node that was evaluated and its value, or its error."""

Scope = Mapping[str, Any]
"""The variables of the macros around a node."""


ALTERNATIVES: Final = {"or": or_else, "orValue": or_value}
"""The functions of optionals whose second argument is evaluated only where it is needed."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What `cel.bind` binds where its value is an error, which is raised where the variable is read."""

    error: EvaluationError


def is_search(node: Call) -> bool:
    """Whether `node` looks through a list of any length, which in a loop is a loop of its own."""
    return node.function == "@in" and not isinstance(node.arguments[1], ListOf)


def interpret(
    node: Node,
    functions: Mapping[str, Function],
    repeated: Callable[[Has], bool],
    activation: Mapping[str, Any],
    observer: Observer | None = None,
) -> Any:
    """The exact value of `node`.

    Raises:
        EvaluationError: its CEL error.
        LimitExceeded: it went past a bound.
    """
    try:
        return _Evaluation(activation, functions, repeated, observer).evaluate(node, {})
    except RecursionError:
        raise LimitExceeded("values are nested too deeply") from None


@dataclass(slots=True)
class _Evaluation:
    """One evaluation over one activation."""

    activation: Mapping[str, Any]
    functions: Mapping[str, Function]
    repeated: Callable[[Has], bool]
    observer: Observer | None = None
    budget: Budget = field(default_factory=Budget)

    def evaluate(self, node: Node, scope: Scope) -> Any:
        """The value of `node`.

        Raises:
            EvaluationError: its CEL error.
            LimitExceeded: it went past a bound.
        """
        try:
            value = _READERS[type(node)](self, node, scope)
        except EvaluationError as error:
            if self.observer:
                self.observer(node, error)
            raise
        if self.observer:
            self.observer(node, value)
        return value

    def constant(self, node: Const, _scope: Scope) -> Any:
        return node.value

    def variable(self, node: Variable, _scope: Scope) -> Any:
        return self.activation[node.name]

    def local(self, node: Local, scope: Scope) -> Any:
        value = scope[node.name]
        if isinstance(value, Failure):
            raise value.error.with_traceback(None)
        return value

    def select(self, node: Select, scope: Scope) -> Any:
        return select(self.evaluate(node.operand, scope), node.field)

    def has(self, node: Has, scope: Scope) -> bool:
        test = has_repeated if self.repeated(node) else has
        return test(self.evaluate(node.operand, scope), node.field)

    def call(self, node: Call, scope: Scope) -> Any:
        if node.function in ALTERNATIVES:
            return self._alternative(node, scope)
        values = [self.evaluate(each, scope) for each in node.arguments]
        if scope and is_search(node):
            self.budget.search(values[1])
        try:
            return chosen(self.functions, node.function, node.overloads)(*values)
        except (OverflowError, ValueError):
            # JSON can hold what is no CEL value: integers of any size, lone surrogates.
            raise EvaluationError(f"an argument of {node.function} is out of range") from None

    def _alternative(self, node: Call, scope: Scope) -> Any:
        """`a.or(b)` or `a.orValue(b)`: `b` is evaluated only where `a` is absent."""
        target, otherwise = node.arguments
        return ALTERNATIVES[node.function](
            self.evaluate(target, scope), lambda: self.evaluate(otherwise, scope)
        )

    def conditional(self, node: Conditional, scope: Scope) -> Any:
        chosen = node.then if to_bool(self.evaluate(node.condition, scope)) else node.otherwise
        return self.evaluate(chosen, scope)

    def list_of(self, node: ListOf, scope: Scope) -> list[Any]:
        values = [self.evaluate(each, scope) for each in node.elements]
        return listed(values, node.optional) if node.optional else values

    def map_of(self, node: MapOf, scope: Scope) -> dict[Any, Any]:
        made = [(self.evaluate(key, scope), self.evaluate(value, scope)) for key, value in node.entries]
        return mapped(made, node.optional) if node.optional else entries(made)

    def conjunction(self, node: And, scope: Scope) -> bool:
        return self._decide(((node.left, scope), (node.right, scope)), decisive=False)

    def disjunction(self, node: Or, scope: Scope) -> bool:
        return self._decide(((node.left, scope), (node.right, scope)), decisive=True)

    def _decide(self, conditions: Iterable[tuple[Node, Scope]], *, decisive: bool) -> bool:
        """`decisive` if any is; otherwise the first error, if any; otherwise not `decisive`."""
        failure: EvaluationError | None = None
        for node, scope in conditions:
            try:
                if to_bool(self.evaluate(node, scope)) is decisive:
                    return decisive
            except EvaluationError as error:
                failure = failure or error
        if failure:
            raise failure
        return not decisive

    def _turns(self, node: Loop, scope: Scope) -> Iterator[Scope]:
        """The scopes of the body, one for each element of the range."""
        range_ = self.evaluate(node.range, scope)
        if node.is_nested:
            self.budget.spend(range_)
        if len(node.variables) == 1:
            name = node.variables[0]
            for element in elements(range_):
                yield {**scope, name: element}
        else:
            first, second = node.variables
            for key, value in pairs(range_):
                yield {**scope, first: key, second: value}

    def quantifier(self, node: Quantifier, scope: Scope) -> bool:
        turns = self._turns(node, scope)
        if node.quantity is Quantity.EXISTS_ONE:
            return sum(to_bool(self.evaluate(node.predicate, turn)) for turn in turns) == 1
        conditions = ((node.predicate, turn) for turn in turns)
        return self._decide(conditions, decisive=node.quantity is Quantity.EXISTS)

    def _kept(self, node: Transform | TransformMap, scope: Scope) -> Iterator[Scope]:
        """The turns whose predicate is true."""
        for turn in self._turns(node, scope):
            if node.predicate is None or to_bool(self.evaluate(node.predicate, turn)):
                yield turn

    def transform(self, node: Transform, scope: Scope) -> list[Any]:
        return [self.evaluate(node.element, turn) for turn in self._kept(node, scope)]

    def transform_map(self, node: TransformMap, scope: Scope) -> dict[Any, Any]:
        key = node.variables[0]
        made: list[tuple[Any, Any]] = []
        for turn in self._kept(node, scope):
            value = self.evaluate(node.element, turn)
            if not node.makes_entries:
                made.append((turn[key], value))
            else:
                made += entries_of(value)
        return entries(made)

    def bind(self, node: Bind, scope: Scope) -> Any:
        try:
            value = self.evaluate(node.value, scope)
        except EvaluationError as error:
            value = Failure(error)
        return self.evaluate(node.body, {**scope, node.variable: value})

    def optional_map(self, node: OptionalMap, scope: Scope) -> Any:
        map_ = opt_flat_map if node.is_flat else opt_map
        return map_(
            self.evaluate(node.target, scope),
            lambda value: self.evaluate(node.body, {**scope, node.variable: value}),
        )


_READERS: Final[Mapping[type, Callable[[_Evaluation, Any, Scope], Any]]] = {
    Const: _Evaluation.constant,
    Variable: _Evaluation.variable,
    Local: _Evaluation.local,
    Select: _Evaluation.select,
    Has: _Evaluation.has,
    Call: _Evaluation.call,
    And: _Evaluation.conjunction,
    Or: _Evaluation.disjunction,
    Conditional: _Evaluation.conditional,
    ListOf: _Evaluation.list_of,
    MapOf: _Evaluation.map_of,
    Quantifier: _Evaluation.quantifier,
    Transform: _Evaluation.transform,
    TransformMap: _Evaluation.transform_map,
    Bind: _Evaluation.bind,
    OptionalMap: _Evaluation.optional_map,
}
