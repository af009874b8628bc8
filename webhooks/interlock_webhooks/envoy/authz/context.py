"""What the proxy's configuration says of the requests of a route: what they are, and who says who asks.

It comes as Envoy's `context_extensions`, texts by name, or as such in JSON in one
header. Whoever configures the proxy is trusted with it; whoever sends
requests must have no part in it (docs/reference/envoy.md). Pure.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Struct

from interlock.errors import RequestError
from interlock.spelling import alternatives, suggestion
from interlock_webhooks import wire
from interlock_webhooks.envoy.authz.facts import FACTS
from interlock_webhooks.text import quoted

HEADER: Final = "x-interlock-context"
"""The header that has it where there are no `context_extensions`. The proxy sets it, for every request."""

_OURS: Final = "interlock."
_KIND: Final = "interlock.kind"
_HOLD_FOR: Final = "interlock.holdFor"
_DISCHARGES: Final = "interlock.discharges"
_CALLER: Final = "interlock.caller."
_FROM: Final = "interlock.from."
_OPTIONAL: Final = "?"
_TEXTS: Final[msgspec.json.Decoder[dict[str, str]]] = msgspec.json.Decoder(dict[str, str])


class Kind(StrEnum):
    """What a request is decided as."""

    CHAT = "chat"
    EMBEDDINGS = "embeddings"
    MCP = "mcp"
    ROUTE = "route"


class Origin(StrEnum):
    """Where a fact is read."""

    HEADER = "header"
    METADATA = "metadata"
    PEER = "peer"


class Source(Struct, frozen=True):
    """A place that says a fact: a header, a JSON Pointer into the metadata, or the peer's certificate."""

    origin: Origin
    name: str
    is_optional: bool


class Context(Struct, frozen=True, kw_only=True):
    """`kind` is None where a request itself shows what it is. Facts are by name, such as `principal.id`."""

    kind: Kind | None = None
    stated: Mapping[str, str] = {}
    sources: Mapping[str, Source] = {}
    hold_for: str | None = None
    discharges: tuple[str, ...] = ()


def decode_context(header: str) -> Context:
    """The context in the header of that name. Raises RequestError."""
    extensions: dict[str, str] = wire.decode(header.encode(), _TEXTS)
    return context_of(extensions)


def context_of(extensions: Mapping[str, str]) -> Context:
    """What `extensions` say; keys of others are passed over.

    Raises:
        RequestError: a key of ours has a name or a value that nobody knows.
    """
    stated: dict[str, str] = {}
    sources: dict[str, Source] = {}
    for key, value in extensions.items():
        if key.startswith(_CALLER):
            stated[_fact(key, _CALLER)] = value
        elif key.startswith(_FROM):
            sources[_fact(key, _FROM)] = _source(key, value)
        elif key.startswith(_OURS) and key not in _KEYS:
            raise RequestError(f"{quoted(key)}: no such key: {suggestion(key, _KEYS)}")
    if twice := stated.keys() & sources.keys():
        raise RequestError(f"`{_CALLER}{min(twice)}`: it is stated and has a source: leave one of them out")
    discharges = extensions.get(_DISCHARGES, "")
    return Context(
        kind=_kind(extensions.get(_KIND)),
        stated=stated,
        sources=sources,
        hold_for=extensions.get(_HOLD_FOR),
        discharges=tuple([name.strip() for name in discharges.split(",") if name.strip()]),
    )


_KEYS: Final = frozenset({_KIND, _HOLD_FOR, _DISCHARGES})
_KINDS: Final = tuple(kind.value for kind in Kind)


def _kind(given: str | None) -> Kind | None:
    if given is None:
        return None
    if given not in _KINDS:
        raise RequestError(f"`{_KIND}` is {quoted(given)}: write {alternatives(_KINDS)}")
    return Kind(given)


def _fact(key: str, prefix: str) -> str:
    fact = key.removeprefix(prefix)
    if fact not in FACTS:
        raise RequestError(f"{quoted(key)}: no such fact of a caller: {suggestion(fact, FACTS)}")
    return fact


def _source(key: str, value: str) -> Source:
    """The source that `value` writes, such as `header:x-user` or `metadata:/filter/claim?`."""
    place = value.removesuffix(_OPTIONAL)
    origin, _, name = place.partition(":")
    if not _is_place(origin, name):
        raise RequestError(
            f"{quoted(key)} is {quoted(value)}: write `header:NAME`, `metadata:/FILTER/KEY` or `peer`, "
            f"and a `{_OPTIONAL}` behind it where the fact may be missing"
        )
    is_header = origin == Origin.HEADER
    return Source(Origin(origin), name.lower() if is_header else name, place != value)


def _is_place(origin: str, name: str) -> bool:
    match origin:
        case Origin.HEADER:
            return bool(name)
        case Origin.METADATA:
            return name.startswith("/")
        case _:
            return origin == Origin.PEER and not name
