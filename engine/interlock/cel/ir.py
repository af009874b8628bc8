"""The intermediate representation: one tree that every reader of an expression reads.

Macros are back to what their authors wrote (`all`, `exists`, `map`, `optMap` …),
names are resolved, and each node has the type that the checker gave it and the
offset, in code points, where it stands in its text.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from interlock.cel.types import CelType


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which node of which type, and where in the text."""

    id: int
    offset: int
    type: CelType


@dataclass(frozen=True, slots=True)
class Const:
    """A literal, or a name that stands for a constant such as a type."""

    place: Place
    value: Any


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the activation."""

    place: Place
    name: str


@dataclass(frozen=True, slots=True)
class Local:
    """The variable of an enclosing macro: a comprehension, `cel.bind` or `optMap`."""

    place: Place
    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """`operand.field`, which is lenient as `Has` is where the operand is optional."""

    place: Place
    operand: "Node"
    field: str
    is_lenient: bool = False


@dataclass(frozen=True, slots=True)
class Has:
    """`has(operand.field)`; without a field, of a variable that has a dot in its name: it can be read.

    It is lenient where what can have no fields has not this one, which else is an error.
    """

    place: Place
    operand: "Node"
    field: str
    is_lenient: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A function or operator; of a member call the target is the first argument.

    `overloads` are the ids of those that the checker found to fit: one, where
    the types of the arguments are known.
    """

    place: Place
    function: str
    arguments: tuple["Node", ...]
    is_member: bool
    overloads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class And:
    """`left && right`: false if either is false, whatever the other does."""

    place: Place
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Or:
    """`left || right`: true if either is true, whatever the other does."""

    place: Place
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Conditional:
    """`condition ? then : otherwise`; only one branch is evaluated."""

    place: Place
    condition: "Node"
    then: "Node"
    otherwise: "Node"


@dataclass(frozen=True, slots=True)
class ListOf:
    """`[a, ?b]`; the elements at the indices in `optional` are left out where they are absent."""

    place: Place
    elements: tuple["Node", ...]
    optional: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class MapOf:
    """`{a: b, ?c: d}`; the entries at the indices in `optional` are left out where their value is absent."""

    place: Place
    entries: tuple[tuple["Node", "Node"], ...]
    optional: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class MessageOf:
    """`Name{a: b, ?c: d}`; the message is the type of the node.

    Fields of the message that are among `texts` take nothing but texts; those
    given at the indices in `optional` are left out where their value is absent.
    """

    place: Place
    fields: tuple[tuple[str, "Node"], ...]
    texts: frozenset[str] = frozenset()
    optional: frozenset[int] = frozenset()


class QuantifierKind(StrEnum):
    """How many elements have to satisfy a predicate."""

    ALL = "all"
    EXISTS = "exists"
    EXISTS_ONE = "exists_one"


@dataclass(frozen=True, slots=True)
class Quantifier:
    """`range.all(x, predicate)` and its siblings.

    Of two variables the first is a list's index or a map's key and the second
    its element or value; a single one is a list's element or a map's key.
    """

    place: Place
    kind: QuantifierKind
    variables: tuple[str, ...]
    range: "Node"
    predicate: "Node"


@dataclass(frozen=True, slots=True)
class Transform:
    """`range.map(x, predicate, element)` or `range.transformList(i, x, predicate, element)`.

    `filter` is the one whose element is its variable.
    """

    place: Place
    variables: tuple[str, ...]
    range: "Node"
    predicate: "Node | None"
    element: "Node"


@dataclass(frozen=True, slots=True)
class TransformMap:
    """`range.transformMap(k, v, predicate, element)`; a map with the same keys.

    With `makes_entries` it is `transformMapEntry`, whose element is a map of
    the entries to add.
    """

    place: Place
    variables: tuple[str, ...]
    range: "Node"
    predicate: "Node | None"
    element: "Node"
    makes_entries: bool


@dataclass(frozen=True, slots=True)
class Bind:
    """`cel.bind(variable, value, body)`; an error of the value is one where the variable is read."""

    place: Place
    variable: str
    value: "Node"
    body: "Node"


@dataclass(frozen=True, slots=True)
class OptionalMap:
    """`target.optMap(variable, body)`; with `is_flat` it is `optFlatMap`, whose body is optional itself."""

    place: Place
    variable: str
    target: "Node"
    body: "Node"
    is_flat: bool


Loop: TypeAlias = Quantifier | Transform | TransformMap

Node: TypeAlias = (
    Const
    | Variable
    | Local
    | Select
    | Has
    | Call
    | And
    | Or
    | Conditional
    | ListOf
    | MapOf
    | MessageOf
    | Loop
    | Bind
    | OptionalMap
)
