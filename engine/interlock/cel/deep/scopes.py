"""Which macros' variables a form may read, and which forms mean something only where they stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from interlock.cel.deep.binders import Role, bare, binder
from interlock.cel.syntax.forms import Form, Kind, postorder

# What has more parts is no name of a type, constant or function, so that its first parts are values.
_LONGEST_NAME: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bound:
    """A variable of `macro`, which is given `source`; `outer` is the next one around it."""

    name: str
    role: Role
    macro: Form
    source: Form
    outer: "Bound | None"


@dataclass(frozen=True, slots=True)
class Scopes:
    """The innermost variable around each form, where there is one, and the forms that have to stay."""

    innermost: dict[Form, Bound]
    fixed: frozenset[Form]

    def around(self, form: Form) -> Iterator[Bound]:
        """The variables that `form` may read, innermost first."""
        bound = self.innermost.get(form)
        while bound is not None:
            yield bound
            bound = bound.outer

    def read_by(self, name: Form) -> Bound | None:
        """The macro's variable that a name stands for."""
        return next((bound for bound in self.around(name) if bound.name == name.name), None)

    def loop_around(self, form: Form) -> Bound | None:
        """The innermost loop's variable around `form`."""
        return next((bound for bound in self.around(form) if bound.role.is_loop), None)


def scopes(tree: Form) -> Scopes:
    """The scopes of every form in `tree`."""
    innermost: dict[Form, Bound] = {}
    fixed: set[Form] = set()
    pending: list[tuple[Form, Bound | None]] = [(tree, None)]
    while pending:
        form, outer = pending.pop()
        if outer is not None:
            innermost[form] = outer
        inner, body = outer, frozenset[Form]()
        if (bound := binder(form)) is not None:
            body = frozenset(bound.body)
            for name, role in zip(bound.names, bound.roles, strict=True):
                fixed.update(_wrapped(name))
                inner = Bound(name=bare(name).name, role=role, macro=form, source=bound.source, outer=inner)
        pending.extend((part, inner if part in body else outer) for part in form.parts)
    found = Scopes(innermost, frozenset())
    return Scopes(innermost, frozenset(fixed.union(_namespaces(tree, found), _of_syntax(tree))))


def _of_syntax(tree: Form) -> Iterator[Form]:
    """What `has` asks for, and the names of messages."""
    for form in postorder(tree):
        if form.kind is Kind.MESSAGE:
            yield form.parts[0]
        elif (form.kind, form.name) == (Kind.CALL, "has"):
            for part in form.parts:
                yield from _wrapped(part)


def _namespaces(tree: Form, found: Scopes) -> Iterator[Form]:
    """The first parts of names that may be of one thing, as those of types and constants are."""
    lengths: dict[Form, int] = {}
    for form in postorder(tree):
        if form.kind is Kind.NAME and found.read_by(form) is None:
            lengths[form] = 1
        elif form.kind in {Kind.SELECT, Kind.METHOD, Kind.NESTED} and form.parts[0] in lengths:
            first = form.parts[0]
            if form.kind is not Kind.NESTED and lengths[first] < _LONGEST_NAME:
                yield from _wrapped(first)
            if form.kind is not Kind.METHOD:
                lengths[form] = lengths[first] + 1


def _wrapped(form: Form) -> Iterator[Form]:
    """`form` and what its parentheses are around."""
    yield form
    while form.kind is Kind.NESTED:
        (form,) = form.parts
        yield form
