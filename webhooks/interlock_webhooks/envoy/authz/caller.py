"""Who asks, as the proxy's configuration says it is to be read from a request. Pure.

Nothing of a request is believed by itself: a header counts only where the
configuration names it. What has to be said and isn't is an error, not a gap
that policies may or may not look at.
"""

from collections.abc import Mapping
from typing import Any, Final, cast

from interlock.errors import RequestError
from interlock.intents.caller import Caller
from interlock_webhooks.envoy.authz.context import Context, Origin, Source
from interlock_webhooks.envoy.authz.facts import FACTS, Shape
from interlock_webhooks.envoy.authz.original import Original

_NOTHING: Final[tuple[None, str, list[Any]]] = (None, "", [])


def caller_of(original: Original, context: Context) -> Caller:
    """The caller of `original`.

    Raises:
        RequestError: a fact that `context` wants is not said, or not as it is to be.
    """
    caller: dict[str, Any] = {}
    for fact, stated in context.stated.items():
        _put(caller, fact, _shaped(fact, stated))
    for fact, source in context.sources.items():
        value = _read(original, source)
        if value not in _NOTHING:
            _put(caller, fact, _shaped(fact, value))
        elif not source.is_optional:
            raise RequestError(f"`{fact}`: nobody says it: it is to come from {_place(source)}")
    return cast("Caller", caller)


def _read(original: Original, source: Source) -> object:
    match source.origin:
        case Origin.HEADER:
            return original.headers.get(source.name)
        case Origin.PEER:
            return original.peer
        case _:
            return _pointed(original.metadata, source.name)


def _pointed(metadata: Mapping[str, Any], pointer: str) -> object:
    """What the JSON Pointer leads to (RFC 6901); None where that is nothing."""
    value: object = metadata
    for token in pointer.split("/")[1:]:
        if not isinstance(value, dict):
            return None
        value = value.get(token.replace("~1", "/").replace("~0", "~"))
    return value


def _shaped(fact: str, value: object) -> object:
    """`value` in the shape that the fact has."""
    match FACTS[fact]:
        case Shape.TEXT if isinstance(value, str):
            return value
        case Shape.TEXTS if isinstance(value, str):
            return [each.strip() for each in value.split(",") if each.strip()]
        case Shape.TEXTS if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return value
        case Shape.OBJECT if isinstance(value, dict):
            return value
        case shape:
            raise RequestError(f"`{fact}`: must be {shape.value}")


def _put(caller: dict[str, Any], fact: str, value: object) -> None:
    part, dot, key = fact.partition(".")
    if dot:
        caller.setdefault(part, {})[key] = value
    else:
        caller[part] = value


def _place(source: Source) -> str:
    return f"`{source.origin}:{source.name}`" if source.name else f"`{source.origin}`"
