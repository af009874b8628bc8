"""What a parser has read: operands, and the operators and brackets that wait for more of them."""

from dataclasses import dataclass, field
from typing import Final

from interlock.cel.syntax.forms import Form, Kind
from interlock.cel.syntax.tokens import Token, UnreadableError

CONDITIONAL: Final = 1
UNARY: Final = 7
BINARY: Final = {
    "||": (2, Kind.LOGIC),
    "&&": (3, Kind.LOGIC),
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in"), (4, Kind.BINARY)),
    **dict.fromkeys("+-", (5, Kind.BINARY)),
    **dict.fromkeys("*/%", (6, Kind.BINARY)),
}
"""Precedence and kind of each operator between two operands."""

SERIES: Final = frozenset({Kind.CALL, Kind.METHOD, Kind.LIST, Kind.MAP, Kind.MESSAGE})
"""Brackets that hold any number of parts."""

_CLOSED: Final = {
    ")": {Kind.NESTED, Kind.CALL, Kind.METHOD},
    "]": {Kind.LIST, Kind.INDEX},
    "}": {Kind.MAP, Kind.MESSAGE},
}
_FOLLOWING: Final = {Kind.METHOD, Kind.INDEX, Kind.MESSAGE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """An operator that waits for its last operand, or a bracket (of precedence 0) for its end.

    `base` is how many operands there were before those in the bracket.
    """

    kind: Kind
    name: str
    start: int
    precedence: int = 0
    base: int = 0


@dataclass(slots=True)
class Stack:
    """Operands in the order of the text, and what waits, outermost first."""

    operands: list[Form] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)

    @property
    def innermost(self) -> Pending | None:
        """What waits and was read last."""
        return self.pending[-1] if self.pending else None

    def open(self, kind: Kind, start: int, name: str) -> None:
        """Makes a bracket wait for its end."""
        self.pending.append(Pending(kind=kind, name=name, start=start, base=len(self.operands)))

    def reduce(self, minimum: int) -> None:
        """Gives the operators that bind at least as strongly as `minimum` their operands."""
        while self.pending and self.pending[-1].precedence >= minimum:
            operator = self.pending.pop()
            if operator.name == "?":
                raise UnreadableError(operator.start)
            count = {Kind.UNARY: 1, Kind.CONDITIONAL: 3}.get(operator.kind, 2)
            parts = self._popped(len(self.operands) - count)
            self.operands.append(_applied(operator, parts))

    def close(self, token: Token) -> None:
        """Makes the innermost bracket a form that ends with `token`."""
        self.reduce(CONDITIONAL)
        bracket = self.innermost
        if bracket is None or bracket.kind not in _CLOSED[token.text] or self.lacks_value():
            raise UnreadableError(token.start)
        self.pending.pop()
        is_following = bracket.kind in _FOLLOWING
        parts = self._popped(bracket.base - is_following)
        start = parts[0].start if is_following else bracket.start
        self.operands.append(
            Form(kind=bracket.kind, start=start, end=token.end, name=bracket.name, parts=parts)
        )

    def lacks_value(self) -> bool:
        """Whether what waits innermost is a map whose last key has no value yet."""
        innermost = self.innermost
        if innermost is None or innermost.kind is not Kind.MAP:
            return False
        return (len(self.operands) - innermost.base) % 2 == 1

    def _popped(self, first: int) -> tuple[Form, ...]:
        parts = tuple(self.operands[first:])
        del self.operands[first:]
        return parts


def _applied(operator: Pending, parts: tuple[Form, ...]) -> Form:
    first = parts[0]
    start = operator.start if operator.kind is Kind.UNARY else first.start
    if operator.kind is Kind.LOGIC and first.kind is Kind.LOGIC and first.name == operator.name:
        parts = (*first.parts, *parts[1:])
    return Form(kind=operator.kind, start=start, end=parts[-1].end, name=operator.name, parts=parts)
