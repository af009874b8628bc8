"""Limits as conditions that must be true.

Where bounds that meet could leave nothing, which denies whatever the value is,
they are not written.
"""

from functools import reduce
from typing import Final

from interlock.cel.text.literal import literal
from interlock.cel.types import DYN, INT, OPTIONAL, STRING, CelType, list_of
from interlock.exporting.claims import Claim, one_line, refuse_obligations
from interlock.exporting.parsing import filled
from interlock.exporting.translate import Translator
from interlock.exporting.unfit import UnfitError
from interlock.kernel.limits import contradiction, meet, outside
from interlock.loading.compiled import CompiledLimit, CompiledPolicy
from interlock.model.limit import Bounds
from interlock.model.policy import OnError
from interlock.spelling import quoted

_TEXTS: Final = list_of(STRING)
_OTHER: Final = "\0"
"""A text that no allow-set has."""

_WAYS: Final = {"ceiling": "is above the ceiling of ", "floor": "is below the floor of "}


def of_limit(limit: CompiledLimit, translator: Translator, compiled: CompiledPolicy) -> Claim:
    """What `limit` of `compiled` demands.

    Raises:
        UnfitError: Kubernetes can't demand that.
    """
    refuse_obligations(limit.limit.obligations)
    _refuse_meeting(limit, compiled)
    nodes = {"measured": translator.translated(limit.of)}
    for program in limit.computed.values():
        nodes["bound"] = translator.translated(program)
    condition, saying = _texts_of(limit, compiled.policy.on_error)
    measure = quoted(limit.bound.of)
    fixed = [f"{measure} {way}" for way in _ways(limit)]
    message = one_line(limit.limit.message) or (fixed[0] if fixed else f"{measure} is out of bounds")
    is_said = bool(saying) and not limit.limit.message
    return Claim(
        condition=filled(condition, nodes),
        message=message,
        saying=filled(saying, nodes) if is_said else None,
    )


def _refuse_meeting(limit: CompiledLimit, compiled: CompiledPolicy) -> None:
    """Raise UnfitError where the bounds of `limit`, and of others on the same measure, may leave nothing."""
    beside = [each for each in compiled.limits if each.bound.of == limit.bound.of]
    bounds = [each.limit for each in beside]
    if {"allowed", "blocked"} & limit.computed.keys():
        raise UnfitError("computes which texts are allowed, and may allow none, which denies all")
    several = len(beside) > 1 or (limit.limit.ceiling is not None and limit.limit.floor is not None)
    if several and any(each.computed for each in beside):
        raise UnfitError("computes a bound that another one may contradict, which denies all")
    if reason := contradiction(reduce(meet, (each.constants for each in bounds))):
        raise UnfitError(f"{reason}, which denies all")


def _texts_of(limit: CompiledLimit, on_error: OnError) -> tuple[str, str]:
    """The condition and the message of `limit`, as CEL over what is `measured` and its computed `bound`."""
    type_ = limit.of.type
    is_optional = type_.name == OPTIONAL.name
    if is_optional:
        type_ = type_.parameters[0] if type_.parameters else DYN
    if type_ == DYN and on_error is OnError.IGNORE:
        raise UnfitError("measures what may be of another type, which `onError` ignores and Kubernetes can't")
    value = "measured.value()" if is_optional else "measured"
    condition, saying = _of_numbers(limit, type_) if limit.limit.is_of_numbers else _of_texts(limit, type_)
    otherwise = "type(bound) == int" if limit.computed else "true"
    condition = condition.replace("measured", value)
    return (
        f"measured.hasValue() ? {condition} : {otherwise}" if is_optional else condition,
        saying.replace("measured", value),
    )


def _of_numbers(limit: CompiledLimit, type_: CelType) -> tuple[str, str]:
    bounds = limit.bound.bounds
    demands = ["type(measured) == int"] if type_ != INT else []
    if limit.computed:
        ((name, program),) = limit.computed.items()
        demands += ["type(bound) == int"] if program.type != INT else []
        demands.append(f"measured {'<=' if name == 'ceiling' else '>='} bound")
        return " && ".join(demands), f"{literal(f'{quoted(limit.bound.of)} {_WAYS[name]}')} + string(bound)"
    demands += [f"measured <= {bounds.ceiling}"] if bounds.ceiling is not None else []
    demands += [f"measured >= {bounds.floor}"] if bounds.floor is not None else []
    return " && ".join(demands), _choosing(limit, f"measured > {bounds.ceiling}")


def _of_texts(limit: CompiledLimit, type_: CelType) -> tuple[str, str]:
    bounds = limit.bound.bounds
    if type_ not in {STRING, _TEXTS}:
        raise UnfitError(
            f"measures {type_}, and so maybe no text, which is an error that Kubernetes can't make"
        )
    allowed = None if bounds.allowed is None else literal(sorted(bounds.allowed))
    demands = [f"text in {allowed}"] if allowed is not None else []
    demands += [f"!(text in {literal(sorted(bounds.blocked))})"] if bounds.blocked else []
    within, unlisted = " && ".join(demands), f"!(text in {allowed})"
    if type_ == STRING:
        return within.replace("text in", "measured in"), _choosing(
            limit, unlisted.replace("text in", "measured in")
        )
    return f"measured.all(text, {within})", _choosing(limit, f"measured.exists(text, {unlisted})")


def _choosing(limit: CompiledLimit, first: str) -> str:
    """CEL of the message of two ways out of bounds, the first of which is where `first` is true."""
    ways = [literal(f"{quoted(limit.bound.of)} {way}") for way in _ways(limit)]
    return f"{first} ? {ways[0]} : {ways[1]}" if len(ways) > 1 else ""


def _ways(limit: CompiledLimit) -> list[str]:
    """The ways to be outside of constant bounds, as the engine says them."""
    bounds = limit.bound.bounds
    found = []
    if bounds.ceiling is not None:
        found.append(outside(Bounds(ceiling=bounds.ceiling), bounds.ceiling + 1))
    if bounds.floor is not None:
        found.append(outside(Bounds(floor=bounds.floor), bounds.floor - 1))
    if bounds.allowed is not None:
        found.append(outside(Bounds(allowed=bounds.allowed), _OTHER))
    if bounds.blocked:
        found.append(outside(Bounds(blocked=bounds.blocked), min(bounds.blocked)))
    is_list = limit.of.type.name == "list" or limit.of.type.parameters[:1] == (_TEXTS,)
    return [f"has a text that {way}" for way in found] if is_list else found
