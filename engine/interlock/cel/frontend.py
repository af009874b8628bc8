"""Google's parser and checker: text to a checked IR. The one module that imports them.

They see what authors write, once, when a policy is compiled. Request data
never reaches native code.
"""

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from cel_expr_python import cel

from interlock.cel.checked import decode
from interlock.cel.configuration import configured
from interlock.cel.declarations import Declarations
from interlock.cel.ir import Node
from interlock.cel.libraries.overloads import Library, Overload
from interlock.cel.libraries.standard import STANDARD
from interlock.cel.macros import UnsupportedError
from interlock.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    UINT,
    CelType,
)
from interlock.errors import Problem
from interlock.spans import SourceText
from interlock.spelling import closest

_NATIVE: Final = {
    BOOL: cel.Type.BOOL,
    INT: cel.Type.INT,
    UINT: cel.Type.UINT,
    DOUBLE: cel.Type.DOUBLE,
    STRING: cel.Type.STRING,
    BYTES: cel.Type.BYTES,
    NULL: cel.Type.NULL,
    TIMESTAMP: cel.Type.TIMESTAMP,
    DURATION: cel.Type.DURATION,
    DYN: cel.Type.DYN,
    CelType("list"): cel.Type.List(cel.Type.DYN),
    CelType("map"): cel.Type.Map(cel.Type.DYN, cel.Type.DYN),
}

# They read the checker's messages, never a request, which only RE2 may read.
_ERROR = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
_STATUS = re.compile(r"[A-Z_]+: (.*?)(?: \[[A-Z_]+\])?")
_TOO_DEEP = re.compile(
    r"(?:Exceeded max recursion depth of|Expression recursion limit exceeded\. limit:) (\d+).*"
)
_UNDEFINED_FIELD = re.compile(r"undefined field '(.*)' not found in struct '(?:.*\.)?(.*)'")
_UNDECLARED = re.compile(r"undeclared reference to '(.*)' \(in container '.*'\)")
_NO_OVERLOAD = re.compile(r"found no matching overload for '(.*)' applied to '(.*)'")

_OPERATORS: Final = {"_[_]": "index", "@in": "in", "_?_:_": "?:", "!_": "!", "-_": "-"}


class RejectedError(Exception):
    """The text is no expression of its environment; all problems, with their places."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.message for problem in self.problems))


class Frontend:
    """A checker for expressions over `variables` that call `libraries`; `declarations` describe messages."""

    def __init__(
        self,
        declarations: Declarations,
        variables: Mapping[str, CelType],
        libraries: tuple[Library, ...],
        *,
        container: str = "",
    ) -> None:
        self._declarations = declarations
        self._variables = dict(variables)
        config, merged = _configured(libraries)
        self._env = cel.NewEnv(
            descriptor_pool=declarations.pool,
            config=config,
            variables={name: _native(type_) for name, type_ in variables.items()},
            extensions=merged,
            container=container,
        )

    def check(self, source: SourceText) -> Node:
        """The checked IR of `source`.

        Raises:
            RejectedError: it does not parse or has type errors; every one that the checker found.
        """
        try:
            return decode(self._env.compile(source.text).serialize(), self._declarations)
        except UnsupportedError as error:
            raise RejectedError([self._problem_at(source, error.offset, str(error))]) from None
        except RuntimeError as error:
            raise RejectedError(
                Problem(source.locate(max(int(line), 1), max(int(column), 1)), self._rewrite(message))
                for line, column, message in _found(str(error))
            ) from None

    def _problem_at(self, source: SourceText, offset: int, message: str) -> Problem:
        before = source.text[:offset]
        line = before.count("\n") + 1
        return Problem(source.locate(line, offset - before.rfind("\n")), message)

    def _rewrite(self, message: str) -> str:
        """The checker's message in our words, with what the author may have meant."""
        if match := _TOO_DEEP.fullmatch(message):
            return f"nests more than {match.group(1)} deep: name parts of it as variables"
        if match := _UNDEFINED_FIELD.fullmatch(message):
            field, record = match.groups()
            known = self._declarations.fields.get(f"interlock.{record}", {})
            return f"undefined field `{field}` of {record}{_did_you_mean(field, known)}"
        if match := _UNDECLARED.fullmatch(message):
            (name,) = match.groups()
            first = name.partition(".")[0]
            close = _did_you_mean(name, self._variables) or _did_you_mean(
                first, self._variables.keys() - {first}
            )
            return f"undeclared reference to `{name}`{close}"
        if match := _NO_OVERLOAD.fullmatch(message):
            function, types = match.groups()
            operator = _OPERATORS.get(function, function.strip("_"))
            return f"`{operator}` can't be applied to {types.replace('interlock.', '')}"
        if message.startswith("Syntax error: "):
            return "syntax error: " + message.removeprefix("Syntax error: ").split(" expecting {")[0]
        return message[:1].lower() + message[1:]


@lru_cache(maxsize=64)
def _configured(libraries: tuple[Library, ...]) -> tuple[Any, list[Any]]:
    """The checker's configuration for `libraries`, which takes longer to read than to use."""
    told = configured(STANDARD, libraries)
    functions: dict[str, list[Any]] = {}
    for overload in told.merged:
        functions.setdefault(overload.function, []).append(_native_overload(overload))
    merged = [cel.FunctionDecl(name, overloads) for name, overloads in functions.items()]
    extensions = [cel.CelExtension("interlock", merged)] if merged else []
    return cel.NewEnvConfigFromYaml(json.dumps(told.environment)), extensions


def _native_overload(overload: Overload) -> Any:
    return cel.Overload(
        overload.id,
        return_type=_native(overload.result),
        parameters=[_native(parameter) for parameter in overload.parameters],
        is_member=overload.is_member,
        impl=overload.compute,
    )


def _found(text: str) -> Iterable[tuple[str, str, str]]:
    """Lines, columns and messages of the checker's errors; what has no place is at the start, or at -1."""
    if found := dict.fromkeys(_ERROR.findall(text.removesuffix(" [INVALID_ARGUMENT]"))):
        # What is said of a part that has no type only repeats why it has none.
        return [each for each in found if "'*error*'" not in each[2]] or found
    match = _STATUS.fullmatch(text)
    return [("1", "1", match.group(1) if match else text)]


def _native(type_: CelType) -> Any:
    if type_ in _NATIVE:
        return _NATIVE[type_]
    match type_:
        case CelType("list", (element,)):
            return cel.Type.List(_native(element))
        case CelType("map", (key, value)):
            return cel.Type.Map(_native(key), _native(value))
        # The checker can't declare variables of optional types; as dynamic ones they can be used like them.
        case CelType("type" | "wrapper" | "error" | "optional_type"):
            return cel.Type.DYN
        case _:
            return cel.Type(type_.name)


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    meant = closest(name, known)
    return f": did you mean `{meant}`?" if meant else ""
