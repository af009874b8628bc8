"""Messages that nobody declares: of one name and of all names that begin with it, with fields of any name.

So the API server knows `Object{}`, `Object.spec{}` and whatever else an
expression may name. The checker knows messages by descriptors alone, in which
`Object.spec` can't be a field and a message at once; so it is told of messages
by other names, in as many letters, and what it says of places stays true.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from interlock.cel.declarations import Declarations
from interlock.cel.syntax.tokens import Token, TokenKind, UnreadableError, tokens
from interlock.cel.types import DYN

_MOST_FIELDS: Final = 1 << 16
"""The fields of all messages of one expression."""

_OPERANDS: Final = frozenset({TokenKind.NAME, TokenKind.QUOTED, TokenKind.LITERAL, TokenKind.NUMBER})
_CLOSING: Final = frozenset({")", "]", "}"})


class TooManyError(Exception):
    """An expression names more messages and fields than the checker is told of."""

    def __init__(self) -> None:
        super().__init__("takes too much to check: simplify it")


@dataclass(frozen=True, slots=True)
class Renamed:
    """A text that the checker can read with `declarations`, which know what its messages are called."""

    text: str
    declarations: Declarations


def renamed(text: str, root: str, declarations: Declarations) -> Renamed:
    """`text` with other names for `root` and for what begins with `root.`, where it makes such messages.

    Raises:
        TooManyError: there are more than the checker is told of.
    """
    try:
        found = list(tokens(text))
    except UnreadableError:
        return Renamed(text, declarations)  # the checker says what is wrong with it
    places = list(_places(found, root))
    if not places:
        return Renamed(text, declarations)
    named = {"".join(token.text for token in place): place for place in places}
    fields = dict.fromkeys((token.text for token in found if token.kind is TokenKind.NAME), DYN)
    if len(named) * len(fields) > _MOST_FIELDS:
        raise TooManyError
    names = dict(zip(named, _free(root, fields), strict=False))
    for place in places:
        text = _written(text, place, names["".join(token.text for token in place)])
    made = {known: name for name, known in names.items()}
    told = replace(
        declarations,
        fields={**declarations.fields, **dict.fromkeys(made, fields)},
        made={**declarations.made, **made},
    )
    return Renamed(text, told)


def _places(found: Sequence[Token], root: str) -> Iterator[Sequence[Token]]:
    """The tokens of each name before a brace that is `root` or begins with it."""
    for at, token in enumerate(found):
        if token.kind is not TokenKind.NAME or token.text != root or _is_member(found[:at][-2:]):
            continue
        end = at + 1
        while found[end].text == "." and found[end + 1].kind is TokenKind.NAME:
            end += 2
        if found[end].text == "{":
            yield found[at:end]


def _is_member(before: Sequence[Token]) -> bool:
    """Whether what stands before a name makes it a field of something else."""
    if not before or before[-1].text != ".":
        return False
    operand = before[0] if len(before) > 1 else None
    return operand is not None and (operand.kind in _OPERANDS or operand.text in _CLOSING)


def _free(root: str, taken: Mapping[str, object]) -> Iterator[str]:
    """Names as long as `root` that the text has not."""
    digits = len(root) - 1
    return (name for at in count() if (name := f"M{at:0{digits}d}") not in taken)


def _written(text: str, place: Sequence[Token], name: str) -> str:
    """`text` with `name` for the first token of `place`, and blanks for the others."""
    first, *rest = place
    text = text[: first.start] + name + text[first.end :]
    for token in rest:
        text = text[: token.start] + " " * (token.end - token.start) + text[token.end :]
    return text
