"""CEL over several lines, where one would be too long to read."""

from typing import Final

from interlock.cel.ir import (
    And,
    Call,
    Conditional,
    ListOf,
    Local,
    Loop,
    MapOf,
    Node,
    Or,
    Quantifier,
    Transform,
)
from interlock.cel.text.unparse import unparse
from interlock.cel.text.written import AND, BINARY, CONDITIONAL, OR, PRIMARY, precedence
from interlock.cel.tree import children

WIDTH: Final = 100
"""Characters of a line that is still easy to read."""


def laid_out(node: Node, width: int = WIDTH) -> str:  # noqa: C901 - one case a shape
    """CEL text that means `node`, broken where its lines would be longer than `width`, if it can be."""
    text = unparse(node)
    if len(text) <= width:
        return text
    match node:
        case And():
            return _joined("&&", _chain(node, And), AND, width)
        case Or():
            return _joined("||", _chain(node, Or), OR, width)
        case Conditional(_, condition, then, otherwise):
            asked, chosen = _within(condition, OR, width), _within(then, OR, width - 2)
            return f"{asked}\n? {_hung(chosen)}\n: {_hung(_within(otherwise, CONDITIONAL, width - 2))}"
        case Call(_, "!_", (operand,)) if precedence(operand) < PRIMARY:
            return f"!{_bracketed(operand, width)}"
        case Call(_, "_+_"):
            return _joined("+", _chain(node, Call), BINARY["_+_"][1] + 1, width)
        case Quantifier(_, _, _, range_, body) | Transform(_, _, range_, None, body):
            return _loop(node, range_, body, width)
        case Transform(_, (variable,), range_, body, Local(_, name)) if body is not None and name == variable:
            return _loop(node, range_, body, width)
        case ListOf(_, elements, optional):
            marks = ["?" if at in optional else "" for at in range(len(elements))]
            parts = [mark + laid_out(each, width - 2) for mark, each in zip(marks, elements, strict=True)]
            return _block("[", parts, "]")
        case MapOf(_, entries, optional):
            pairs = enumerate(entries)
            parts = [
                f"{'?' if at in optional else ''}{unparse(key)}: {_hung(laid_out(value, width - 4))}"
                for at, (key, value) in pairs
            ]
            return _block("{", parts, "}")
        case _:
            return _after_receiver(node, text, width)


def _after_receiver(node: Node, text: str, width: int) -> str:
    """`text` of `node` with what a function or macro is called on laid out."""
    receiver = next(iter(children(node)), None)
    if receiver is None or precedence(receiver) < PRIMARY:
        return text
    written = unparse(receiver)
    rest = text.removeprefix(written)
    return text if rest == text or not rest.startswith((".", "[")) else laid_out(receiver, width) + rest


def _loop(node: Loop, range_: Node, body: Node, width: int) -> str:
    """A macro of one body, which stands in the same line only if it ends in it."""
    written = unparse(range_) if precedence(range_) >= PRIMARY else f"({unparse(range_)})"
    rest, ending = unparse(node).removeprefix(written), f" {unparse(body)})"
    head = _within(range_, PRIMARY, width)
    if len(rest) <= width - max(map(len, head.split("\n"))):
        return head + rest
    return head + _block(rest.removesuffix(ending), [laid_out(body, width - 2)], ")")


def _joined(operator: str, operands: list[Node], minimum: int, width: int) -> str:
    parts = [_hung(_within(each, minimum, width - len(operator) - 1)) for each in operands]
    return f"\n{operator} ".join(parts)


def _chain(node: Node, kind: type[And | Or | Call]) -> list[Node]:
    """The operands of operators of one kind that stand beside each other; of sums the left ones."""
    if not isinstance(node, kind):
        return [node]
    if isinstance(node, Call):
        left, right = node.arguments if node.function == "_+_" else (node, None)
        return [node] if right is None else [*_chain(left, kind), right]
    return [one for side in children(node) for one in _chain(side, kind)]


def _within(node: Node, minimum: int, width: int) -> str:
    """`node`, in parentheses where its outermost operator binds less than `minimum`."""
    if precedence(node) >= minimum:
        return laid_out(node, width)
    return _bracketed(node, width)


def _bracketed(node: Node, width: int) -> str:
    text = f"({unparse(node)})"
    return text if len(text) <= width else _block("(", [laid_out(node, width - 2)], ")")


def _block(opening: str, parts: list[str], closing: str) -> str:
    lines = ",\n".join(parts)
    return f"{opening}\n  {_hung(lines)}\n{closing}"


def _hung(text: str) -> str:
    """`text` with all lines after the first indented by one step."""
    return text.replace("\n", "\n  ")
