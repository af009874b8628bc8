"""Parts of a CEL text to the IR, as the checker's answer is decoded to it, but that every type is `dyn`.

A name is resolved by what there is: a macro's variable, a type, a variable. Nothing else
is valid here: what the checker would refuse is refused here or is an error of each evaluation.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Sequence
from itertools import count
from typing import Final

from interlock.cel.ir import (
    And,
    Call,
    Conditional,
    Const,
    ListOf,
    Local,
    MapOf,
    Node,
    Or,
    Place,
    Select,
    Variable,
)
from interlock.cel.syntax.forms import Form, Kind, postorder
from interlock.cel.syntax.parser import parse_optional
from interlock.cel.syntax.tokens import UnreadableError
from interlock.cel.types import DYN, NAMED
from interlock.cel.untyped.literals import constant
from interlock.cel.untyped.macros import Scope, expanded

DEEPEST: Final = 60
"""How deep the parts of a text may nest in each other: the interpreter recurses."""


def lowered(text: str, functions: Collection[str], variables: Collection[str]) -> Node:
    """The IR of `text`, which calls `functions` and reads `variables`.

    Raises:
        UnreadableError: it is no CEL, nests too deep, or names something else.
    """
    form, signs = parse_optional(text)
    _refuse_deep(form)
    return _Lowering(text, functions, variables, signs).node(form, frozenset())


def _refuse_deep(tree: Form) -> None:
    depths: dict[int, int] = {}
    for form in postorder(tree):
        depths[id(form)] = 1 + max((depths.pop(id(part)) for part in form.parts), default=0)
        if depths[id(form)] > DEEPEST:
            raise UnreadableError(form.start)


class _Lowering:
    """Makes nodes of the forms of one text; `signs` are the places of the `?` before what may be absent."""

    def __init__(
        self, text: str, functions: Collection[str], variables: Collection[str], signs: Sequence[int]
    ) -> None:
        self.text = text
        self.functions = functions
        self.variables = variables
        self.signs = signs
        self.numbers = count(1)

    def place(self, form: Form) -> Place:
        return Place(id=next(self.numbers), offset=form.start, type=DYN)

    def node(self, form: Form, scope: Scope) -> Node:
        made = expanded(self, form, scope)
        return _READERS[form.kind](self, form, scope) if made is None else made

    def is_optional(self, form: Form) -> bool:
        return self._has_sign(form.parts[0].end, form.end)

    def _has_sign(self, start: int, end: int) -> bool:
        at = bisect_left(self.signs, start)
        return at < len(self.signs) and self.signs[at] < end

    def name(self, form: Form, scope: Scope) -> Node:
        name = form.name.removeprefix(".")
        if form.name in scope:
            return Local(self.place(form), form.name)
        if name in self.variables:
            return Variable(self.place(form), name)
        if name in NAMED and name != "dyn":
            return Const(self.place(form), NAMED[name])
        raise UnreadableError(form.start)

    def literal(self, form: Form, _scope: Scope) -> Node:
        return Const(self.place(form), constant(self.text[form.start : form.end]))

    def select(self, form: Form, scope: Scope) -> Node:
        operand, field = self.node(form.parts[0], scope), form.name.strip("`")
        if not self.is_optional(form):
            return Select(self.place(form), operand, field, is_lenient=True)
        return Call(self.place(form), "_?._", (operand, Const(self.place(form), field)), is_member=False)

    def call(self, form: Form, scope: Scope) -> Node:
        return self._called(form, form.name.removeprefix("."), form.parts, scope, is_member=False)

    def method(self, form: Form, scope: Scope) -> Node:
        """A call of a member, or of a function whose name has a dot."""
        target, *arguments = form.parts
        qualified = f"{target.name}.{form.name}"
        if target.kind is Kind.NAME and target.name not in scope and qualified in self.functions:
            return self._called(form, qualified, arguments, scope, is_member=False)
        return self._called(form, form.name, form.parts, scope, is_member=True)

    def _called(
        self, form: Form, function: str, arguments: Sequence[Form], scope: Scope, *, is_member: bool
    ) -> Node:
        if function not in self.functions:
            raise UnreadableError(form.start)
        made = tuple(self.node(each, scope) for each in arguments)
        return Call(self.place(form), function, made, is_member)

    def index(self, form: Form, scope: Scope) -> Node:
        container, position = form.parts
        function = "_[?_]" if self._has_sign(container.end, position.start) else "_[_]"
        return self._called(form, function, form.parts, scope, is_member=False)

    def unary(self, form: Form, scope: Scope) -> Node:
        """A run of an even number of one sign is none."""
        (part,) = form.parts
        signs = self.text[form.start : part.start].count(form.name)
        return (
            self._called(form, f"{form.name}_", form.parts, scope, is_member=False)
            if signs % 2
            else self.node(part, scope)
        )

    def binary(self, form: Form, scope: Scope) -> Node:
        function = "@in" if form.name == "in" else f"_{form.name}_"
        return self._called(form, function, form.parts, scope, is_member=False)

    def logic(self, form: Form, scope: Scope) -> Node:
        """A chain of one operator as a balanced tree, as the API server makes it: so it is never deep."""
        make = And if form.name == "&&" else Or
        nodes = [self.node(part, scope) for part in form.parts]
        while len(nodes) > 1:
            pairs = [nodes[at : at + 2] for at in range(0, len(nodes), 2)]
            nodes = [make(self.place(form), *pair) if len(pair) > 1 else pair[0] for pair in pairs]
        return nodes[0]

    def conditional(self, form: Form, scope: Scope) -> Node:
        condition, then, otherwise = (self.node(part, scope) for part in form.parts)
        return Conditional(self.place(form), condition, then, otherwise)

    def list(self, form: Form, scope: Scope) -> Node:
        optional = frozenset(at for at in range(len(form.parts)) if self._is_marked(form, at))
        return ListOf(self.place(form), tuple(self.node(part, scope) for part in form.parts), optional)

    def map(self, form: Form, scope: Scope) -> Node:
        nodes = [self.node(part, scope) for part in form.parts]
        entries = tuple(zip(nodes[::2], nodes[1::2], strict=True))
        optional = frozenset(at for at in range(len(entries)) if self._is_marked(form, 2 * at))
        return MapOf(self.place(form), entries, optional)

    def _is_marked(self, form: Form, at: int) -> bool:
        """Whether the part `at` of a list or map has a `?` before it."""
        return self._has_sign(form.parts[at - 1].end if at else form.start, form.parts[at].start)

    def nested(self, form: Form, scope: Scope) -> Node:
        return self.node(form.parts[0], scope)

    def message(self, form: Form, _scope: Scope) -> Node:
        raise UnreadableError(form.start)


_Read = Callable[[_Lowering, Form, Scope], Node]

_READERS: Final[dict[Kind, _Read]] = {
    Kind.NAME: _Lowering.name,
    Kind.LITERAL: _Lowering.literal,
    Kind.SELECT: _Lowering.select,
    Kind.CALL: _Lowering.call,
    Kind.METHOD: _Lowering.method,
    Kind.INDEX: _Lowering.index,
    Kind.UNARY: _Lowering.unary,
    Kind.BINARY: _Lowering.binary,
    Kind.LOGIC: _Lowering.logic,
    Kind.CONDITIONAL: _Lowering.conditional,
    Kind.LIST: _Lowering.list,
    Kind.MAP: _Lowering.map,
    Kind.MESSAGE: _Lowering.message,
    Kind.NESTED: _Lowering.nested,
}
