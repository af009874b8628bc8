"""Expressions of ours as expressions of Kubernetes that have the same value, and fail where they fail.

The API server has no Intent, knows nothing of the types of objects, and asks
leniently whether a field is there: of what can have no fields, too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from interlock.cel.ir import Call, Conditional, Const, Has, Local, Node, Select, Variable
from interlock.cel.program import Program
from interlock.cel.rewriting.inline import TooLargeError
from interlock.cel.rewriting.partial import Partial
from interlock.cel.rewriting.unbound import unbound
from interlock.cel.text.literal import literal
from interlock.cel.text.unparse import is_identifier
from interlock.cel.tree import Path, children, path_of, rebuilt, variables
from interlock.cel.types import DYN, MAP, OPTIONAL
from interlock.exporting.definitions import NAMES, definition
from interlock.exporting.differing import refuse_other_calls
from interlock.exporting.facts import Facts
from interlock.exporting.parsing import VARIABLES, parsed
from interlock.exporting.scene import OPERATIONS
from interlock.exporting.unfit import UnfitError
from interlock.spelling import quoted

_Reader: TypeAlias = Callable[[Path], str | None]

_ACTION: Final = ("intent", "action")
_CONSTANT: Final = frozenset({_ACTION, ("intent", "kind")})
_UNSEEN: Final = {
    "intent": "reads the whole Intent, which is not in plain sight in a request",
    "now": "reads the time, which Kubernetes keeps from policies",
    "budgets": "reads how accounts stand, which Kubernetes doesn't know",
    "run": "reads what the run did, which Kubernetes doesn't know",
}
_OBJECT: Final = ("object",)
_MAPPINGS: Final = frozenset(
    {_OBJECT, ("object", "metadata"), *(("object", "metadata", key) for key in ("labels", "annotations"))}
)
"""What is an object in every object of the API."""


@dataclass(slots=True, kw_only=True)
class Translator:
    """Translates the expressions of one policy; `item` is what its area binds, if it is a part of the Intent.

    Variables of the policy that read the item are put in where they are read,
    since variables of Kubernetes can't read it; `fields` are what is read of it. `read`
    are the facts that need a variable, those first that others read.
    """

    facts: Facts
    policy: Mapping[str, Program]
    item: str | None = None
    fields: frozenset[str] = frozenset()
    read: dict[str, Node] = field(default_factory=dict)

    def translated(self, program: Program) -> Node:
        """What `program` computes; the same node where nothing is to be changed.

        Raises:
            UnfitError: Kubernetes can't compute it.
        """
        try:
            node = unbound(program.node)
        except TooLargeError as error:
            raise UnfitError(str(error)) from None
        made = self._made(node)
        is_known = made is not node and _is_constant(node)
        found = Partial(program.functions, program.repeated).fold(made) if is_known else made
        refuse_other_calls(found)
        return found

    def noted(self, text: str) -> Node:
        """The IR of `text`, which is CEL of this package, once the facts that it reads have variables."""
        return self._with_facts(parsed(text))

    def reads_item(self, program: Program) -> bool:
        """Whether `program` reads the item, itself or through variables."""
        names = variables(program.node)
        return self.item in names or any(
            self.reads_item(self.policy[each]) for each in names & self.policy.keys()
        )

    def _made(self, node: Node) -> Node:
        match node:
            case Variable(_, name):
                return self._variable(node, name)
            case Call(_, ("_==_" | "_!=_") as function, arguments) if _ACTION in map(path_of, arguments):
                return self._compared(node, function, arguments)
            case Select(_, operand, key):
                return self._fact(node, self.facts.value, (*path_of(operand), key)) or self._select(node)
            case Has(_, operand, key):
                return self._fact(node, self.facts.presence, (*path_of(operand), key)) or self._has(node)
            case Call(_, "_?._", (container, Const(_, str() as key))):
                found = self._fact(node, self.facts.optional, (*path_of(container), key))
                return found or self._optional(node, container)
            case _:
                return rebuilt(node, self._made)

    def _fact(self, node: Node, of: _Reader, path: Path) -> Node | None:
        """The fact that `path` leads to, of the type of `node`; None where it leads to none, or on from one."""
        text = of(path) if path[0] == "intent" and len(path) > 1 else None
        if text is None:
            return None
        found = self.noted(text)
        return replace(found, place=replace(found.place, type=node.place.type))

    def _variable(self, node: Variable, name: str) -> Node:
        if name in _UNSEEN and name != self.item:
            raise UnfitError(_UNSEEN[name])
        if name == "object":
            return self.noted(self.facts.scene.subject) if self.facts.scene.subject != name else node
        if name == self.item:
            raise UnfitError(f"reads all of {quoted(name)}, of which only parts are in plain sight")
        program = self.policy.get(name)
        if program is not None and self.item is not None and self.reads_item(program):
            return self.translated(program)
        return node

    def _with_facts(self, node: Node) -> Node:
        """`node`, with the variables of facts that it reads, and those that these read, in their order."""
        for name in sorted(variables(node)):
            fact = name.removeprefix(VARIABLES)
            if name not in self.read and fact in NAMES:
                self.read[name] = self.noted(definition(fact, self.facts.scene, self.fields))
        return node

    def _compared(self, node: Call, function: str, arguments: tuple[Node, ...]) -> Node:
        """Whether the action is a certain one, by the operation that it is."""
        other = next((each.value for each in arguments if isinstance(each, Const)), None)
        operation = OPERATIONS.get(other) if isinstance(other, str) else None
        if operation is None or len(self.facts.scene.operations) == 1:
            return rebuilt(node, self._made)
        return parsed(f"request.operation {function.strip('_')} {literal(operation)}")

    def _select(self, node: Select) -> Node:
        made = self._of_item(node) or rebuilt(node, self._made)
        if is_identifier(node.field) or not isinstance(made, Select):
            return made
        key = Const(node.place, node.field)
        return Call(node.place, "_[_]", (made.operand, key), is_member=False)

    def _of_item(self, node: Select | Has) -> Node | None:
        """`node` where it is about a field of the item, which a macro binds there; None where it is not."""
        operand = node.operand
        if not isinstance(operand, Variable) or operand.name != self.item:
            return None
        if node.field == "source":
            raise UnfitError("reads where an item stands, which is not in plain sight in a request")
        return replace(node, operand=Local(operand.place, operand.name))

    def _has(self, node: Has) -> Node:
        made = self._of_item(node) or rebuilt(node, self._made)
        if not node.field or not isinstance(made, Has):
            return made
        place, key = node.place, Const(node.place, node.field)
        asked: Node = made
        if not is_identifier(node.field):
            asked = Call(place, "@in", (key, made.operand), is_member=False)
        if self._has_fields(node.operand):
            return asked
        # Of what can have no fields `has()` is an error here and false there; to read one is an error in both.
        read = self._select(Select(place, node.operand, node.field))
        return Conditional(place, _is_map(made.operand), asked, read)

    def _optional(self, node: Call, container: Node) -> Node:
        if not self._has_fields(container):
            field_ = node.arguments[1].value if isinstance(node.arguments[1], Const) else ""
            raise UnfitError(
                f"asks by `.?` for {quoted(str(field_))} of what may be anything, which Kubernetes takes for"
                " absent where it can have no fields: ask with `has()`"
            )
        if isinstance(container, Variable) and container.name == self.item:
            return replace(node, arguments=(Local(container.place, container.name), node.arguments[1]))
        return rebuilt(node, self._made)

    def _has_fields(self, node: Node) -> bool:
        """Whether what `node` gives is sure to have fields, by its schema or as in all objects."""
        path = path_of(node)
        if path[:2] == ("intent", "object"):
            path = path[1:]
        type_ = node.place.type
        if type_.name == OPTIONAL.name:
            type_ = type_.parameters[0] if type_.parameters else DYN
        return type_ != DYN or path in _MAPPINGS or (isinstance(node, Variable) and node.name == self.item)


def _is_map(node: Node) -> Node:
    """Whether `node` is a map."""
    place = node.place
    name = Const(place, MAP)
    return Call(place, "_==_", (Call(place, "type", (node,), is_member=False), name), is_member=False)


def _is_constant(node: Node) -> bool:
    """Whether `node` reads a fact that may be the same in all requests, and computes with it."""
    return path_of(node) in _CONSTANT or any(map(_is_constant, children(node)))
