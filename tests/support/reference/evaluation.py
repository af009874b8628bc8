"""A tree to its value: names, fields, logic, and everything else as a call of a function."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from interlock.cel.values import NONE, Optional
from support.reference.errors import CelError, NotCelError
from support.reference.functions import called
from support.reference.grammar import Call, Index, ListOf, Literal, MapOf, Name, Node, Operation, Select
from support.reference.kinds import TYPES, kind, to_key
from support.reference.logic import Outcome, conjunction, disjunction, truth
from support.reference.lookup import at, has
from support.reference.macros import MACROS, bound_name


@dataclass(frozen=True, slots=True)
class Bindings:
    """What names mean: variables of the activation, in a container, and those of the macros around."""

    variables: Mapping[str, Any]
    container: str = ""
    local: Mapping[str, Any] = field(default_factory=dict)

    def where(self, local: Mapping[str, Any]) -> "Bindings":
        """These bindings inside a macro that binds `local`."""
        return replace(self, local={**self.local, **local})

    def candidates(self, name: Name) -> list[str]:
        """What `name` may be the short form of, in the order in which it is tried."""
        parts = [] if name.is_root or not self.container else self.container.split(".")
        return [".".join([*parts[:length], name.name]) for length in range(len(parts), -1, -1)]


def value_of(node: Node, bindings: Bindings) -> Any:
    """The value of `node`.

    Raises:
        CelError: its value is an error.
    """
    match node:
        case Literal(value):
            return value
        case Name() | Select():
            return _named_or_selected(node, bindings)
        case Index(operand, key, is_optional):
            container = value_of(operand, bindings)
            return _part(container, value_of(key, bindings), is_optional=is_optional)
        case ListOf(elements):
            found = [
                _given(value_of(each, bindings), is_optional=is_optional) for is_optional, each in elements
            ]
            return [value for given in found for value in given]
        case MapOf():
            return _map(node, bindings)
        case Operation("&&" | "||" as operator, sides):
            fold = conjunction if operator == "&&" else disjunction
            return fold([_outcome(side, bindings) for side in sides])
        case Operation("?:", (condition, then, otherwise)):
            return value_of(then if truth(value_of(condition, bindings)) else otherwise, bindings)
        case Operation(other, operands):
            return _operated(other, [value_of(each, bindings) for each in operands])
        case Call():
            return _called(node, bindings)


def _outcome(node: Node, bindings: Bindings) -> Outcome:
    try:
        return value_of(node, bindings)
    except CelError as error:
        return error


# Names and fields


def _named_or_selected(node: Name | Select, bindings: Bindings) -> Any:
    """The longest prefix of a dotted name that means something is a name; what follows it are fields."""
    if name := _dotted(node, bindings):
        for candidate in bindings.candidates(name):
            if candidate in bindings.variables:
                return bindings.variables[candidate]
        if name.name in TYPES:
            return TYPES[name.name]
    if isinstance(node, Select):
        return _part(value_of(node.operand, bindings), node.field, is_optional=node.is_optional)
    if node.is_root or node.name not in bindings.local:
        raise CelError(f"undeclared reference to {node.name}")
    return _read(bindings.local[node.name])


def _read(outcome: Outcome) -> Any:
    """A variable of a macro; one of `cel.bind` may be an error, which comes up where it is read."""
    if isinstance(outcome, CelError):
        raise outcome
    return outcome


def _dotted(node: Node, bindings: Bindings) -> Name | None:
    """`node` as one name, unless it begins with something else or with a name that a macro binds."""
    match node:
        case Name(name, is_root):
            return None if name in bindings.local and not is_root else node
        case Select(operand, field_, False) if prefix := _dotted(operand, bindings):
            return Name(f"{prefix.name}.{field_}", prefix.is_root)
        case _:
            return None


def _part(container: Any, key: Any, *, is_optional: bool) -> Any:
    """A field or an element; of an optional value, and where it is asked for so, as an optional value."""
    if isinstance(container, Optional):
        return _part(container.value, key, is_optional=True) if container.is_present else NONE
    found = at(container, key)
    if is_optional:
        return found
    if not found.is_present:
        raise CelError("no such key")
    return found.value


# Lists and maps


def _given(value: Any, *, is_optional: bool) -> list[Any]:
    """`value`; of an optional element its value, if it has one."""
    if not is_optional:
        return [value]
    if not isinstance(value, Optional):
        raise CelError("an optional element is no optional")
    return [value.value] if value.is_present else []


def _map(node: MapOf, bindings: Bindings) -> dict[Any, Any]:
    made: dict[Any, Any] = {}
    for is_optional, key_node, value_node in node.entries:
        key, value = to_key(value_of(key_node, bindings)), value_of(value_node, bindings)
        for each in _given(value, is_optional=is_optional):
            if key in made:
                raise CelError("repeated key")
            made[key] = each
    return made


# Operators, functions, macros


def _operated(operator: str, values: list[Any]) -> Any:
    kinds = [kind(value) for value in values]
    signature = f"{operator}{kinds[0]}" if len(kinds) == 1 else f"{kinds[0]} {operator} {kinds[1]}"
    return called(signature, values)


def _called(node: Call, bindings: Bindings) -> Any:
    target, name = node.target, node.function
    if target is None and name == "has":
        return _has(node.arguments, bindings)
    if target == Name("cel") and name == "bind":
        variable, bound, body = node.arguments
        return _body(body, [variable], bindings)(_outcome(bound, bindings))
    if target is not None and (macro := MACROS.get((name, len(node.arguments)))):
        variables, bodies = node.arguments[: macro.variables], node.arguments[macro.variables :]
        range_ = value_of(target, bindings)
        return macro.run(macro.variables, range_, *(_body(body, variables, bindings) for body in bodies))
    arguments = [value_of(each, bindings) for each in node.arguments]
    kinds = ", ".join(map(kind, arguments))
    if target is None or target == Name("optional"):
        return called(f"{'' if target is None else 'optional.'}{name}({kinds})", arguments)
    receiver = value_of(target, bindings)
    return called(f"{kind(receiver)}.{name}({kinds})", [receiver, *arguments])


def _has(arguments: Sequence[Node], bindings: Bindings) -> bool:
    match arguments:
        case (Select(operand, name, False),):
            return has(value_of(operand, bindings), name)
        case _:
            raise NotCelError("has() takes a field")


def _body(body: Node, variables: Sequence[Node], bindings: Bindings) -> Callable[..., Any]:
    """The expression of a macro as a function of the macro's variables."""
    names = [bound_name(each) for each in variables]
    return lambda *values: value_of(body, bindings.where(dict(zip(names, values, strict=True))))
