"""What the validations and audit annotations of a policy say of one request, with one object of parameters."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from interlock.cel.activation import Activation
from interlock.foreign.activations import bound, with_authorizer
from interlock.foreign.attributes import Object
from interlock.foreign.compiled import CompiledValidating
from interlock.foreign.conditions import UnmetError, are_met
from interlock.foreign.expressions import BUDGET, OUT_OF_BUDGET, OutOfBudgetError, Result
from interlock.foreign.policy import FailurePolicy, Validation
from interlock.foreign.review import Review

LONGEST_MESSAGE: Final = 5 * 1024
"""The bytes of what a message expression may give."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A validation, by its place, that is not true; `is_error` says that nobody knows whether it is."""

    message: str
    reason: str = ""
    index: int = 0
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Annotation:
    """What goes into the audit log; `error` says why it can't, where the policy fails then."""

    key: str
    value: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Validated:
    """All that a policy says, in the order of its expressions."""

    failures: tuple[Failure, ...] = ()
    annotations: tuple[Annotation, ...] = ()


NOTHING: Final = Validated()


def validated(
    compiled: CompiledValidating, review: Review, params: Object | None, namespace: Object | None
) -> Validated:
    """What `compiled` says of the request.

    Raises:
        OutOfTime: nobody waits any more.
    """
    silent = bound(review.attributes, params=params, namespace=namespace)
    silent.until = review.until
    activation = with_authorizer(silent, review.attributes, review.authorize)
    try:
        if not are_met(compiled, activation):
            return NOTHING
    except UnmetError as error:
        return Validated(tuple(_erred(compiled, 0, str(error))))
    try:
        return Validated(
            tuple(_failures(compiled, activation, silent)), tuple(_annotations(compiled, activation))
        )
    except OutOfBudgetError as error:
        return Validated(tuple(_erred(compiled, 0, str(error))))


def _failures(compiled: CompiledValidating, activation: Activation, silent: Activation) -> Iterator[Failure]:
    results, messages = _results(compiled, activation, silent)
    for index, (validation, result) in enumerate(zip(compiled.policy.validations, results, strict=True)):
        if result is None:
            continue
        if result.error:
            yield from _erred(compiled, index, result.error)
        elif messages is None:
            # Also of what is true: the API server does not tell these apart.
            yield from _erred(compiled, index, f"failed messageExpression: {OUT_OF_BUDGET}")
        elif result.value is not True:
            yield Failure(_message(validation, messages[index]), validation.reason, index)


def _results(
    compiled: CompiledValidating, activation: Activation, silent: Activation
) -> tuple[Sequence[Result | None], Sequence[Result | None] | None]:
    """What validations and messages evaluate to; None where what is left of the budget is too little for these.

    Raises:
        OutOfBudgetError: validations alone cost more.
    """
    validations, messages = compiled.validations, compiled.messages
    results = validations.results(activation)
    if results is not None:
        if all(result is not None and result.value is True for result in results):
            return results, [None] * len(results)
        said = messages.results(silent)
        if said is not None:
            return results, said
    results, left = validations.counted(activation, BUDGET)
    try:
        return results, messages.counted(silent, left)[0]
    except OutOfBudgetError:
        return results, None


def _message(validation: Validation, computed: Result | None) -> str:
    if computed is not None and isinstance(computed.value, str):
        said = computed.value.strip()
        if said and "\n" not in said and len(computed.value.encode()) <= LONGEST_MESSAGE:
            return said
    return validation.message.strip() or f"failed expression: {validation.expression.text.strip()}"


def _annotations(compiled: CompiledValidating, activation: Activation) -> Iterator[Annotation]:
    results = compiled.annotations.results(activation)
    if results is None:
        results, _ = compiled.annotations.counted(activation, BUDGET)
    for annotation, result in zip(compiled.policy.annotations, results, strict=True):
        if result is None:
            continue
        error = result.error
        if not error and result.value is not None and not isinstance(result.value, str):
            error = f"valueExpression '{annotation.expression.text}' resulted in unsupported return type"
        if error:
            if compiled.policy.failure_policy is FailurePolicy.FAIL:
                yield Annotation(annotation.name, error=error)
        elif value := (result.value or "").strip():
            yield Annotation(annotation.name, value)


def _erred(compiled: CompiledValidating, index: int, message: str) -> Iterator[Failure]:
    if compiled.policy.failure_policy is FailurePolicy.FAIL:
        yield Failure(message, index=index, is_error=True)
