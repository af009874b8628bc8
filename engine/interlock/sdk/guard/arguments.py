"""The arguments of one call of a function, as JSON: what policies see of them. Pure."""

from collections.abc import Collection
from inspect import BoundArguments, Parameter, Signature
from math import isfinite
from typing import Any, Final

import msgspec
from pydantic import BaseModel

from interlock.errors import RequestError
from interlock.spelling import quoted

_ITSELF: Final = frozenset({"self", "cls"})


def arguments_of(
    signature: Signature, args: tuple[Any, ...], kwargs: dict[str, Any], left_out: Collection[str]
) -> dict[str, Any]:
    """What a function of `signature` is called with, by name and with defaults, but for those `left_out`.

    Raises:
        TypeError: it can't be called so.
        RequestError: an argument is no JSON, or two go by one name: policies would see one of them.
    """
    bound = signature.bind(*args, **kwargs)
    bound.apply_defaults()
    named = _named(bound)
    return {name: _plain(name, value) for name, value in named.items() if name not in left_out}


def itself(signature: Signature) -> frozenset[str]:
    """The parameter that a method has for what it is a method of."""
    first = next(iter(signature.parameters), "")
    return _ITSELF & {first}


def _named(bound: BoundArguments) -> dict[str, Any]:
    """Arguments by name; those without a name of their own by that of their parameter.

    Raises:
        RequestError: one without a name goes by that of another.
    """
    named: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        if bound.signature.parameters[name].kind is Parameter.VAR_KEYWORD:
            extra = value
        else:
            named[name] = value
    for name in named.keys() & extra.keys():
        raise RequestError(
            f"argument {quoted(name)} can't be checked: it is there with a name and without: send it once",
            path=f"$.mcp.params.arguments.{name}",
        )
    return named | extra


def _plain(name: str, value: object) -> Any:  # noqa: ANN401 - any JSON
    try:
        plain = msgspec.to_builtins(value, str_keys=True, enc_hook=_model)
        if _is_finite(plain):
            # Tuples and the like become lists, as they would on the way to a service.
            return msgspec.json.decode(msgspec.json.encode(plain))
        why = "it has a number that is none"
    except (TypeError, ValueError, RecursionError) as error:
        why = str(error)
    message = f"argument {quoted(name)} can't be checked: {why}: name it in `leave_out` if no policy needs it"
    raise RequestError(message, path=f"$.mcp.params.arguments.{name}")


def _model(value: object) -> object:
    """A model of pydantic as JSON has it; nothing else is known here."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(f"{quoted(type(value).__name__)} has no form in JSON")


def _is_finite(value: object) -> bool:
    match value:
        case float():
            return isfinite(value)
        case dict():
            return all(map(_is_finite, value.values()))
        case list() | tuple() | set() | frozenset():
            return all(map(_is_finite, value))
        case _:
            return True
