"""CEL text to forms.

The checker reads what an expression means; this only says where one that is too
deep for it can be taken apart. So it may read more than CEL, where the checker
sees the same words later, but never group them otherwise. Nothing recurses:
any text has its forms or is unreadable, however deep.
"""

from collections.abc import Set as AbstractSet
from typing import Final, NoReturn

from interlock.cel.syntax.forms import Form, Kind
from interlock.cel.syntax.stack import BINARY, CONDITIONAL, SERIES, UNARY, Pending, Stack
from interlock.cel.syntax.tokens import Token, TokenKind, UnreadableError, tokens

_OPENED: Final = {"(": Kind.NESTED, "[": Kind.LIST, "{": Kind.MAP}
_MAY_END_IN_COMMA: Final = {Kind.LIST, Kind.MAP, Kind.MESSAGE}
_MAY_HOLD_OPTIONALS: Final = {Kind.LIST, Kind.MAP, Kind.INDEX}
_NAMES: Final = {TokenKind.NAME, TokenKind.QUOTED}


def parse(text: str) -> Form:
    """The form that `text` is.

    Raises:
        UnreadableError: it is no CEL.
    """
    return _Parser(list(tokens(text))).form()


def parse_optional(text: str) -> tuple[Form, list[int]]:
    """The form that `text` is, and the offsets of the `?` before what may be absent, in their order.

    Raises:
        UnreadableError: it is no CEL.
    """
    parser = _Parser(list(tokens(text)))
    return parser.form(), parser.signs


