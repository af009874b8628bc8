"""What expressions may mention, and how they become programs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any

from interlock.cel.activation import Activation
from interlock.cel.cost.guard import Guard
from interlock.cel.cost.limits import PER_CALL_LIMIT
from interlock.cel.declarations import Declarations
from interlock.cel.frontend import Frontend, RejectedError
from interlock.cel.generation import assemble
from interlock.cel.generation.generate import Generator
from interlock.cel.ir import Has, Node
from interlock.cel.libraries.overloads import Function, Library, functions, results
from interlock.cel.libraries.standard import STANDARD
from interlock.cel.program import Program
from interlock.cel.rewriting.bindless import bindless, has_bindings
from interlock.cel.rewriting.inline import Definition, TooLargeError, inlined
from interlock.cel.text.unparse import unparse
from interlock.cel.tree import variables
from interlock.cel.types import DYN, CelType
from interlock.cel.values import EvaluationError
from interlock.errors import Problem
from interlock.spans import SourceText

Sieve = Callable[[Activation], tuple[list[int], list[int]]]
"""The numbers of the programs that are sure to be the other boolean, and of those to evaluate exactly."""


class Evaluator(StrEnum):
    """What computes the values of expressions; the checker is the same."""

    INTERLOCK = "interlock"
    CEL_PYTHON = "cel-python"


@dataclass(frozen=True)
class Environment:
    """Variables by name and type, the messages that types refer to, and libraries beside the standard one.

    `trusted` says which variables are sure to hold what they declare; the
    others are checked at compile time and guarded at run time. `definitions`
    are the functions of `libraries` that are expressions themselves, and
    `programs` the variables that are. Expressions can make messages of the name
    `open_message`, and of all that begin with it, if there is one. An evaluation costs `limit` at most. Where
    it is lenient, what can have no fields has none, as in cel-go, which the API
    server has; in the specification asking for one is an error.
    """

    declarations: Declarations
    variables: Mapping[str, CelType]
    trusted: Mapping[str, CelType]
    libraries: tuple[Library, ...] = ()
    open_message: str = ""
    container: str = ""
    evaluator: Evaluator = Evaluator.INTERLOCK
    limit: int = PER_CALL_LIMIT
    is_lenient: bool = False
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    programs: Mapping[str, Program] = field(default_factory=dict)

    @cached_property
    def _frontend(self) -> Frontend:
        return Frontend(
            self.declarations,
            self.variables,
            self.libraries,
            container=self.container,
            is_lenient=self.is_lenient,
            open_message=self.open_message,
        )

    def with_variable(self, name: str, program: Program) -> "Environment":
        """This environment and a variable that holds what `program` evaluates to."""
        return replace(
            self,
            variables={**self.variables, name: program.type},
            trusted={**self.trusted, name: program.trusted},
            programs={**self.programs, name: program},
        )

    def with_library(self, library: Library, definitions: Mapping[str, Definition]) -> "Environment":
        """This environment and a library whose functions are defined by expressions."""
        return replace(
            self, libraries=(*self.libraries, library), definitions={**self.definitions, **definitions}
        )

    def compile(self, source: SourceText, *, expected: CelType | None = None) -> Program:
        """The program of `source`.

        Raises:
            RejectedError: it does not parse, has type errors, can't be `expected`, or grows out of bounds.
        """
        node = self._frontend.check(source)
        type_ = node.place.type
        if expected is not None and type_ not in (expected, DYN):
            problem = Problem(source.span, f"must be {expected}, but is {str(type_).replace('interlock.', '')}")
            raise RejectedError([problem])
        return self.program(source, node)

    def sieve(self, rules: Sequence[tuple[Program, bool]]) -> Sieve:
        """A function that tells which of many programs don't evaluate to their boolean.

        The programs are of this environment.
        """
        if self.evaluator is Evaluator.CEL_PYTHON:
            return lambda _: ([], list(range(len(rules))))
        generator = self._generator()
        text = assemble.sieve(generator, [(program.plan, silent) for program, silent in rules])
        made: Sieve = assemble.executed(text, "<sieve>", generator.names)["sieve"]
        return made

    def program(self, source: SourceText, checked: Node) -> Program:
        """The program of `source`, which the checker read as `checked`.

        Raises:
            RejectedError: it grows out of bounds.
        """
        try:
            node = inlined(checked, self.definitions)
        except TooLargeError as error:
            raise RejectedError([Problem(source.span, str(error))]) from None
        alternative = None
        if self.evaluator is Evaluator.CEL_PYTHON:
            alternative = _alternative(source, node, is_as_written=node is checked and not has_bindings(node))
        return Program(
            source=source,
            checked=checked,
            node=node,
            type=node.place.type,
            guard=Guard(node, self._guards(node), self.limit),
            functions=_tables(self.libraries)[0],
            repeated=self._is_repeated,
            generator=self._generator,
            alternative=alternative,
        )

    def _guards(self, node: Node) -> dict[str, Guard]:
        """What the variables that `node` reads can cost, of those that are computed."""
        computed = self.programs.keys() & variables(node) if self.programs else ()
        return {name: self.programs[name].guard for name in computed}

    def _generator(self) -> Generator:
        table, types = _tables(self.libraries)
        return Generator(self.declarations, self.trusted, table, types)

    def _is_repeated(self, node: Has) -> bool:
        return self.declarations.is_repeated(node.operand.place.type, node.field)


@lru_cache(maxsize=64)
def _tables(libraries: tuple[Library, ...]) -> tuple[Mapping[str, Function], Mapping[str, CelType]]:
    """What the functions of the standard library and of `libraries` compute, and the types of their results."""
    all_ = (STANDARD, *libraries)
    return functions(all_), results(all_)


def _alternative(source: SourceText, node: Node, *, is_as_written: bool) -> Callable[[Activation], Any]:
    """The expression as cel-python evaluates it, which is imported only where it is asked for."""
    from interlock.cel.alternative import evaluator  # noqa: PLC0415  # slow, and changes the process

    text = source.text if is_as_written else unparse(bindless(node))
    try:
        return evaluator(text, variables(node))
    except EvaluationError as error:
        raise RejectedError([Problem(source.span, str(error))]) from None
