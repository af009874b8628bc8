"""Tokens to a tree, one method for each rule of the grammar."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeVar

from support.reference.errors import NotCelError
from support.reference.lexis import Token, tokens

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Literal:
    value: Any


@dataclass(frozen=True, slots=True)
class Name:
    """`is_root`: written with a leading dot."""

    name: str
    is_root: bool = False


@dataclass(frozen=True, slots=True)
class Select:
    operand: "Node"
    field: str
    is_optional: bool


@dataclass(frozen=True, slots=True)
class Index:
    operand: "Node"
    key: "Node"
    is_optional: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A function or a macro; `target` is None where it is not called as a member."""

    target: "Node | None"
    function: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Operation:
    operator: str
    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    """Elements, each with whether it is optional."""

    elements: tuple[tuple[bool, "Node"], ...]


@dataclass(frozen=True, slots=True)
class MapOf:
    """Keys and values, each with whether it is optional."""

    entries: tuple[tuple[bool, "Node", "Node"], ...]


Node: TypeAlias = Literal | Name | Select | Index | Call | Operation | ListOf | MapOf

_LEVELS: Final = (
    {"||"},
    {"&&"},
    {"<", "<=", ">=", ">", "==", "!=", "in"},
    {"+", "-"},
    {"*", "/", "%"},
)
"""Binary operators, those that bind least first; all go from left to right."""

_RESERVED: Final = frozenset(
    {"as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package"}
    | {"namespace", "return", "var", "void", "while"}
)


def parse(text: str) -> Node:
    """The tree of `text`.

    Raises:
        NotCelError: it is no expression.
    """
    parser = _Parser(list(tokens(text)))
    node = parser.expression()
    parser.expect("end", None)
    return node


@dataclass(slots=True)
class _Parser:
    tokens: list[Token]
    position: int = 0

    def next(self) -> Token:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def accept(self, sign: str) -> bool:
        if self.tokens[self.position] != ("sign", sign):
            return False
        self.position += 1
        return True

    def expect(self, kind: str, value: Any) -> None:
        if self.next() != (kind, value):
            raise NotCelError(f"no {value or kind}")

    def expression(self) -> Node:
        condition = self.binary(0)
        if not self.accept("?"):
            return condition
        then = self.binary(0)
        self.expect("sign", ":")
        return Operation("?:", (condition, then, self.expression()))

    def binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self.unary()
        node = self.binary(level + 1)
        while (token := self.tokens[self.position]).kind == "sign" and token.value in _LEVELS[level]:
            self.position += 1
            node = Operation(token.value, (node, self.binary(level + 1)))
        return node

    def unary(self) -> Node:
        for operator in ("!", "-"):
            count = 0
            while not self.is_signed_literal() and self.accept(operator):
                count += 1
            if count:
                node = self.member()
                for _ in range(count):
                    node = Operation(operator, (node,))
                return node
        return self.member()

    def is_signed_literal(self) -> bool:
        """Whether a minus sign comes next that is part of a literal."""
        return self.tokens[self.position] == ("sign", "-") and self.is_number(self.position + 1)

    def is_number(self, position: int) -> bool:
        kind, value = self.tokens[position]
        return kind == "int" or (kind == "literal" and type(value) is float)

    def member(self) -> Node:
        node = self.primary()
        while True:
            if self.accept("."):
                node = self.selection(node)
            elif self.accept("["):
                is_optional = self.accept("?")
                node = Index(node, self.expression(), is_optional)
                self.expect("sign", "]")
            else:
                return node

    def selection(self, operand: Node) -> Node:
        is_optional = self.accept("?")
        token = self.next()
        if token.kind not in {"name", "field"}:
            raise NotCelError("no field")
        if token.kind == "name" and not is_optional and self.accept("("):
            return Call(operand, token.value, self.several(")", self.expression))
        return Select(operand, token.value, is_optional)

    def primary(self) -> Node:
        if self.accept("."):
            return self.named(is_root=True)
        if self.tokens[self.position].kind == "name":
            return self.named(is_root=False)
        token = self.next()
        match token:
            case ("literal", value):
                return Literal(value)
            case ("int", number):
                return self.integer(number)
            case ("sign", "-") if self.is_number(self.position):
                kind, number = self.next()
                return self.integer(-number) if kind == "int" else Literal(-number)
            case ("sign", "("):
                node = self.expression()
                self.expect("sign", ")")
                return node
            case ("sign", "["):
                return ListOf(self.several("]", self.element))
            case ("sign", "{"):
                return MapOf(self.several("}", self.entry))
            case (_, value):
                raise NotCelError(f"unexpected {value}")

    def named(self, *, is_root: bool) -> Node:
        token = self.next()
        if token.kind != "name" or token.value in _RESERVED:
            raise NotCelError(f"no name: {token.value}")
        if self.accept("("):
            return Call(None, token.value, self.several(")", self.expression))
        return Name(token.value, is_root)

    def integer(self, number: int) -> Literal:
        if not -(2**63) <= number < 2**63:
            raise NotCelError("the literal is no int")
        return Literal(number)

    def element(self) -> tuple[bool, Node]:
        return self.accept("?"), self.expression()

    def entry(self) -> tuple[bool, Node, Node]:
        is_optional, key = self.accept("?"), self.expression()
        self.expect("sign", ":")
        return is_optional, key, self.expression()

    def several(self, end: str, each: Callable[[], T]) -> tuple[T, ...]:
        """What stands between commas, up to `end`, which may have a comma before it."""
        found: list[T] = []
        while not self.accept(end):
            found.append(each())
            if not self.accept(","):
                self.expect("sign", end)
                break
        return tuple(found)
