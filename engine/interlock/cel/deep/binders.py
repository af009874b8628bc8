"""Calls of macros that bind variables, as their text shows them."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from interlock.cel.syntax.forms import Form, Kind
from interlock.cel.types import DYN, INT, CelType


class Role(Enum):
    """What a macro's variable stands for, of the value that the macro is given."""

    ELEMENT = auto()
    KEY = auto()
    VALUE = auto()
    OPTIONAL = auto()
    WHOLE = auto()

    @property
    def is_loop(self) -> bool:
        """Whether the variable stands for one value after the other."""
        return self in {Role.ELEMENT, Role.KEY, Role.VALUE}

    def type_in(self, source: CelType) -> CelType:
        """The variable's type where the macro is given a value of type `source`."""
        match self, source:
            case Role.WHOLE, _:
                return source
            case Role.OPTIONAL, CelType("optional_type", (value,)):
                return value
            case ((Role.ELEMENT | Role.VALUE), CelType("list", (element,))):
                return element
            case Role.KEY, CelType("list"):
                return INT
            case ((Role.ELEMENT | Role.KEY), CelType("map", (key, _))):
                return key
            case Role.VALUE, CelType("map", (_, value)):
                return value
            case _:
                return DYN


_LOOPS: Final = {
    "all": {2: 1, 3: 2},
    "exists": {2: 1, 3: 2},
    "exists_one": {2: 1, 3: 2},
    "existsOne": {2: 1, 3: 2},
    "filter": {2: 1},
    "map": {2: 1, 3: 1},
    "sortBy": {2: 1},
    "transformList": {3: 2, 4: 2},
    "transformMap": {3: 2, 4: 2},
    "transformMapEntry": {3: 2, 4: 2},
}
"""How many variables a loop has, by its name and how many arguments it is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binder:
    """The arguments that name variables, what each stands for of `source`, and where they are known."""

    names: tuple[Form, ...]
    roles: tuple[Role, ...]
    source: Form
    body: tuple[Form, ...]


def binder(form: Form) -> Binder | None:
    """What the macro that `form` calls binds; None where it is no such call."""
    match form:
        case Form(kind=Kind.METHOD, name="bind", parts=(Form(name="cel"), name, source, body)):
            found = Binder(names=(name,), roles=(Role.WHOLE,), source=source, body=(body,))
        case Form(kind=Kind.METHOD, name="optMap" | "optFlatMap", parts=(source, name, body)):
            found = Binder(names=(name,), roles=(Role.OPTIONAL,), source=source, body=(body,))
        case Form(kind=Kind.METHOD, parts=(source, *arguments)):
            count = _LOOPS.get(form.name, {}).get(len(arguments), 0)
            found = Binder(
                names=tuple(arguments[:count]),
                roles=(Role.ELEMENT,) if count == 1 else (Role.KEY, Role.VALUE)[:count],
                source=source,
                body=tuple(arguments[count:]),
            )
        case _:
            return None
    is_macro = found.names and all(bare(name).kind is Kind.NAME for name in found.names)
    return found if is_macro else None


def bare(form: Form) -> Form:
    """`form` without the parentheses around it."""
    while form.kind is Kind.NESTED:
        (form,) = form.parts
    return form
