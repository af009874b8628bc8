"""What headers of Streamable HTTP say of the message in the body, which they must agree with. Pure.

Whoever routes by headers and whoever acts by the body must see one request
(revision 2026-07-28, Streamable HTTP, "Server Validation"). Requests of that
revision need the headers; those of older ones need not have them, and what
they have must agree all the same.
"""

import binascii
from base64 import b64decode
from collections.abc import Iterable, Mapping
from typing import Any, Final

from interlock_webhooks.mcp.codec import STATELESS, Message
from interlock_webhooks.mcp.errors import HEADER_MISMATCH, INVALID_PARAMS, RefusedMessageError
from interlock_webhooks.refusal import Header
from interlock_webhooks.text import quoted

_VERSION: Final = "mcp-protocol-version"
_METHOD: Final = "mcp-method"
_NAME: Final = "mcp-name"

_NAMED_BY: Final = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
"""What in `params` the name is, by method."""

_ENCODED: Final = ("=?base64?", "?=")
_PRINTABLE: Final = range(0x20, 0x7F)
_TAB: Final = 0x09

Mirrored = Mapping[str, tuple[str, ...]]
"""The path of an argument by the name of the header that repeats it."""


def check_headers(headers: Iterable[Header], message: Message, mirrored: Mirrored) -> None:
    """Nothing, where `headers` say what `message` says; `mirrored` are those of the tool that it calls.

    Raises:
        RefusedMessageError: they do, say something twice, or lack what they must say.
    """
    if message.method is None:
        return
    relevant = _relevant(headers, mirrored, message)
    needs = message.is_stateless or relevant.get(_VERSION, "") >= STATELESS
    _check_version(relevant.get(_VERSION), message, needs=needs)
    _agree(relevant, _METHOD, message.method, message, needs=needs and message.is_request)
    key = _NAMED_BY.get(message.method)
    if key is not None:
        _agree(relevant, _NAME, message.params.get(key), message, needs=needs)
    if message.method == "tools/call":
        for header, path in mirrored.items():
            _agree(relevant, header, _argument(message.params, path), message, needs=needs)


def _relevant(headers: Iterable[Header], mirrored: Mirrored, message: Message) -> dict[str, str]:
    """The headers that speak of the message, each once, decoded."""
    found: dict[str, str] = {}
    for raw_name, raw in headers:
        name = raw_name.decode("latin-1").lower()
        if name not in {_VERSION, _METHOD, _NAME} and name not in mirrored:
            continue
        if name in found:
            raise _mismatch(f"{name} is there twice", message)
        if any(byte not in _PRINTABLE and byte != _TAB for byte in raw):
            raise _mismatch(f"{name} has characters that no header may have", message)
        text = raw.decode("ascii").strip(" \t")
        found[name] = text if name in {_VERSION, _METHOD} else _decoded(name, text, message)
    return found


def _decoded(name: str, text: str, message: Message) -> str:
    """The value that `text` is, or stands for ("Value Encoding")."""
    start, end = _ENCODED
    if not (text.startswith(start) and text.endswith(end) and len(text) >= len(start) + len(end)):
        return text
    try:
        return b64decode(text[len(start) : -len(end)], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise _mismatch(f"{name} is not what it says, Base64 of UTF-8", message) from None


def _check_version(stated: str | None, message: Message, *, needs: bool) -> None:
    if stated is None:
        if needs:
            raise _mismatch(f"{_VERSION} is missing", message)
    elif needs and message.is_request and message.version is None:
        # What lacks a field that each request has is malformed, and contradicts nothing (basic/index, "_meta").
        text = "`params._meta`: a request of this revision says its `io.modelcontextprotocol/protocolVersion`"
        raise RefusedMessageError(INVALID_PARAMS, text, message.id)
    elif (needs or message.version is not None) and message.is_request and stated != message.version:
        raise _mismatch(f"{_VERSION} is {quoted(stated)}, and the body says {_shown(message.version)}", message)


def _agree(headers: Mapping[str, str], name: str, value: object, message: Message, *, needs: bool) -> None:
    """Nothing, where the header `name` repeats `value` of the body, or there is neither."""
    stated = headers.get(name)
    if stated is None:
        if needs and value is not None:
            raise _mismatch(f"{name} is missing", message)
    elif not _is_same(stated, value):
        raise _mismatch(f"{name} is {quoted(stated)}, and the body says {_shown(value)}", message)


def _is_same(stated: str, value: object) -> bool:
    """Whether the text `stated` is that of `value`; whole numbers are compared as such."""
    match value:
        case bool():
            return stated == ("true" if value else "false")
        case int():
            whole = stated.removesuffix(".0")
            digits = whole.removeprefix("-")
            return digits.isascii() and digits.isdigit() and len(digits) < 20 and int(whole) == value  # noqa: PLR2004 - digits of 64 bits
        case _:
            return stated == value


def _argument(params: Mapping[str, Any], path: tuple[str, ...]) -> object:
    value: object = params.get("arguments")
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _shown(value: object) -> str:
    return quoted(value) if isinstance(value, str) else "something else"


def _mismatch(what: str, message: Message) -> RefusedMessageError:
    return RefusedMessageError(HEADER_MISMATCH, f"header mismatch: {what}", message.id)
