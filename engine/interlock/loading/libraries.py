"""Function libraries to what policies call: each function declared, checked and tried.

The expression of a function is checked on its own, over its parameters. A
function whose expression is wrong stays declared, so that what calls it is not
reported as well.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from interlock.cel.activation import Activation
from interlock.cel.environment import Environment, Evaluator
from interlock.cel.frontend import RejectedError
from interlock.cel.ir import Call
from interlock.cel.libraries.overloads import Library, Overload
from interlock.cel.libraries.standard import STANDARD
from interlock.cel.literals import problems as literal_problems
from interlock.cel.program import Program
from interlock.cel.rewriting.inline import Definition, calls
from interlock.cel.types import BOOL, NAMED, CelType
from interlock.cel.values import EvaluationError, LimitExceeded
from interlock.errors import Problem
from interlock.loading.types import is_assignable, parse_type, write_type
from interlock.model.area import Area
from interlock.model.library import Function, FunctionLibrary, LibraryId
from interlock.spans import SourceText, Span
from interlock.spelling import quoted

_TAKEN: Final = frozenset(
    {"budgets", "cel", "google", "interlock", "now", "object", "run", "variables"}
    | {*NAMED, *(area.variable for area in Area)}
)


@dataclass(frozen=True, slots=True, eq=False)
class CompiledLibrary:
    """What the checker is told of a library, and what its functions mean, by the names that calls use."""

    declared: Library
    definitions: Mapping[str, Definition]


def compile_libraries(
    libraries: Iterable[FunctionLibrary], around: Environment
) -> tuple[dict[LibraryId, CompiledLibrary], list[Problem]]:
    """The compiled `libraries`, whose functions may call those of `around`, and all that is wrong with them."""
    compiled: dict[LibraryId, CompiledLibrary] = {}
    problems: list[Problem] = []
    for library in libraries:
        compiled[library.id], wrong = _compiled(library, around)
        problems += wrong
    return compiled, problems


def with_newest(scope: Environment, libraries: Mapping[LibraryId, CompiledLibrary]) -> Environment:
    """`scope` and each of `libraries` in its newest version, for expressions that no policy imports it for."""
    newest = {each.name: each for each in sorted(libraries, key=lambda each: each.precedence)}
    for library in map(libraries.__getitem__, newest.values()):
        scope = scope.with_library(library.declared, library.definitions)
    return scope


def _compiled(library: FunctionLibrary, around: Environment) -> tuple[CompiledLibrary, list[Problem]]:
    declared = Library(
        name=str(library.id), overloads=tuple(_overload(library, function) for function in library.functions)
    )
    own = replace(around, variables={}, trusted={}, evaluator=Evaluator.INTERLOCK)
    names = tuple(overload.function for overload in declared.overloads)
    workshop = _Workshop(names, own.with_library(declared, {}))
    workshop.problems += _name_problems(library, around)
    for name, function in zip(names, library.functions, strict=True):
        workshop.define(name, function)
    for function in library.functions:
        for example in function.examples:
            workshop.attempt(example)
    return CompiledLibrary(declared, workshop.definitions), workshop.problems


def _overload(library: FunctionLibrary, function: Function) -> Overload:
    name = f"{library.id.name}.{function.name}"

    def undefined(*_: Any) -> Any:  # noqa: ANN401  # CEL values
        raise EvaluationError(f"{name} is not defined")

    return Overload(
        id=name,
        function=name,
        parameters=tuple(parse_type(parameter.type) for parameter in function.parameters),
        result=parse_type(function.result),
        compute=undefined,
    )


def _name_problems(library: FunctionLibrary, around: Environment) -> Iterator[Problem]:
    known = (overload.function for each in (STANDARD, *around.libraries) for overload in each.overloads)
    if library.id.name in _TAKEN.union(name.partition(".")[0] for name in known):
        message = f"{quoted(library.id.name)} means something in every expression: choose another name"
        yield Problem(library.span, message)


@dataclass(slots=True)
class _Workshop:
    """Where the functions `names` of one library are made: `scope` is what all of its expressions can read."""

    names: tuple[str, ...]
    scope: Environment
    definitions: dict[str, Definition] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def define(self, name: str, function: Function) -> None:
        """Add what `name` means, or what is wrong with it."""
        parameters = {each.name: parse_type(each.type) for each in function.parameters}
        program = self._program(function.expression, parameters)
        if program is None:
            return
        wrong = [*self._calls_below(name, program), *_result_problems(function, program.type)]
        self.problems += wrong
        if not wrong and not self._left(program):
            self.definitions[name] = Definition(tuple(parameters), program.node)

    def attempt(self, example: SourceText) -> None:
        """Add what is wrong with `example`, which has to be true."""
        program = self._program(example, {}, BOOL)
        if program is None or self._left(program):
            return
        try:
            value = program.evaluate(Activation())
        except (EvaluationError, LimitExceeded) as error:
            self.problems.append(Problem(example.span, f"the example fails: {error}"))
            return
        if value is not True:
            said = "false" if value is False else "no bool"
            self.problems.append(Problem(example.span, f"the example is {said}: it must be true"))

    def _program(
        self, source: SourceText, variables: Mapping[str, CelType], expected: CelType | None = None
    ) -> Program | None:
        scope = replace(self.scope, variables=variables, definitions=self.definitions)
        try:
            program = scope.compile(source, expected=expected)
        except RejectedError as error:
            self.problems.extend(error.problems)
            return None
        self.problems += literal_problems(source, program.node, program.functions)
        return program

    def _left(self, program: Program) -> list[Call]:
        """The calls in `program` of the library's own functions that have no definition."""
        return [call for call in calls(program.node) if call.function in self.names]

    def _calls_below(self, name: str, program: Program) -> Iterator[Problem]:
        """Calls of the function `name` itself and of those below it."""
        below = self.names[self.names.index(name) :]
        for call in self._left(program):
            if call.function in below:
                what = "itself" if call.function == name else f"{quoted(call.function)}, which stands below it"
                message = f"{quoted(name)} calls {what}: a function may call those above it"
                yield Problem(_place(program.source, call.place.offset), message)


def _place(source: SourceText, offset: int) -> Span:
    before = source.text[:offset]
    return source.locate(before.count("\n") + 1, offset - before.rfind("\n"))


def _result_problems(function: Function, type_: CelType) -> Iterator[Problem]:
    if not is_assignable(type_, parse_type(function.result)):
        message = f"must be {function.result}, but is {write_type(type_)}"
        yield Problem(function.expression.span, message)
