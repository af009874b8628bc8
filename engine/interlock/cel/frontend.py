"""Text to a checked IR: what Google's checker says, as nodes or as problems with their places."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial, reduce
from hashlib import sha256
from itertools import accumulate
from typing import Final

import msgspec

from interlock.cel.checker.configuration import configured
from interlock.cel.checker.isolated import CHECKER
from interlock.cel.checker.messages import Wording, is_too_deep
from interlock.cel.checker.protocol import (
    Accepted,
    Complaint,
    Exhausted,
    Question,
    Refused,
    Signature,
    Verdict,
    Vocabulary,
)
from interlock.cel.declarations import Declarations
from interlock.cel.decoding.checked import decode
from interlock.cel.decoding.macros import UnsupportedError
from interlock.cel.deep.check import Checked, check_deep
from interlock.cel.ir import Node
from interlock.cel.libraries.overloads import Library
from interlock.cel.libraries.standard import STANDARD
from interlock.cel.open_messages import Renamed, TooManyError, renamed
from interlock.cel.readable import READABLE, marked
from interlock.cel.syntax.tokens import UnreadableError
from interlock.cel.types import DYN, MAP_KEYS, CelType, list_of, map_of
from interlock.errors import Problem
from interlock.spans import SourceText

_DEEPEST: Final = 12
"""The levels that the type of a variable can have."""

_encoder: Final = msgspec.msgpack.Encoder()


class RejectedError(Exception):
    """The text is no expression of its environment; all problems, with their places."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.message for problem in self.problems))


@dataclass(frozen=True, eq=False)
class Frontend:
    """A checker for expressions over `variables` that call `libraries`; `declarations` describe messages."""

    declarations: Declarations
    variables: Mapping[str, CelType]
    libraries: tuple[Library, ...]
    container: str = ""
    is_lenient: bool = False
    open_message: str = ""

    def check(self, source: SourceText) -> Node:
        """The checked IR of `source`.

        Raises:
            RejectedError: it does not parse or has type errors; every one that the checker found.
        """
        read = self._read(source)
        verdict = self._verdict(read, {})
        checked = self._checked(source, read, verdict)
        if isinstance(verdict, Refused) and any(is_too_deep(each.message) for each in verdict.complaints):
            # What nobody can read stays too deep.
            with suppress(UnreadableError):
                checked = check_deep(
                    replace(source, text=read.text), partial(self.check_part, read.declarations)
                )
        if isinstance(checked, tuple):
            raise RejectedError(checked)
        return checked

    def check_part(
        self, declarations: Declarations, source: SourceText, extra: Mapping[str, CelType]
    ) -> Checked:
        """The IR of a text that may read `extra` variables and isn't too deep, or all problems with it.

        Raises:
            RejectedError: it can't be checked, nor can any text that it is a part of.
        """
        read = Renamed(source.text, declarations)
        return self._checked(source, read, self._verdict(read, extra))

    def _read(self, source: SourceText) -> Renamed:
        """The text that the checker reads, and what it is told of messages.

        Raises:
            RejectedError: it can't be told.
        """
        try:
            source.text.encode()
        except UnicodeEncodeError as error:
            message = "half of a surrogate pair is no character: remove it"
            raise RejectedError([Problem(source.at(error.start), message)]) from None
        if not self.open_message:
            return Renamed(source.text, self.declarations)
        try:
            return renamed(source.text, self.open_message, self.declarations)
        except TooManyError as error:
            raise RejectedError([Problem(source.locate(1, 1), str(error))]) from None

    def _verdict(self, read: Renamed, extra: Mapping[str, CelType]) -> Verdict:
        known = {name: read.declarations.known(type_) for name, type_ in extra.items()}
        variables = {**self._declared, **_declarables(known)}
        vocabulary = self._vocabulary(read.declarations)
        question = Question(
            vocabulary=vocabulary.digest,
            variables=msgspec.Raw(_encoder.encode(variables)),
            container=self.container,
            text=marked(read.text, variables) if self._has_dotted else read.text,
        )
        return CHECKER.check(question, vocabulary)

    def _checked(self, source: SourceText, read: Renamed, verdict: Verdict) -> Checked:
        match verdict:
            case Accepted(wire):
                try:
                    return decode(wire, read.declarations, is_lenient=self.is_lenient)
                except UnsupportedError as error:
                    return (Problem(source.at(error.offset), str(error)),)
            case Refused(complaints):
                return tuple(self._problems(source, read, complaints))
            case Exhausted():
                raise RejectedError([Problem(source.locate(1, 1), "takes too much to check: simplify it")])

    def _problems(self, source: SourceText, read: Renamed, complaints: Iterable[Complaint]) -> list[Problem]:
        starts = [0, *accumulate(len(line) + 1 for line in source.text.split("\n"))]
        repeated: list[Problem] = []
        said: list[Problem] = []
        for complaint in complaints:
            # What has no place is at the start, or at -1.
            line, column = max(complaint.line, 1), max(complaint.column, 1)
            offset = starts[min(line, len(starts)) - 1] + column - 1
            before, after = source.text[:offset], source.text[offset:]
            message = reduce(_called, read.declarations.made.items(), complaint.message)
            problem = Problem(source.locate(line, column), self._wording.of(message, before, after))
            (repeated if self._wording.is_namespace(message, after) else said).append(problem)
        return said or repeated

    @cached_property
    def _has_dotted(self) -> bool:
        return any("." in name for name in self.variables)

    @cached_property
    def _declared(self) -> dict[str, CelType]:
        return _declarables(self.variables)

    def _vocabulary(self, declarations: Declarations) -> Vocabulary:
        told = _told((*self.libraries, READABLE) if self._has_dotted else self.libraries)
        return Vocabulary(
            digest=told.digest + declarations.digest,
            configuration=told.configuration,
            merged=told.merged,
            files=declarations.files,
        )

    @cached_property
    def _wording(self) -> Wording:
        return Wording(self.declarations.fields, self.variables, self.libraries)


@lru_cache(maxsize=64)
def _told(libraries: tuple[Library, ...]) -> Vocabulary:
    """The vocabulary of `libraries`, without any message."""
    told = configured(STANDARD, libraries)
    configuration = json.dumps(told.environment)
    merged = tuple(
        Signature(each.id, each.function, each.parameters, each.result, each.is_member) for each in told.merged
    )
    digest = sha256(_encoder.encode((configuration, merged))).digest()
    return Vocabulary(digest=digest, configuration=configuration, merged=merged, files=())


def _called(message: str, name: tuple[str, str]) -> str:
    """`message` with the name that an expression has for what the checker knows by another."""
    known, called = name
    return message.replace(known, called)


def _declarables(variables: Mapping[str, CelType]) -> dict[str, CelType]:
    return {name: _declarable(type_, _DEEPEST) for name, type_ in variables.items()}


def _declarable(type_: CelType, levels: int) -> CelType:
    """The most that the checker can be told of a variable of `type_`."""
    match type_:
        case CelType("list" | "map") if not levels:
            return DYN
        case CelType("list", (element,)):
            return list_of(_declarable(element, levels - 1))
        case CelType("map", (key, value)):
            return map_of(key if key in MAP_KEYS else DYN, _declarable(value, levels - 1))
        case CelType("list"):
            return list_of(DYN)
        case CelType("map"):
            return map_of(DYN, DYN)
        # As dynamic variables, optional ones can be used like what they are.
        case CelType("type" | "wrapper" | "error" | "optional_type"):
            return DYN
        case _:
            return type_
