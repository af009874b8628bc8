"""The definition of what an expression means: the IR, walked node by node.

Slow and exact. It decides wherever the generated code gives up, and every
other reader of evaluations is made from it: an observer sees each node's value
or error, and `charges`, which bound every evaluation, what it costs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from interlock.cel.interpreter import loops
from interlock.cel.interpreter.charging import Charges
from interlock.cel.interpreter.lazy import Lazy
from interlock.cel.interpreter.loops import Scope, decide
from interlock.cel.ir import (
    And,
    Bind,
    Call,
    Conditional,
    Const,
    Has,
    ListOf,
    Local,
    MapOf,
    MessageOf,
    Node,
    OptionalMap,
    Or,
    Quantifier,
    Select,
    Transform,
    TransformMap,
    Variable,
)
from interlock.cel.libraries.collections import (
    has,
    has_leniently,
    has_repeated,
    select,
    select_leniently,
)
from interlock.cel.libraries.comparison import to_bool
from interlock.cel.libraries.messages import message
from interlock.cel.libraries.overloads import Function, chosen
from interlock.cel.libraries.presence import listed, mapped, opt_flat_map, opt_map, or_else, or_value
from interlock.cel.values import NONE, EvaluationError, LimitExceeded, Message, entries

Observer = Callable[[Node, "Any | EvaluationError"], None]
"""Called with each node that was evaluated and its value, or its error."""

ALTERNATIVES: Final = {"or": or_else, "orValue": or_value}
"""The functions of optionals whose second argument is evaluated only where it is needed."""


def interpret(  # noqa: PLR0913, PLR0917  # what an evaluation is made of
    node: Node,
    functions: Mapping[str, Function],
    repeated: Callable[[Has], bool],
    activation: Mapping[str, Any],
    charges: Charges,
    observer: Observer | None = None,
) -> Any:
    """The exact value of `node`, whose cost `charges` may limit.

    Raises:
        EvaluationError: its CEL error.
        LimitExceeded: it went past a bound.
    """
    try:
        return _Evaluation(activation, functions, repeated, charges, observer).evaluate(node, {})
    except RecursionError:
        raise LimitExceeded("values are nested too deeply") from None
    except MemoryError:
        raise LimitExceeded("the evaluation makes more than the memory holds") from None


@dataclass(slots=True)
class _Evaluation:
    """One evaluation over one activation."""

    activation: Mapping[str, Any]
    functions: Mapping[str, Function]
    repeated: Callable[[Has], bool]
    charges: Charges
    observer: Observer | None

    def evaluate(self, node: Node, scope: Scope) -> Any:
        """The value of `node`.

        Raises:
            EvaluationError: its CEL error.
            LimitExceeded: it went past a bound.
        """
        self.charges.enter(node)
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
        return value.read() if isinstance(value, Lazy) else value

    def select(self, node: Select, scope: Scope) -> Any:
        read = select_leniently if node.is_lenient else select
        return self._apply(read, node, (self.evaluate(node.operand, scope), node.field))

    def has(self, node: Has, scope: Scope) -> Any:
        if not node.field:
            self.evaluate(node.operand, scope)
            return True
        test = has_repeated if self.repeated(node) else has_leniently if node.is_lenient else has
        return self._apply(test, node, (self.evaluate(node.operand, scope), node.field))

    def call(self, node: Call, scope: Scope) -> Any:
        if node.function in ALTERNATIVES:
            return self._alternative(node, scope)
        values: list[Any] = []
        for argument in node.arguments:
            try:
                values.append(self.evaluate(argument, scope))
            except EvaluationError:
                self._charge_failed(node, values, scope)
                raise
        try:
            return self._apply(chosen(self.functions, node.function, node.overloads), node, values)
        except (OverflowError, ValueError):
            # JSON can hold what is no CEL value: integers of any size, lone surrogates.
            raise EvaluationError(f"an argument of {node.function} is out of range") from None

    def _apply(self, function: Function, node: Node, values: Sequence[Any]) -> Any:
        """What `function` gives for `values`, which is charged even if it is an error."""
        result = None
        try:
            result = function(*values)
        finally:
            self.charges.called(node, values, result)
        return result

    def _charge_failed(self, node: Call, values: list[Any], scope: Scope) -> None:
        """Charges a call of which the argument after `values` failed."""
        values.append(None)
        for argument in node.arguments[len(values) :]:
            if not self.charges.is_eager(node):
                return
            try:
                values.append(self.evaluate(argument, scope))
            except EvaluationError:
                values.append(None)
        self.charges.called(node, values, None)

    def _alternative(self, node: Call, scope: Scope) -> Any:
        """`a.or(b)` or `a.orValue(b)`: `b` is evaluated only where `a` is absent."""
        target, otherwise = node.arguments
        return ALTERNATIVES[node.function](
            self.evaluate(target, scope), lambda: self.evaluate(otherwise, scope)
        )

    def conditional(self, node: Conditional, scope: Scope) -> Any:
        branch = node.then if to_bool(self.evaluate(node.condition, scope)) else node.otherwise
        return self.evaluate(branch, scope)

    def list_of(self, node: ListOf, scope: Scope) -> list[Any]:
        values = [self.evaluate(each, scope) for each in node.elements]
        return listed(values, node.optional) if node.optional else values

    def map_of(self, node: MapOf, scope: Scope) -> dict[Any, Any]:
        made = [(self.evaluate(key, scope), self.evaluate(value, scope)) for key, value in node.entries]
        return mapped(made, node.optional) if node.optional else entries(made)

    def message_of(self, node: MessageOf, scope: Scope) -> Message:
        given = [(name, self.evaluate(value, scope)) for name, value in node.fields]
        return message(node.place.type, given, node.texts, node.optional)

    def conjunction(self, node: And, scope: Scope) -> bool:
        return decide(self, ((node.left, scope), (node.right, scope)), decisive=False)

    def disjunction(self, node: Or, scope: Scope) -> bool:
        return decide(self, ((node.left, scope), (node.right, scope)), decisive=True)

    def bind(self, node: Bind, scope: Scope) -> Any:
        value = Lazy(lambda: self.evaluate(node.value, scope))
        return self.evaluate(node.body, {**scope, node.variable: value})

    def optional_map(self, node: OptionalMap, scope: Scope) -> Any:
        target = self.evaluate(node.target, scope)
        if target == NONE:
            self.charges.pay(1)
        map_ = opt_flat_map if node.is_flat else opt_map
        held = Lazy(lambda: self._held(node, scope))
        return map_(target, lambda _: self.evaluate(node.body, {**scope, node.variable: held}))

    def _held(self, node: OptionalMap, scope: Scope) -> Any:
        """What `optMap` binds: its target is evaluated once more for it, as its expansion does."""
        self.charges.pay(1)
        return self.evaluate(node.target, scope).value


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
    MessageOf: _Evaluation.message_of,
    Quantifier: loops.quantifier,
    Transform: loops.transform,
    TransformMap: loops.transform_map,
    Bind: _Evaluation.bind,
    OptionalMap: _Evaluation.optional_map,
}
