"""What one mutation of a policy makes of an object. Pure."""

from collections.abc import Collection
from typing import Any, Final

from interlock.cel.activation import Activation
from interlock.foreign.attributes import Kind, Object
from interlock.foreign.changes.containers import PatchError
from interlock.foreign.changes.json_patch import UnmetTestError, patched
from interlock.foreign.changes.operation import Operation
from interlock.foreign.changes.values import configuration, operations
from interlock.foreign.expressions import BUDGET, Expressions, OutOfBudgetError
from interlock.foreign.merging.conformity import Mistake, Nature, atomics, mistakes, told
from interlock.foreign.merging.elements import UnknownElementError
from interlock.foreign.merging.kinds import Structures
from interlock.foreign.merging.merge import merged
from interlock.foreign.merging.structure import Structure
from interlock.foreign.policy import PatchType
from interlock.model.ruling import INTERNAL_ERROR, SERVICE_UNAVAILABLE

_HEADER: Final = ("apiVersion", "kind")
_DELAY: Final = (
    "There can be a delay between when CustomResourceDefinitions are created and when they are available."
)


class MutationError(Exception):
    """A mutation can't be made: what then happens is its policy's failure policy's to say."""


class RefusedError(Exception):
    """The API server refuses the request, whatever policies say; `reason` is that of its status."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def evaluated(expressions: Expressions, activation: Activation) -> Any:  # noqa: ANN401  # a CEL value is any value
    """The value of the one expression.

    Raises:
        MutationError: it has none, or costs too much.
        OutOfTime: nobody waits any more.
    """
    results = expressions.results(activation)
    if results is None:
        try:
            results, _ = expressions.counted(activation, BUDGET)
        except OutOfBudgetError as error:
            raise MutationError(str(error)) from None
    (result,) = filter(None, results)
    if result.error:
        raise MutationError(result.error)
    return result.value


def schema_of(kind: Kind, structures: Structures) -> Structure:
    """How objects of `kind` merge.

    Raises:
        RefusedError: nobody knows.
    """
    found = structures.of(kind)
    if found is None:
        written = f"{kind.group}/{kind.version}, Kind={kind.kind}"
        raise RefusedError(SERVICE_UNAVAILABLE, f"Resource kind {written} not found. {_DELAY}")
    return found


def changed(
    type_: PatchType,
    value: Any,  # noqa: ANN401  # as above
    found: Object,
    structure: Structure,
    documents: Collection[Any] = (),
) -> Object:
    """`found`, of this `structure`, with what the expression of a mutation evaluated to over `documents`.

    Raises:
        MutationError: it can't be put into the object.
        RefusedError: what is made is no object of its kind.
    """
    try:
        if type_ is PatchType.APPLY_CONFIGURATION:
            return _configured(configuration(value, documents), found, structure)
        return _patched(operations(value, documents), found, structure)
    except PatchError as error:
        raise MutationError(str(error)) from None
    except RecursionError:
        raise MutationError("the object is nested too deeply") from None


def _configured(wanted: dict[str, Any], found: Object, structure: Structure) -> Object:
    given = {**wanted, **{key: found[key] for key in _HEADER if key in found}}
    try:
        return _merged(given, found, structure)
    except MutationError as error:
        raise MutationError(f"error applying patch: {error}") from None


def _merged(given: dict[str, Any], found: Object, structure: Structure) -> Object:
    if wrong := list(mistakes(structure, given)):
        raise MutationError(f"failed to convert patch object to typed object: {told(wrong)}")
    if whole := list(atomics(structure, given)):
        raise MutationError(
            f"invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: {', '.join(whole)}"
        )
    if wrong := [each for each in mistakes(structure, found) if each.nature is Nature.MISFIT]:
        raise MutationError(f"failed to convert original object to typed object: {told(wrong)}")
    try:
        made: Object = merged(structure, found, given)
    except UnknownElementError as error:
        raise MutationError(f"failed to merge patch: {error}") from None
    return made


def _patched(wanted: list[Operation], found: Object, structure: Structure) -> Object:
    try:
        made = patched(found, wanted)
    except UnmetTestError:
        return found
    except PatchError as error:
        raise MutationError(f"JSON Patch: {error}") from None
    if not isinstance(made, dict):
        raise RefusedError(INTERNAL_ERROR, "the patched object is none")
    if structure.is_own and (wrong := _undecodable(structure, found, made)):
        raise RefusedError(INTERNAL_ERROR, f"strict decoding error: {told(wrong)}")
    return made


def _undecodable(structure: Structure, was: Object, now: Object) -> list[Mistake]:
    """What the API server can't read of one of its own kinds, of which it knows each field."""
    known = frozenset(mistakes(structure, was))
    return [
        each for each in mistakes(structure, now) if each.nature is not Nature.REPEATED and each not in known
    ]
