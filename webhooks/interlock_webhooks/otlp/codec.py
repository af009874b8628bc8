"""`ExportTraceServiceRequest` in protobuf or JSON to spans, and what became of them to bodies. Pure.

Source: https://opentelemetry.io/docs/specs/otlp/, with its JSON: identifiers
and enumerations as numbers, whole numbers of 64 bits also as texts.
"""

import zlib
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any, Final

import msgspec
from msgspec import Struct

from interlock.errors import RequestError
from interlock_webhooks import protobuf, wire
from interlock_webhooks.otlp import trace_pb2 as pb
from interlock_webhooks.otlp.dialects import HOLDS, READ
from interlock_webhooks.otlp.span import Span, Value

MOST_BYTES: Final = 8 * 1024 * 1024
"""Bytes of a body that was compressed."""

_GZIP: Final = zlib.MAX_WBITS | 16
_FAILED: Final = pb.SpanStatus.STATUS_CODE_ERROR
_FAILED_IN_JSON: Final = frozenset({_FAILED, "STATUS_CODE_ERROR"})
_DIGITS: Final = 20
_INVALID: Final = 3
"""INVALID_ARGUMENT of https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto."""


class Encoding(Enum):
    """How a request is encoded, and so its answer."""

    PROTOBUF = b"application/x-protobuf"
    JSON = b"application/json"


class _Status(Struct):
    code: int | str = 0


class _Attribute(Struct):
    key: str = ""
    value: dict[str, Any] | None = None


class _Span(Struct, rename="camel"):
    end_time_unix_nano: int | str = 0
    attributes: list[_Attribute] | None = None
    status: _Status | None = None


class _ScopeSpans(Struct):
    spans: list[_Span] | None = None


class _ResourceSpans(Struct, rename="camel"):
    scope_spans: list[_ScopeSpans] | None = None


class _Request(Struct, rename="camel"):
    resource_spans: list[_ResourceSpans] | None = None


_REQUEST: Final = msgspec.json.Decoder(_Request)
_VALUES: Final = ("stringValue", "boolValue", "intValue", "doubleValue")


def expanded(body: bytes) -> bytes:
    """What gzip made `body` of, at most `MOST_BYTES`. Raises RequestError."""
    reader = zlib.decompressobj(_GZIP)
    try:
        plain = reader.decompress(body, MOST_BYTES)
    except zlib.error as error:
        raise RequestError(f"the body is not gzip: {error}") from None
    if reader.unconsumed_tail:
        raise RequestError(f"the body is larger than {MOST_BYTES} bytes once it is expanded: send fewer spans")
    if not reader.eof or reader.unused_data:
        raise RequestError("the body is not one whole stream of gzip")
    return plain


def decode_spans(body: bytes, encoding: Encoding) -> Iterator[Span | None]:
    """The spans in `body` with those of their attributes that we read; None for each that names no hold.

    Raises:
        RequestError: it is no request to export spans.
    """
    return _of_json(body) if encoding is Encoding.JSON else _of_protobuf(body)


def encode_answer(rejected: int, why: str, encoding: Encoding) -> bytes:
    """That all spans were taken, but for so many `rejected` ones."""
    if encoding is Encoding.JSON:
        partial = {"partialSuccess": {"rejectedSpans": str(rejected), "errorMessage": why}}
        return wire.encode(partial if rejected else {})
    answer = pb.ExportTraceServiceResponse()
    if rejected:
        answer.partial_success.rejected_spans = rejected
        answer.partial_success.error_message = why
    return answer.SerializeToString()


def encode_refusal(message: str, encoding: Encoding) -> bytes:
    """That nothing was taken, since the request can't be understood."""
    if encoding is Encoding.JSON:
        return wire.encode({"code": _INVALID, "message": message})
    return pb.Refusal(code=_INVALID, message=message).SerializeToString()


def _of_protobuf(body: bytes) -> Iterator[Span | None]:
    request = protobuf.decode(body, pb.ExportTraceServiceRequest)
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            yield from map(_message, scope.spans)


def _message(span: pb.Span) -> Span | None:
    if not any(attribute.key in HOLDS for attribute in span.attributes):
        return None
    failed = span.status.code == _FAILED
    return Span(attributes=_attributes(span), ended=span.end_time_unix_nano, failed=failed)


def _attributes(span: pb.Span) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for attribute in span.attributes:
        kind = attribute.value.WhichOneof("value") if attribute.key in READ else None
        if kind is not None:
            found[attribute.key] = getattr(attribute.value, kind)
    return found


def _of_json(body: bytes) -> Iterator[Span | None]:
    for resource in wire.decode(body, _REQUEST).resource_spans or ():
        for scope in resource.scope_spans or ():
            yield from map(_object, scope.spans or ())


def _object(span: _Span) -> Span | None:
    attributes = span.attributes or ()
    if not any(attribute.key in HOLDS for attribute in attributes):
        return None
    failed = span.status is not None and span.status.code in _FAILED_IN_JSON
    return Span(
        attributes=dict(_values(attributes)), ended=_nanoseconds(span.end_time_unix_nano), failed=failed
    )


def _values(attributes: Iterable[_Attribute]) -> Iterator[tuple[str, Value]]:
    for attribute in attributes:
        if attribute.key in READ and attribute.value is not None:
            for kind in _VALUES:
                value = attribute.value.get(kind)
                if isinstance(value, str | bool | int | float):
                    yield attribute.key, _number(value) if kind == "intValue" else value


def _number(value: Value) -> Value:
    """Whole numbers of 64 bits are texts in JSON."""
    return int(value) if isinstance(value, str) and _is_digits(value.removeprefix("-")) else value


def _nanoseconds(value: int | str) -> int:
    """0 where it is no time."""
    return int(value) if isinstance(value, int) or _is_digits(value) else 0


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS
