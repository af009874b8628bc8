"""Google's parser and checker. The one module that imports them, in a process of its own.

They see what authors write, once, when a policy is compiled. Request data
never reaches native code.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

import msgspec
from cel_expr_python import cel
from google.protobuf.descriptor_pool import DescriptorPool

from interlock.cel.checker.protocol import (
    LARGEST_ACCEPTED,
    Accepted,
    Answer,
    Complaint,
    Exhausted,
    Learned,
    Question,
    Refused,
    Request,
    Signature,
    Unknown,
    Unusable,
    Vocabulary,
)
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
}

# A message that is cut inside of a character is a ValueError, and a descriptor that is wrong a TypeError.
_REFUSALS: Final = (RuntimeError, ValueError, TypeError)

_NO_MEMORY: Final = "ABORTED: std::bad_alloc"

_MOST_VOCABULARIES: Final = 16
_MOST_ENVIRONMENTS: Final = 64

_ERROR: Final = re.compile(r"^(?:[A-Z_]+: )?ERROR: <input>:(-?\d+):(-?\d+): (.*)$", re.MULTILINE)
_STATUS: Final = re.compile(r"(?:[A-Z_]+: )?(.*?)(?: \[[A-Z_]+\])?", re.DOTALL)

_variables: Final = msgspec.msgpack.Decoder(dict[str, CelType])


class NativeChecker:
    """Checks texts in the vocabularies that it was told last."""

    def __init__(self) -> None:
        self._known: dict[bytes, _Known] = {}

    def answer(self, request: Request) -> Answer:
        """What the checker says."""
        return self._learned(request) if isinstance(request, Vocabulary) else self._checked(request)

    def _learned(self, vocabulary: Vocabulary) -> Answer:
        while len(self._known) >= _MOST_VOCABULARIES:
            del self._known[next(iter(self._known))]
        try:
            self._known[vocabulary.digest] = _Known(vocabulary)
        except _REFUSALS as error:
            return Unusable(str(error))
        return Learned()

    def _checked(self, question: Question) -> Answer:
        known = self._known.get(question.vocabulary)
        if known is None:
            return Unknown()
        try:
            environment = _environment(known, bytes(question.variables), question.container)
        except _REFUSALS as error:
            return Unusable(str(error))
        try:
            wire = environment.compile(question.text).serialize()
        except _REFUSALS as error:
            if str(error).startswith(_NO_MEMORY):
                return Exhausted()
            return Refused(tuple(_complaints(str(error))))
        return Accepted(wire) if len(wire) <= LARGEST_ACCEPTED else Exhausted()


class _Known:
    """A vocabulary as the checker reads it, which takes longer than checking a text."""

    def __init__(self, told: Vocabulary) -> None:
        functions: dict[str, list[Any]] = {}
        for signature in told.merged:
            functions.setdefault(signature.function, []).append(_overload(signature))
        merged = [cel.FunctionDecl(name, overloads) for name, overloads in functions.items()]
        self.extensions = [cel.CelExtension("interlock", merged)] if merged else []
        self.configuration = cel.NewEnvConfigFromYaml(told.configuration)
        self.pool = DescriptorPool()
        for file in told.files:
            self.pool.AddSerializedFile(file)


@lru_cache(maxsize=_MOST_ENVIRONMENTS)
def _environment(known: _Known, variables: bytes, container: str) -> Any:
    return cel.NewEnv(
        descriptor_pool=known.pool,
        config=known.configuration,
        variables={name: _native(type_) for name, type_ in _variables.decode(variables).items()},
        extensions=known.extensions,
        container=container,
    )


def _overload(signature: Signature) -> Any:
    return cel.Overload(
        signature.id,
        return_type=_native(signature.result),
        parameters=[_native(parameter) for parameter in signature.parameters],
        is_member=signature.is_member,
    )


def _native(type_: CelType) -> Any:
    if type_ in _NATIVE:
        return _NATIVE[type_]
    match type_:
        case CelType("list", (element,)):
            return cel.Type.List(_native(element))
        case CelType("map", (key, value)):
            return cel.Type.Map(_native(key), _native(value))
        case _:
            return cel.Type(type_.name)


def _complaints(text: str) -> Iterable[Complaint]:
    """The checker's errors with their places, without the lines that it repeats for each of them."""
    if found := dict.fromkeys(_ERROR.findall(text.removesuffix(" [INVALID_ARGUMENT]"))):
        # What is said of a part that has no type only repeats why it has none.
        told = [each for each in found if "'*error*'" not in each[2]] or list(found)
        for line, column, message in told:
            yield Complaint(int(line), int(column), message)
    elif match := _STATUS.fullmatch(text):
        yield Complaint(1, 1, match.group(1))
