"""`cel.expr.CheckedExpr`, as Google's checker serializes it, to our IR.

Field numbers are those of cel/expr/checked.proto and cel/expr/syntax.proto.
Macros arrive expanded into folds; here they become macros again, so that no
reader of the IR has to know the expansion.
"""

from collections.abc import Callable
from dataclasses import dataclass
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
    Place,
    Quantifier,
    Quantity,
    Select,
    Transform,
    Variable,
)
from interlock.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    ERROR,
    INT,
    NAMED,
    NULL,
    STRING,
    TIMESTAMP,
    UINT,
    CelType,
)
from interlock.cel.values import Uint
from interlock.cel.wire import Message

_RESULT: Final = "@result"
_PRIMITIVES: Final = {1: BOOL, 2: INT, 3: UINT, 4: DOUBLE, 5: STRING, 6: BYTES}
_WELL_KNOWN: Final = {1: DYN, 2: TIMESTAMP, 3: DURATION}
_DYNAMIC_MESSAGES: Final = {
    "google.protobuf.Value": DYN,
    "google.protobuf.Struct": CelType("map", (STRING, DYN)),
    "google.protobuf.ListValue": CelType("list", (DYN,)),
}


class UnsupportedError(Exception):
    """The expression is valid CEL that this engine has no node for; the offset says where."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


def decode(wire: bytes) -> Node:
    """The IR of a serialized `google.protobuf.Any` that holds a CheckedExpr.

    Raises:
        UnsupportedError: a construct that has no node.
    """
    checked = Message.parse(Message.parse(wire).bytes(2))
    references = {entry.integer(1): entry.message(2) for entry in checked.messages(2)}
    types = {entry.integer(1): _type(entry.message(2)) for entry in checked.messages(3)}
    positions = {entry.integer(1): entry.integer(2) for entry in checked.message(5).messages(4)}
    return _Decoder(references, types, positions).node(checked.message(4), frozenset())


def _type(message: Message) -> CelType:  # noqa: C901  # one case a field of the schema
    match next(iter(message.fields), 1):
        case 1:
            return DYN
        case 2:
            return NULL
        case 3:
            return _PRIMITIVES[message.integer(3)]
        case 4:
            return CelType("wrapper", (_PRIMITIVES[message.integer(4)],))
        case 5:
            return _WELL_KNOWN[message.integer(5)]
        case 6:
            return CelType("list", (_type(message.message(6).message(1)),))
        case 7:
            parts = message.message(7)
            return CelType("map", (_type(parts.message(1)), _type(parts.message(2))))
        case 9:
            return _DYNAMIC_MESSAGES.get(message.text(9), CelType(message.text(9)))
        case 11:
            return CelType("type", (_type(message.message(11)),))
        case 12:
            return ERROR
        case 14:
            abstract = message.message(14)
            return CelType(abstract.text(1), tuple(map(_type, abstract.messages(2))))
        case _:  # functions and type parameters: nothing can be inferred from them
            return DYN


@dataclass(frozen=True, slots=True)
class _Decoder:
    references: dict[int, Message]
    types: dict[int, CelType]
    positions: dict[int, int]

    def place(self, expression: Message) -> Place:
        number = expression.integer(2)
        return Place(id=number, offset=self.positions.get(number, 0), type=self.types.get(number, DYN))

    def node(self, expression: Message, scope: frozenset[str]) -> Node:
        """The node of `expression`, in which the names in `scope` are comprehension variables."""
        place = self.place(expression)
        reference = self.references.get(place.id)
        if reference is not None and (4 in expression or 5 in expression):
            return self.name(place, expression, reference, scope)
        for number, read in _READERS:
            if number in expression:
                return read(self, place, expression.message(number), scope)
        raise UnsupportedError("empty expression", place.offset)

    def name(self, place: Place, expression: Message, reference: Message, scope: frozenset[str]) -> Node:
        """A name that the checker resolved: a loop's variable, a constant, a type or a variable."""
        name = reference.text(1)
        if expression.message(4).text(1) == name and name in scope:
            return Local(place, name)
        if 4 in reference:
            return Const(place, _constant(reference.message(4)))
        if name == "dyn":
            raise UnsupportedError("`dyn` is no value", place.offset)
        if place.type.name == "type":
            return Const(place, NAMED.get(name, CelType(name)))
        return Variable(place, name.removeprefix("."))

    def constant(self, place: Place, message: Message, _scope: frozenset[str]) -> Node:
        return Const(place, _constant(message))

    def select(self, place: Place, message: Message, scope: frozenset[str]) -> Node:
        operand = self.node(message.message(1), scope)
        made = Has if message.integer(3) else Select
        return made(place, operand, message.text(2))

    def call(self, place: Place, message: Message, scope: frozenset[str]) -> Node:
        arguments = tuple(self.node(each, scope) for each in message.messages(3))
        is_member = 1 in message
        if is_member:
            arguments = (self.node(message.message(1), scope), *arguments)
        match message.text(2):
            case "_&&_":
                return And(place, *arguments)
            case "_||_":
                return Or(place, *arguments)
            case "_?_:_":
                return Conditional(place, *arguments)
            case function:
                return Call(place, function, arguments, is_member)

    def list(self, place: Place, message: Message, scope: frozenset[str]) -> Node:
        if 2 in message:
            raise UnsupportedError("optional elements are not supported", place.offset)
        return ListOf(place, tuple(self.node(each, scope) for each in message.messages(1)))

    def struct(self, place: Place, message: Message, scope: frozenset[str]) -> Node:
        if 1 in message:
            raise UnsupportedError(
                f"messages such as `{message.text(1)}` can't be made: use a map", place.offset
            )
        pairs = [(entry.message(3), entry.message(4)) for entry in message.messages(2)]
        return MapOf(place, tuple((self.node(key, scope), self.node(value, scope)) for key, value in pairs))

    def comprehension(self, place: Place, message: Message, scope: frozenset[str]) -> Node:
        """The macro that this fold was expanded from, told by its step."""
        variable = message.text(1)
        range_ = self.node(message.message(2), scope)
        is_nested = bool(scope)
        body = scope | {variable}
        step = message.message(6)
        call = step.message(6)
        arguments = call.messages(3)
        match call.text(2):
            case "_&&_":
                predicate = self.node(arguments[1], body)
                return Quantifier(place, Quantity.ALL, variable, range_, predicate, is_nested)
            case "_||_":
                predicate = self.node(arguments[1], body)
                return Quantifier(place, Quantity.EXISTS, variable, range_, predicate, is_nested)
            case "_?_:_" if _is_sum(arguments[1], adds_list=False):
                predicate = self.node(arguments[0], body)
                return Quantifier(place, Quantity.EXISTS_ONE, variable, range_, predicate, is_nested)
            case "_?_:_" if _is_sum(arguments[1], adds_list=True):
                predicate = self.node(arguments[0], body)
                element = self.node(_added(arguments[1]), body)
                return Transform(place, variable, range_, predicate, element, is_nested)
            case "_+_" if _is_sum(step, adds_list=True):
                return Transform(place, variable, range_, None, self.node(_added(step), body), is_nested)
            case _:
                raise UnsupportedError("this macro is not supported", place.offset)


_Reader = Callable[[_Decoder, Place, Message, frozenset[str]], Node]

_READERS: Final[tuple[tuple[int, _Reader], ...]] = (
    (3, _Decoder.constant),
    (5, _Decoder.select),
    (6, _Decoder.call),
    (7, _Decoder.list),
    (8, _Decoder.struct),
    (9, _Decoder.comprehension),
)


def _constant(message: Message) -> Any:
    match next(iter(message.fields), 1):
        case 2:
            return bool(message.integer(2))
        case 3:
            return message.integer(3)
        case 4:
            return Uint(message.unsigned(4))
        case 5:
            return message.double(5)
        case 6:
            return message.text(6)
        case 7:
            return message.bytes(7)
        case _:
            return None


def _is_result(expression: Message) -> bool:
    return expression.message(4).text(1) == _RESULT


def _is_sum(expression: Message, *, adds_list: bool) -> bool:
    """Whether `expression` is `@result + …`, and what it adds is a list of one element."""
    call = expression.message(6)
    arguments = call.messages(3)
    return call.text(2) == "_+_" and _is_result(arguments[0]) and (7 in arguments[1]) is adds_list


def _added(expression: Message) -> Message:
    return expression.message(6).messages(3)[1].message(7).message(1)
