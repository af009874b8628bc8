"""The macros of CEL as nodes: calls whose arguments are names of variables and expressions that read them."""

from collections.abc import Callable
from typing import Final, Protocol

from interlock.cel.ir import (
    Bind,
    Has,
    Node,
    OptionalMap,
    Place,
    Quantifier,
    QuantifierKind,
    Transform,
    TransformMap,
)
from interlock.cel.syntax.forms import Form, Kind
from interlock.cel.syntax.tokens import UnreadableError

Scope = frozenset[str]
"""The variables of the macros around an expression."""


class Reader(Protocol):
    """What reads the parts of a macro."""

    def place(self, form: Form) -> Place:
        """Where `form` stands."""
        ...

    def node(self, form: Form, scope: Scope) -> Node:
        """The node of `form`, in which the names in `scope` are variables of macros."""
        ...

    def is_optional(self, form: Form) -> bool:
        """Whether `form`, a selection, is one of what may be absent."""
        ...


def expanded(reader: Reader, form: Form, scope: Scope) -> Node | None:
    """The node of the macro that `form` calls; None where it calls none.

    Raises:
        UnreadableError: it calls one with arguments that it can't have.
    """
    if form.kind is Kind.CALL:
        return _has(reader, form, scope) if form.name == "has" else None
    if form.kind is not Kind.METHOD:
        return None
    target = form.parts[0]
    if form.name == "bind" and target.kind is Kind.NAME and target.name == "cel":
        return _bind(reader, form, scope)
    made = _MACROS.get((form.name, len(form.parts) - 1))
    return None if made is None else made(reader, form, scope)


def _has(reader: Reader, form: Form, scope: Scope) -> Node:
    (part,) = form.parts if len(form.parts) == 1 else (form,)
    if part.kind is not Kind.SELECT or reader.is_optional(part):
        raise UnreadableError(form.start)
    return Has(reader.place(form), reader.node(part.parts[0], scope), part.name.strip("`"), is_lenient=True)


def _bind(reader: Reader, form: Form, scope: Scope) -> Node:
    if len(form.parts) != 4:  # noqa: PLR2004  # `cel`, a name, its value, and what reads it
        raise UnreadableError(form.start)
    _, name, value, body = form.parts
    variable = _variable(name)
    return Bind(reader.place(form), variable, reader.node(value, scope), reader.node(body, scope | {variable}))


def _variable(form: Form) -> str:
    if form.kind is not Kind.NAME or form.name.startswith("."):
        raise UnreadableError(form.start)
    return form.name


_Macro = Callable[[Reader, Form, Scope], Node]


def _quantifier(kind: QuantifierKind) -> _Macro:
    def read(reader: Reader, form: Form, scope: Scope) -> Node:
        range_, *names, predicate = form.parts
        variables = tuple(map(_variable, names))
        return Quantifier(
            reader.place(form),
            kind,
            variables,
            reader.node(range_, scope),
            reader.node(predicate, scope.union(variables)),
        )

    return read


def _transform(names: int, *, has_predicate: bool, is_filter: bool = False) -> _Macro:
    def read(reader: Reader, form: Form, scope: Scope) -> Node:
        range_, predicate, element, variables, inner = _parts(form, scope, names, has_predicate=has_predicate)
        place = reader.place(form)
        if is_filter:
            predicate, element = element, form.parts[1]
        return Transform(
            place,
            variables,
            reader.node(range_, scope),
            None if predicate is None else reader.node(predicate, inner),
            reader.node(element, inner),
        )

    return read


def _transform_map(*, has_predicate: bool, makes_entries: bool) -> _Macro:
    def read(reader: Reader, form: Form, scope: Scope) -> Node:
        range_, predicate, element, variables, inner = _parts(form, scope, 2, has_predicate=has_predicate)
        return TransformMap(
            reader.place(form),
            variables,
            reader.node(range_, scope),
            None if predicate is None else reader.node(predicate, inner),
            reader.node(element, inner),
            makes_entries,
        )

    return read


def _parts(
    form: Form, scope: Scope, names: int, *, has_predicate: bool
) -> tuple[Form, Form | None, Form, tuple[str, ...], Scope]:
    """Range, predicate, element and variables of a macro of `names` variables, and the scope of its body."""
    range_, *rest = form.parts
    variables = tuple(map(_variable, rest[:names]))
    predicate = rest[names] if has_predicate else None
    return range_, predicate, rest[-1], variables, scope.union(variables)


def _optional(*, is_flat: bool) -> _Macro:
    def read(reader: Reader, form: Form, scope: Scope) -> Node:
        target, name, body = form.parts
        variable = _variable(name)
        return OptionalMap(
            reader.place(form),
            variable,
            reader.node(target, scope),
            reader.node(body, scope | {variable}),
            is_flat,
        )

    return read


_MACROS: Final[dict[tuple[str, int], _Macro]] = {
    **{
        (name, count): _quantifier(kind)
        for name, kind in (
            ("all", QuantifierKind.ALL),
            ("exists", QuantifierKind.EXISTS),
            ("exists_one", QuantifierKind.EXISTS_ONE),
            ("existsOne", QuantifierKind.EXISTS_ONE),
        )
        for count in (2, 3)
    },
    ("map", 2): _transform(1, has_predicate=False),
    ("map", 3): _transform(1, has_predicate=True),
    ("filter", 2): _transform(1, has_predicate=False, is_filter=True),
    ("transformList", 3): _transform(2, has_predicate=False),
    ("transformList", 4): _transform(2, has_predicate=True),
    ("transformMap", 3): _transform_map(has_predicate=False, makes_entries=False),
    ("transformMap", 4): _transform_map(has_predicate=True, makes_entries=False),
    ("transformMapEntry", 3): _transform_map(has_predicate=False, makes_entries=True),
    ("transformMapEntry", 4): _transform_map(has_predicate=True, makes_entries=True),
    ("optMap", 2): _optional(is_flat=False),
    ("optFlatMap", 2): _optional(is_flat=True),
}
"""By name and number of arguments."""