class _Parser:
    """Reads token after token, each as one that starts an operand or as one that follows it."""

    def __init__(self, read: list[Token]) -> None:
        self.tokens = read
        self.at = 0
        self.stack = Stack()
        self.wants_operand = True
        self.signs: list[int] = []

    def form(self) -> Form:
        while self.wants_operand or self.peek.kind is not TokenKind.END:
            if self.wants_operand:
                self.operand(self.take())
            else:
                self.operator(self.take())
        self.stack.reduce(CONDITIONAL)
        if self.stack.pending:
            refuse(self.peek)
        return self.stack.operands[0]

    @property
    def peek(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def take_if(self, text: str) -> bool:
        is_next = self.peek.kind is TokenKind.SYMBOL and self.peek.text == text
        self.at += is_next
        return is_next

    def push(self, kind: Kind, start: int, end: int, name: str = "") -> None:
        self.stack.operands.append(Form(kind=kind, start=start, end=end, name=name))
        self.wants_operand = False

    def open(self, kind: Kind, start: int, name: str = "") -> None:
        self.stack.open(kind, start, name)
        self.wants_operand = True
        if kind is Kind.MESSAGE:
            self.field()

    def close(self, token: Token) -> None:
        self.stack.close(token)
        self.wants_operand = False

    def operand(self, token: Token) -> None:
        """Reads what `token` starts where an operand has to stand."""
        match token.kind, token.text:
            case TokenKind.NAME, name:
                self.name(token.start, name, token.end)
            case ((TokenKind.LITERAL | TokenKind.NUMBER), _):
                self.push(Kind.LITERAL, token.start, token.end)
            case TokenKind.SYMBOL, "." if self.peek.kind is TokenKind.NAME:
                named = self.take()
                self.name(token.start, f".{named.text}", named.end)
            case TokenKind.SYMBOL, ("(" | "[" | "{") as bracket:
                self.open(_OPENED[bracket], token.start)
            case TokenKind.SYMBOL, ("!" | "-"):
                self.unary(token)
            case TokenKind.SYMBOL, "?" if self.is_first_of(_MAY_HOLD_OPTIONALS):
                self.signs.append(token.start)
            case TokenKind.SYMBOL, (")" | "]" | "}") if self.is_first_of(self.closable()):
                self.close(token)
            case _:
                refuse(token)

    def is_first_of(self, kinds: AbstractSet[Kind]) -> bool:
        """Whether the last token stands first in an element of a bracket of one of `kinds`."""
        innermost = self.stack.innermost
        opens = self.at > 1 and self.tokens[self.at - 2].text in {"(", "[", "{", ","}
        return opens and innermost is not None and innermost.kind in kinds

    def closable(self) -> AbstractSet[Kind]:
        """What may end without an operand after the token before the last."""
        return _MAY_END_IN_COMMA if self.tokens[self.at - 2].text == "," else SERIES

    def name(self, start: int, name: str, end: int) -> None:
        if self.take_if("("):
            self.open(Kind.CALL, start, name)
        else:
            self.push(Kind.NAME, start, end, name)

    def unary(self, token: Token) -> None:
        """A run of one sign is one operator; a single minus before a number is part of it."""
        count = 1
        while self.take_if(token.text):
            count += 1
        if token.text == "-" and count == 1 and self.peek.kind is TokenKind.NUMBER:
            self.push(Kind.LITERAL, token.start, self.take().end)
        elif self.stack.innermost is not None and self.stack.innermost.kind is Kind.UNARY:
            refuse(token)
        else:
            self.wait(Kind.UNARY, token, UNARY)

    def wait(self, kind: Kind, token: Token, precedence: int) -> None:
        self.stack.pending.append(Pending(kind=kind, name=token.text, start=token.start, precedence=precedence))
        self.wants_operand = True

    def operator(self, token: Token) -> None:
        """Reads what `token` starts where an operand has just ended."""
        match token.kind, token.text:
            case TokenKind.SYMBOL, ".":
                self.member()
            case TokenKind.SYMBOL, "[":
                self.open(Kind.INDEX, token.start)
            case TokenKind.SYMBOL, "{" if self.stack.operands[-1].kind in {Kind.NAME, Kind.SELECT}:
                self.open(Kind.MESSAGE, token.start)
            case TokenKind.SYMBOL, ("?" | ":"):
                self.conditional(token)
            case TokenKind.SYMBOL, ",":
                self.comma(token)
            case TokenKind.SYMBOL, (")" | "]" | "}"):
                self.close(token)
            case TokenKind.SYMBOL, operator if operator in BINARY:
                precedence, kind = BINARY[operator]
                self.stack.reduce(precedence)
                self.wait(kind, token, precedence)
            case _:
                refuse(token)

    def member(self) -> None:
        is_optional = self.take_if("?")
        if is_optional:
            self.signs.append(self.tokens[self.at - 1].start)
        field = self.take()
        if field.kind not in _NAMES:
            refuse(field)
        if field.kind is TokenKind.NAME and not is_optional and self.take_if("("):
            self.open(Kind.METHOD, field.start, field.text)
            return
        part = self.stack.operands.pop()
        self.stack.operands.append(
            Form(kind=Kind.SELECT, start=part.start, end=field.end, name=field.text, parts=(part,))
        )

    def field(self) -> None:
        """Reads the name of a message's field and its colon, unless the message ends here."""
        if self.peek.text == "}":
            return
        self.take_if("?")
        named = self.take()
        if named.kind not in _NAMES or not self.take_if(":"):
            refuse(named)

    def conditional(self, token: Token) -> None:
        """Reads `?` and `:`, which also follows a map's key; between them stands no conditional."""
        self.stack.reduce(CONDITIONAL + 1)
        innermost = self.stack.innermost
        asked = innermost is not None and innermost.name == "?"
        if token.text == ":" and not asked:
            self.key(token)
            return
        if token.text == "?" and asked:
            refuse(token)
        if asked:
            self.stack.pending.pop()
        self.wait(Kind.CONDITIONAL, token, CONDITIONAL)

    def key(self, token: Token) -> None:
        self.stack.reduce(CONDITIONAL)
        if not self.stack.lacks_value():
            refuse(token)
        self.wants_operand = True

    def comma(self, token: Token) -> None:
        self.stack.reduce(CONDITIONAL)
        innermost = self.stack.innermost
        if innermost is None or innermost.kind not in SERIES or self.stack.lacks_value():
            refuse(token)
        self.wants_operand = True
        if innermost.kind is Kind.MESSAGE:
            self.field()


def refuse(token: Token) -> NoReturn:
    """Says that the text can't be read from `token` on."""
    raise UnreadableError(token.start)
