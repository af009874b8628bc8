"""IR to Python expressions: the fast reader.

An expression is right wherever it gives a value. Wherever CEL and Python part,
it either calls the library or raises, and any exception hands the whole
evaluation to the interpreter. So it may lean on Python's own `and`, `or`,
`any` and `all`: they differ from CEL's only in what errors do.

Types are relied on only where they follow from the declarations of the
activation; what the checker inferred below `dyn` is guarded at run time.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from interlock.cel.declarations import Declarations
from interlock.cel.generation import loops
from interlock.cel.generation.code import Code
from interlock.cel.generation.integers import guarded
from interlock.cel.generation.loops import Scope
from interlock.cel.generation.operators import inline, result
from interlock.cel.generation.paths import repeated
from interlock.cel.interpreter.interpret import ALTERNATIVES
from interlock.cel.ir import (
    And,
    Bind,
    Call,
    Conditional,
    Const,
    Has,
    ListOf,
    Local,
    MapOf,
    MessageOf,
    Node,
    OptionalMap,
    Or,
    Quantifier,
    Select,
    Transform,
    TransformMap,
    Variable,
)
from interlock.cel.libraries.collections import has_leniently, has_repeated, select, select_leniently
from interlock.cel.libraries.comparison import to_bool
from interlock.cel.libraries.messages import message
from interlock.cel.libraries.overloads import Function, chosen
from interlock.cel.libraries.presence import listed, mapped, opt_flat_map, opt_map
from interlock.cel.tree import Path, is_search, path_of
from interlock.cel.types import BOOL, DYN, OPTIONAL, STRING, CelType, list_of, map_of
from interlock.cel.values import entries, type_of


@dataclass(slots=True)
class Generator:
    """Writes Python over an activation `a`; `names` are the globals that it needs."""

    declarations: Declarations
    trusted: Mapping[str, CelType]
    functions: Mapping[str, Function]
    results: Mapping[str, CelType]
    names: dict[str, Any] = field(default_factory=dict)
    variables: int = 0
    read: dict[Path, Code] = field(default_factory=dict)
    """The variables that hold what was read ahead."""
    pay: str = ""
    """What loops call with their ranges, so that their turns are paid for; nothing where they need not be."""
    is_iterable: bool = False
    """Whether the code is for what a comprehension ranges over, where Python can't assign."""

    def code(self, node: Node, scope: Scope) -> Code:
        """The Python for `node`."""
        return _WRITERS[type(node)](self, node, scope)

    def read_ahead(self, nodes: Iterable[Node]) -> list[str]:
        """Assignments of what `nodes` read more than once, which they use from now on."""
        lines = []
        for path, node in repeated(nodes).items():
            if path not in self.read:
                code = self.code(node, {})
                self.read[path] = self.fresh(code.type)
                lines.append(f"{self.read[path].text} = {code.text}")
        return lines

    def condition(self, node: Node, scope: Scope) -> str:
        """The Python for `node`, sure to be a bool."""
        code = self.code(node, scope)
        return code.text if code.type == BOOL else f"{self.name(to_bool)}({code.text})"

    def name(self, value: Any) -> str:
        """A global that is `value`."""
        for name, known in self.names.items():
            if known is value:
                return name
        name = f"k{len(self.names)}"
        self.names[name] = value
        return name

    def constant(self, node: Const, _scope: Scope) -> Code:
        """A literal; inline where Python writes it the same way."""
        value = node.value
        if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
            return Code(self.name(value), list_of(STRING), value)
        is_inline = value is None or type(value) in {bool, int, str}
        return Code(repr(value) if is_inline else self.name(value), type_of(value), value)

    def variable(self, node: Variable, _scope: Scope) -> Code:
        """A variable, of the type that it is trusted to have."""
        return self.read.get((node.name,)) or Code(f"a[{node.name!r}]", self.trusted.get(node.name, DYN))

    def local(self, node: Local, scope: Scope) -> Code:
        """The variable of a macro."""
        return scope[node.name]

    def select(self, node: Select, scope: Scope) -> Code:
        """A field; what is no map or has none raises."""
        if (known := self.read.get(path_of(node))) is not None:
            return known
        operand = self._operand(node.operand, scope)
        if node.operand.place.type.name == OPTIONAL.name:
            read = self.name(select_leniently if node.is_lenient else select)
            return Code(f"{read}({operand.text}, {node.field!r})")
        text = f"{operand.text}[{node.field!r}]"
        if operand.type.name == "map" and operand.type.parameters:
            return Code(text, operand.type.parameters[1])
        return Code(text, self.declarations.field(operand.type, node.field) or DYN)

    def has(self, node: Has, scope: Scope) -> Code:
        """Whether a field is there."""
        operand = self._operand(node.operand, scope)
        if not node.field:
            return Code(f"({operand.text}, True)[1]", BOOL)
        # What is asked follows from the checker's type; whether it is safe to ask Python, from ours.
        is_repeated = self.declarations.is_repeated(node.operand.place.type, node.field)
        if self.declarations.field(operand.type, node.field) is None:
            if is_repeated:
                return Code(f"{self.name(has_repeated)}({operand.text}, {node.field!r})", BOOL)
            if node.is_lenient:
                return Code(f"{self.name(has_leniently)}({operand.text}, {node.field!r})", BOOL)
            # Only maps have keys; what else there may be raises.
            return Code(f"({node.field!r} in {operand.text}.keys())", BOOL)
        if is_repeated:
            return Code(f"(len({operand.text}[{node.field!r}]) > 0)", BOOL)
        return Code(f"({node.field!r} in {operand.text})", BOOL)

    def _operand(self, node: Node, scope: Scope) -> Code:
        """What a field is read of: no literal, of which Python knows that it has none, and says so."""
        code = self.code(node, scope)
        return replace(code, text=self.name(node.value)) if isinstance(node, Const) else code

    def call(self, node: Call, scope: Scope) -> Code:
        """A call; in Python itself where it computes the same."""
        codes = [self.code(each, scope) for each in node.arguments]
        if node.function in ALTERNATIVES:
            return Code(f"{self.name(ALTERNATIVES[node.function])}({codes[0].text}, lambda: {codes[1].text})")
        if scope and self.pay and is_search(node):
            codes[1] = replace(codes[1], text=f"b.search({codes[1].text})")
        if (made := inline(node.function, codes, self.name)) is not None:
            return made
        known = self.name(chosen(self.functions, node.function, node.overloads))
        if not self.is_iterable and (made := guarded(node.function, codes, known, self._name_of_variable)):
            return made
        text = f"{known}({', '.join(code.text for code in codes)})"
        return Code(text, result(node.function, codes) or self.results.get(node.function, DYN))

    def logic(self, node: And | Or, scope: Scope) -> Code:
        """`&&` or `||`."""
        word = "and" if isinstance(node, And) else "or"
        return Code(f"({self.condition(node.left, scope)} {word} {self.condition(node.right, scope)})", BOOL)

    def conditional(self, node: Conditional, scope: Scope) -> Code:
        """`?:`."""
        yes, no = self.code(node.then, scope), self.code(node.otherwise, scope)
        text = f"({yes.text} if {self.condition(node.condition, scope)} else {no.text})"
        return Code(text, yes.type if yes.type == no.type else DYN)

    def list_of(self, node: ListOf, scope: Scope) -> Code:
        """A list."""
        parts = [self.code(each, scope) for each in node.elements]
        text = f"[{', '.join(part.text for part in parts)}]"
        if node.optional:
            return Code(f"{self.name(listed)}({text}, {self.name(node.optional)})", list_of(DYN))
        literals = [part.literal for part in parts] if all(map(_is_text, parts)) else None
        return Code(text, list_of(_common(parts)), literals)

    def map_of(self, node: MapOf, scope: Scope) -> Code:
        """A map."""
        keys = [self.code(key, scope) for key, _ in node.entries]
        values = [self.code(value, scope) for _, value in node.entries]
        sides = list(zip(keys, values, strict=True))
        is_plain = all(map(_is_text, keys)) and len({key.literal for key in keys}) == len(keys)
        if is_plain and not node.optional:
            text = ", ".join(f"{key.text}: {value.text}" for key, value in sides)
            return Code(f"{{{text}}}", map_of(STRING, _common(values)))
        text = f"[{''.join(f'({key.text}, {value.text}),' for key, value in sides)}]"
        if node.optional:
            return Code(f"{self.name(mapped)}({text}, {self.name(node.optional)})")
        return Code(f"{self.name(entries)}({text})")

    def message_of(self, node: MessageOf, scope: Scope) -> Code:
        """A message, which nothing but the library looks into."""
        given = "".join(f"({name!r}, {self.code(value, scope).text})," for name, value in node.fields)
        rest = map(self.name, (node.texts, node.optional))
        return Code(f"{self.name(message)}({self.name(node.place.type)}, [{given}], {', '.join(rest)})")

    def bind(self, node: Bind, scope: Scope) -> Code:
        """`cel.bind` as a call of a function of its variable."""
        # A value that fails although the body may not read it is left to the interpreter, like all failures.
        value = self.code(node.value, scope)
        body = self._function(node.variable, value.type, node.body, scope)
        return Code(f"{body.text}({value.text})", body.type)

    def optional_map(self, node: OptionalMap, scope: Scope) -> Code:
        """`optMap` or `optFlatMap`."""
        map_ = self.name(opt_flat_map if node.is_flat else opt_map)
        body = self._function(node.variable, DYN, node.body, scope)
        return Code(f"{map_}({self.code(node.target, scope).text}, {body.text})")

    def _function(self, variable: str, type_: CelType, body: Node, scope: Scope) -> Code:
        """A function of `variable`, and the type of what it returns."""
        bound = self.fresh(type_)
        made = self.code(body, {**scope, variable: bound})
        return Code(f"(lambda {bound.text}: {made.text})", made.type)

    def fresh(self, type_: CelType) -> Code:
        """A Python variable that no other has the name of."""
        return Code(self._name_of_variable(), type_)

    def _name_of_variable(self) -> str:
        self.variables += 1
        return f"v{self.variables}"


_WRITERS: Final[Mapping[type, Callable[[Generator, Any, Scope], Code]]] = {
    Const: Generator.constant,
    Variable: Generator.variable,
    Local: Generator.local,
    Select: Generator.select,
    Has: Generator.has,
    Call: Generator.call,
    And: Generator.logic,
    Or: Generator.logic,
    Conditional: Generator.conditional,
    ListOf: Generator.list_of,
    MapOf: Generator.map_of,
    MessageOf: Generator.message_of,
    Quantifier: loops.quantifier,
    Transform: loops.transform,
    TransformMap: loops.transform_map,
    Bind: Generator.bind,
    OptionalMap: Generator.optional_map,
}


def _is_text(code: Code) -> bool:
    return isinstance(code.literal, str)


def _common(parts: list[Code]) -> CelType:
    """The type that all of `parts` are sure to have."""
    kinds = {part.type for part in parts}
    return kinds.pop() if len(kinds) == 1 else DYN
