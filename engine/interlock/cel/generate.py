"""IR to Python source: the fast reader.

The generated function is right wherever it returns. Wherever CEL and Python
part, it either calls the library or raises, and any exception hands the whole
evaluation to the interpreter. So it may lean on Python's own `and`, `or`,
`any` and `all`: they differ from CEL's only in what errors do.

Types are relied on only where they follow from the declarations of the
activation; what the checker inferred below `dyn` is guarded at run time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from interlock.cel.code import Code
from interlock.cel.declarations import Declarations
from interlock.cel.interpret import Budget, is_search
from interlock.cel.ir import (
    And,
    Call,
    Conditional,
    Const,
    Has,
    ListOf,
    Local,
    MapOf,
    Node,
    Or,
    Quantifier,
    Quantity,
    Select,
    Transform,
    Variable,
)
from interlock.cel.libraries import Function
from interlock.cel.libraries.collections import elements, has, has_repeated
from interlock.cel.libraries.comparison import to_bool
from interlock.cel.operators import inline
from interlock.cel.types import (
    BOOL,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    UINT,
    CelType,
    list_of,
    map_of,
)
from interlock.cel.values import LimitExceeded, entries, type_of

# Results that are sure whatever the arguments were, since the library returns nothing else.
_RESULTS: Final = {
    **dict.fromkeys(("_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "!_", "@in", "bool"), BOOL),
    **dict.fromkeys(("contains", "startsWith", "endsWith", "matches"), BOOL),
    **dict.fromkeys(("size", "int"), INT),
    "double": DOUBLE,
    "duration": DURATION,
    "string": STRING,
    "timestamp": TIMESTAMP,
    "uint": UINT,
}
_ITERATIONS: Final = {Quantity.ALL: "all", Quantity.EXISTS: "any"}


@dataclass(slots=True)
class Generator:
    """Builds one function; `names` are the globals that it needs."""

    declarations: Declarations
    trusted: Mapping[str, CelType]
    functions: Mapping[str, Function]
    names: dict[str, Any] = field(default_factory=dict)
    loops: int = 0

    def sieve(self, rules: Sequence[tuple[Node, bool]]) -> str:
        """The source of `sieve(a)`: the numbers of the nodes that aren't their boolean, and of those that fail.

        One function over many nodes saves a call each. A node that fails here
        is to be evaluated by itself, exactly.
        """
        tests = []
        for number, (node, silent) in enumerate(rules):
            condition = self.condition(node, {})
            tests.append(
                "    try:\n"
                f"        if {'not ' if silent else ''}{condition}:\n"
                f"            found.append({number})\n"
                "    except Exception:\n"
                f"        failed.append({number})\n"
            )
        body = "".join(tests)
        head = f"def sieve(a):\n    found = []\n    failed = []\n{self._budget(body)}"
        return f"{head}{body}    return found, failed\n"

    def _budget(self, body: str) -> str:
        """The line that `b` needs, where `body` has nested loops or searches."""
        if "b.spend(" not in body and "b.search(" not in body:
            return ""
        self.names["Budget"] = Budget
        return "    b = Budget()\n"

    def function(self, node: Node) -> Code:
        """The source of `evaluate(a)`, which returns the value of `node` over the activation `a`."""
        body = self.code(node)
        # What goes past a bound here does so in the interpreter too, only later.
        self.names["LimitExceeded"] = LimitExceeded
        text = (
            "def evaluate(a):\n"
            f"{self._budget(body.text)}"
            "    try:\n"
            f"        return {body.text}\n"
            "    except LimitExceeded:\n"
            "        raise\n"
            "    except Exception:\n"
            "        return exact(a)\n"
        )
        return Code(text, body.type)

    def code(self, node: Node, scope: Mapping[str, Code] | None = None) -> Code:  # noqa: C901  # one case a node
        """The Python for `node`, where `scope` has the variables of enclosing loops."""
        scope = scope or {}
        match node:
            case Const(_, value):
                return self.constant(value)
            case Variable(_, name):
                return Code(f"a[{name!r}]", self.trusted.get(name, DYN))
            case Local(_, name):
                return scope[name]
            case Select(_, operand, name):
                return self._select(self.code(operand, scope), name)
            case Has():
                return self._has(node, self.code(node.operand, scope))
            case Call(_, function, arguments, _):
                codes = [self.code(each, scope) for each in arguments]
                if scope and is_search(node):
                    codes[1] = replace(codes[1], text=f"b.search({codes[1].text})")
                return self._call(function, codes)
            case And(_, left, right) | Or(_, left, right):
                word = "and" if isinstance(node, And) else "or"
                sides = self.condition(left, scope), self.condition(right, scope)
                return Code(f"({sides[0]} {word} {sides[1]})", BOOL)
            case Conditional(_, condition, then, otherwise):
                yes, no = self.code(then, scope), self.code(otherwise, scope)
                text = f"({yes.text} if {self.condition(condition, scope)} else {no.text})"
                return Code(text, yes.type if yes.type == no.type else DYN)
            case ListOf(_, parts):
                return self._list([self.code(each, scope) for each in parts])
            case MapOf(_, pairs):
                return self._map([(self.code(key, scope), self.code(value, scope)) for key, value in pairs])
            case Quantifier() | Transform():
                return self._loop(node, scope)

    def condition(self, node: Node, scope: Mapping[str, Code]) -> str:
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

    def constant(self, value: Any) -> Code:
        """A literal, inline where Python writes it the same way."""
        is_inline = value is None or type(value) in {bool, int, str}
        return Code(repr(value) if is_inline else self.name(value), type_of(value), value)

    def _select(self, operand: Code, name: str) -> Code:
        text = f"{operand.text}[{name!r}]"
        if operand.type.name == "map" and operand.type.parameters:
            return Code(text, operand.type.parameters[1])
        return Code(text, self.declarations.field(operand.type, name) or DYN)

    def _has(self, node: Has, operand: Code) -> Code:
        # What is asked follows from the checker's type; whether it is safe to ask Python, from ours.
        is_repeated = self.declarations.is_repeated(node.operand.place.type, node.field)
        if self.declarations.field(operand.type, node.field) is None:
            test = has_repeated if is_repeated else has
            return Code(f"{self.name(test)}({operand.text}, {node.field!r})", BOOL)
        if is_repeated:
            return Code(f"(len({operand.text}[{node.field!r}]) > 0)", BOOL)
        return Code(f"({node.field!r} in {operand.text})", BOOL)

    def _call(self, function: str, arguments: list[Code]) -> Code:
        if (made := inline(function, arguments, self.name)) is not None:
            return made
        known = self.name(self.functions[function])
        return Code(
            f"{known}({', '.join(argument.text for argument in arguments)})", _RESULTS.get(function, DYN)
        )

    def _list(self, parts: list[Code]) -> Code:
        kinds = {part.type for part in parts}
        literals = [part.literal for part in parts] if all(_is_text(part) for part in parts) else None
        element = kinds.pop() if len(kinds) == 1 else DYN
        return Code(f"[{', '.join(part.text for part in parts)}]", list_of(element), literals)

    def _map(self, pairs: list[tuple[Code, Code]]) -> Code:
        kinds = {value.type for _, value in pairs}
        value_type = kinds.pop() if len(kinds) == 1 else DYN
        names = [key.literal for key, _ in pairs]
        if all(_is_text(key) for key, _ in pairs) and len(set(names)) == len(names):
            text = ", ".join(f"{key.text}: {value.text}" for key, value in pairs)
            return Code(f"{{{text}}}", map_of(STRING, value_type))
        text = ", ".join(f"({key.text}, {value.text})" for key, value in pairs)
        return Code(f"{self.name(entries)}([{text}])")

    def _loop(self, node: Quantifier | Transform, scope: Mapping[str, Code]) -> Code:
        range_ = self.code(node.range, scope)
        is_list = range_.type.name == "list"
        element = range_.type.parameters[0] if is_list and range_.type.parameters else DYN
        text = f"b.spend({range_.text})" if node.is_nested else range_.text
        over = text if is_list else f"{self.name(elements)}({text})"
        self.loops += 1
        variable = Code(f"v{self.loops}", element)
        inner = {**scope, node.variable: variable}
        if isinstance(node, Quantifier):
            return self._quantifier(
                node, f"for {variable.text} in {over}", self.condition(node.predicate, inner)
            )
        test = "" if node.predicate is None else f" if {self.condition(node.predicate, inner)}"
        made = self.code(node.element, inner)
        return Code(f"[{made.text} for {variable.text} in {over}{test}]", list_of(made.type))

    def _quantifier(self, node: Quantifier, loop: str, predicate: str) -> Code:
        if node.quantity is Quantity.EXISTS_ONE:
            return Code(f"(sum([{predicate} {loop}]) == 1)", BOOL)
        return Code(f"{_ITERATIONS[node.quantity]}({predicate} {loop})", BOOL)


def _is_text(code: Code) -> bool:
    return isinstance(code.literal, str)
