"""`cel.expr.CheckedExpr`, as Google's checker serializes it, to our IR.

Field numbers are those of cel/expr/checked.proto and cel/expr/syntax.proto.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from interlock.cel import readable
from interlock.cel.declarations import Declarations
from interlock.cel.decoding.macros import Scope, UnsupportedError, expanded_optional, folded
from interlock.cel.decoding.wire import Message
from interlock.cel.ir import (
    And,
    Call,
    Conditional,
    Const,
    Has,
    ListOf,
    Local,
    MapOf,
    MessageOf,
    Node,
    Or,
    Place,
    Select,
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

_LONGEST_REMEMBERED: Final = 4096
_NAMES: Final = (4, 5)
_PRIMITIVES: Final = {1: BOOL, 2: INT, 3: UINT, 4: DOUBLE, 5: STRING, 6: BYTES}
_WELL_KNOWN: Final = {1: DYN, 2: TIMESTAMP, 3: DURATION}
_DYNAMIC_MESSAGES: Final = {
    "google.protobuf.Value": DYN,
    "google.protobuf.Struct": CelType("map", (STRING, DYN)),
    "google.protobuf.ListValue": CelType("list", (DYN,)),
}


def decode(wire: bytes, declarations: Declarations, *, is_lenient: bool = False) -> Node:
    """The IR of a serialized `google.protobuf.Any` that holds a CheckedExpr.

    Fields become the keys of the dicts that `declarations` say they stand for;
    whether they are there is asked leniently, or as the specification has it.

    Raises:
        UnsupportedError: a construct that has no node.
    """
    checked = Message.parse(Message.parse(wire).bytes(2))
    references = {number: _remembered(each) for number, each in checked.entries(2).items()}
    types = {number: declarations.called(_type(each)) for number, each in checked.entries(3).items()}
    positions = checked.message(5).entries(4)
    decoder = _Decoder(declarations, references, types, positions, is_lenient)
    return decoder.node(checked.message(4), Scope())


def _remembered(wire: bytes) -> Message:
    """The message in `wire`, which most expressions have in common."""
    return _remembered_message(wire) if len(wire) <= _LONGEST_REMEMBERED else Message.parse(wire)


def _type(wire: bytes) -> CelType:
    """The type in `wire`; the same few stand at most nodes of most expressions."""
    return _remembered_type(wire) if len(wire) <= _LONGEST_REMEMBERED else _parsed_type(wire)


def _parsed_type(wire: bytes) -> CelType:  # noqa: C901  # one case a field of the schema
    message = Message.parse(wire)
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
            return CelType("list", (_type(message.message(6).bytes(1)),))
        case 7:
            parts = message.message(7)
            return CelType("map", (_type(parts.bytes(1)), _type(parts.bytes(2))))
        case 9:
            return _DYNAMIC_MESSAGES.get(message.text(9), CelType(message.text(9)))
        case 11:
            return CelType("type", (_type(message.bytes(11)),))
        case 12:
            return ERROR
        case 14:
            abstract = message.message(14)
            return CelType(abstract.text(1), tuple(map(_type, abstract.parts(2))))
        case _:  # functions and type parameters: nothing can be inferred from them
            return DYN


_remembered_type = lru_cache(maxsize=1024)(_parsed_type)
_remembered_message = lru_cache(maxsize=1024)(Message.parse)


@dataclass(frozen=True, slots=True)
class _Decoder:
    declarations: Declarations
    references: dict[int, Message]
    types: dict[int, CelType]
    positions: dict[int, int]
    is_lenient: bool

    def place(self, expression: Message) -> Place:
        number = expression.integer(2)
        return Place(id=number, offset=self.positions.get(number, 0), type=self.types.get(number, DYN))

    def node(self, expression: Message, scope: Scope) -> Node:
        """The node of `expression`, in which the names in `scope` are variables of macros."""
        place = self.place(expression)
        reference = self.references.get(place.id)
        if reference is not None and not expression.fields.keys().isdisjoint(_NAMES):
            return self.name(place, expression, reference, scope)
        for number in expression.fields:
            if number in _READERS:
                return _READERS[number](self, place, expression.message(number), scope)
        raise UnsupportedError("empty expression", place.offset)

    def name(self, place: Place, expression: Message, reference: Message, scope: Scope) -> Node:
        """A name that the checker resolved: a macro's variable, a constant, a type or a variable."""
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

    def constant(self, place: Place, message: Message, _scope: Scope) -> Node:
        return Const(place, _constant(message))

    def select(self, place: Place, message: Message, scope: Scope) -> Node:
        operand = self.node(message.message(1), scope)
        made = Has if message.integer(3) else Select
        key = self.declarations.key(operand.place.type, message.text(2))
        return made(place, operand, key, self.is_lenient)

    def call(self, place: Place, message: Message, scope: Scope) -> Node:
        if (made := expanded_optional(self, place, message, scope)) is not None:
            return made
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
            case "_?._":
                operand, field = arguments
                key = self.declarations.key(operand.place.type, message.messages(3)[1].message(3).text(6))
                return Call(
                    place, "_?._", (operand, Const(field.place, key)), is_member, self.overloads(place.id)
                )
            case readable.FUNCTION:
                return self.test(place, *arguments)
            case function:
                return Call(place, function, arguments, is_member, self.overloads(place.id))

    def test(self, place: Place, read: Node) -> Has:
        """A test that `read` can be; a macro's variable may have the name of what stands before the dot."""
        if isinstance(read, Select):
            return Has(place, read.operand, read.field, self.is_lenient)
        return Has(place, read, "", self.is_lenient)

    def overloads(self, number: int) -> tuple[str, ...]:
        reference = self.references.get(number)
        return () if reference is None else reference.texts(3)

    def list(self, place: Place, message: Message, scope: Scope) -> Node:
        elements = tuple(self.node(each, scope) for each in message.messages(1))
        return ListOf(place, elements, frozenset(message.integers(2)))

    def struct(self, place: Place, message: Message, scope: Scope) -> Node:
        pairs = message.messages(2)
        optional = frozenset(at for at, pair in enumerate(pairs) if pair.integer(5))
        if 1 in message:
            if message.text(1) not in self.declarations.made:
                raise UnsupportedError(
                    f"messages such as `{message.text(1)}` can't be made: use a map", place.offset
                )
            fields = tuple((pair.text(2), self.node(pair.message(4), scope)) for pair in pairs)
            return MessageOf(place, fields, self.declarations.texts(place.type), optional)
        entries = tuple(
            (self.node(pair.message(3), scope), self.node(pair.message(4), scope)) for pair in pairs
        )
        return MapOf(place, entries, optional)

    def fold(self, place: Place, message: Message, scope: Scope) -> Node:
        return folded(self, place, message, scope)


_Reader = Callable[[_Decoder, Place, Message, Scope], Node]

_READERS: Final[dict[int, _Reader]] = {
    3: _Decoder.constant,
    5: _Decoder.select,
    6: _Decoder.call,
    7: _Decoder.list,
    8: _Decoder.struct,
    9: _Decoder.fold,
}


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
