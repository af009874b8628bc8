"""Folds, which macros arrive as from the checker, back to macros.

So no reader of the IR has to know how a macro was expanded. Which one a fold
was is told by its accumulator and its step.
"""

from typing import Final, Protocol

from interlock.cel.decoding.wire import Message
from interlock.cel.ir import Bind, Node, OptionalMap, Place, Quantifier, QuantifierKind, Transform, TransformMap

_RESULT: Final = "@result"
_INSERT: Final = "cel.@mapInsert"


class UnsupportedError(Exception):
    """The expression is valid CEL that this engine has no node for; the offset says where."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


Scope = frozenset[str]
"""The variables of the macros around an expression."""


class Decoder(Protocol):
    """What reads the parts of a macro."""

    def place(self, expression: Message) -> Place:
        """Where `expression` stands."""
        ...

    def node(self, expression: Message, scope: Scope) -> Node:
        """The node of `expression`, in which the names in `scope` are variables of macros."""
        ...


def folded(decoder: Decoder, place: Place, fold: Message, scope: Scope) -> Node:
    """The macro that `fold` was expanded from.

    Raises:
        UnsupportedError: there is no such macro.
    """
    accumulator = fold.text(3)
    if accumulator != _RESULT:
        value = decoder.node(fold.message(4), scope)
        return Bind(place, accumulator, value, decoder.node(fold.message(7), scope | {accumulator}))
    names = tuple(filter(None, (fold.text(1), fold.text(8))))
    range_ = decoder.node(fold.message(2), scope)
    body = scope.union(names)
    step = fold.message(6)
    call = step.message(6)
    arguments = call.messages(3)
    if (kind := _kind(call)) is not None:
        predicate = decoder.node(arguments[0 if kind is QuantifierKind.EXISTS_ONE else 1], body)
        return Quantifier(place, kind, names, range_, predicate)
    predicate_: Node | None = None
    if call.text(2) == "_?_:_":
        predicate_ = decoder.node(arguments[0], body)
        step = arguments[1]
    added = step.message(6).messages(3)[1:]
    if _is_sum(step, adds_list=True):
        element = decoder.node(added[0].message(7).message(1), body)
        return Transform(place, names, range_, predicate_, element)
    if step.message(6).text(2) == _INSERT:
        element = decoder.node(added[-1], body)
        return TransformMap(place, names, range_, predicate_, element, makes_entries=len(added) == 1)
    raise UnsupportedError("this macro is not supported", place.offset)


def expanded_optional(decoder: Decoder, place: Place, call: Message, scope: Scope) -> OptionalMap | None:
    """The `optMap` or `optFlatMap` that `call` was expanded from; None where it was something else.

    `t.optMap(v, e)` arrives as `t.hasValue() ? optional.of(cel.bind(v, t.value(), e)) : optional.none()`
    with `t` twice at one place, which nobody can write by hand.
    """
    if call.text(2) != "_?_:_":
        return None
    condition, then, _ = call.messages(3)
    is_flat = then.message(6).text(2) != "optional.of"
    fold = (then if is_flat else then.message(6).messages(3)[0]).message(9)
    target, bound = condition.message(6).message(1), fold.message(4).message(6).message(1)
    if condition.message(6).text(2) != "hasValue" or 3 not in fold or fold.text(3) == _RESULT:
        return None
    if decoder.place(target).offset != decoder.place(bound).offset:
        return None
    variable = fold.text(3)
    body = decoder.node(fold.message(7), scope | {variable})
    return OptionalMap(place, variable, decoder.node(target, scope), body, is_flat)


def _kind(call: Message) -> QuantifierKind | None:
    """Which quantifier has a step of this call, if one has."""
    match call.text(2):
        case "_&&_":
            return QuantifierKind.ALL
        case "_||_":
            return QuantifierKind.EXISTS
        case "_?_:_" if _is_sum(call.messages(3)[1], adds_list=False):
            return QuantifierKind.EXISTS_ONE
        case _:
            return None


def _is_sum(expression: Message, *, adds_list: bool) -> bool:
    """Whether `expression` is `@result + …`, and what it adds is a list of one element."""
    call = expression.message(6)
    if call.text(2) != "_+_":
        return False
    left, right = call.messages(3)
    return left.message(4).text(1) == _RESULT and (7 in right) is adds_list
