"""Values and types as the corpora write them."""

import base64
from collections.abc import Callable, Iterator
from typing import Any, Final

from interlock.cel.libraries.kubernetes.amounts import parse as parse_quantity
from interlock.cel.libraries.kubernetes.semver import parse as parse_semver
from interlock.cel.libraries.kubernetes.url import url as parse_url
from interlock.cel.libraries.network import parse_cidr, parse_ip
from interlock.cel.libraries.temporal import parse_duration, parse_timestamp
from interlock.cel.types import NAMED, CelType, parameter
from interlock.cel.values import NONE, Uint, entries, optional


def value_of(typed: dict[str, Any]) -> Any:
    """The value of `{kind: raw}`."""
    ((kind, raw),) = typed.items()
    return _READERS[kind](raw) if kind in _READERS else raw


def type_named(text: str) -> CelType:
    """The type that `text`, such as `map(string, param(T))`, names."""
    name, _, rest = text.partition("(")
    if name == "param":
        return parameter(rest[:-1])
    if not rest:
        return NAMED.get(name, CelType(name))
    return CelType(name, tuple(map(type_named, _parts(rest[:-1]))))


def _parts(text: str) -> Iterator[str]:
    """The parts of `text` between the commas that no parentheses are around."""
    depth = start = 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            yield text[start:at].strip()
            start = at + 1
    yield text[start:].strip()


_READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "int": int,
    "uint": Uint,
    "double": float,
    "bytes": base64.b64decode,
    "list": lambda raw: [value_of(each) for each in raw],
    "map": lambda raw: entries((value_of(key), value_of(value)) for key, value in raw),
    "timestamp": parse_timestamp,
    "duration": parse_duration,
    "type": type_named,
    "optional": lambda raw: NONE if raw is None else optional(value_of(raw)),
    "quantity": parse_quantity,
    "ip": parse_ip,
    "cidr": parse_cidr,
    "semver": parse_semver,
    "url": parse_url,
}
