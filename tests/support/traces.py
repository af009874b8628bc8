"""Exports of traces as OpenTelemetry's exporters send them, in both encodings."""

import gzip
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.types import ASGIApp

from interlock_webhooks.otlp import trace_pb2 as pb
from interlock_webhooks.otlp.codec import Encoding
from support.asgi import Answer, ask

ENDED = 1_767_225_600_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One span as it is sent."""

    attributes: dict[str, Any] = field(default_factory=dict)
    ended: int = ENDED
    failed: bool = False


def of(hold: str | None, *, failed: bool = False, **attributes: Any) -> Sent:
    """A span of a chat under `hold`; dots in names of attributes are written `__`."""
    named = {name.replace("__", "."): value for name, value in attributes.items()}
    held = {} if hold is None else {"interlock.hold.id": hold}
    return Sent(attributes={"gen_ai.operation.name": "chat", **held, **named}, failed=failed)


def used(hold: str | None, read: int = 3, written: int = 20, **attributes: Any) -> Sent:
    """A span that says how many tokens were read and written."""
    counts: dict[str, Any] = {"gen_ai__usage__input_tokens": read, "gen_ai__usage__output_tokens": written}
    return of(hold, **counts, **attributes)


def exported(*spans: Sent, encoding: Encoding) -> bytes:
    """A request to take `spans`."""
    return (
        msgspec.json.encode(_json(spans)) if encoding is Encoding.JSON else _protobuf(spans).SerializeToString()
    )


def export(app: ASGIApp, *spans: Sent, encoding: Encoding = Encoding.PROTOBUF) -> Answer:
    """What is answered to `spans`."""
    return send(app, exported(*spans, encoding=encoding), encoding)


def send(app: ASGIApp, body: bytes, encoding: Encoding, *, compressed: bool = False) -> Answer:
    """What is answered to `body`."""
    headers = [(b"content-type", encoding.value), *([(b"content-encoding", b"gzip")] if compressed else [])]
    return ask(app, "/v1/traces", gzip.compress(body) if compressed else body, headers=headers)


def rejected(answer: Answer) -> tuple[int, str]:
    """How many spans were rejected, and why."""
    assert answer.status == 200, answer.body
    if answer.headers["content-type"] == Encoding.JSON.value.decode():
        partial = answer.json().get("partialSuccess", {"rejectedSpans": "0", "errorMessage": ""})
        return int(partial["rejectedSpans"]), partial["errorMessage"]
    told = pb.ExportTraceServiceResponse.FromString(answer.body).partial_success
    return told.rejected_spans, told.error_message


def _protobuf(spans: tuple[Sent, ...]) -> pb.ExportTraceServiceRequest:
    code = pb.SpanStatus.STATUS_CODE_ERROR
    written = [
        pb.Span(
            end_time_unix_nano=span.ended,
            attributes=[
                pb.KeyValue(key=name, value=pb.AnyValue(**{_kind(value): value}))
                for name, value in span.attributes.items()
            ],
            status=pb.SpanStatus(code=code) if span.failed else None,
        )
        for span in spans
    ]
    return pb.ExportTraceServiceRequest(
        resource_spans=[pb.ResourceSpans(scope_spans=[pb.ScopeSpans(spans=written)])]
    )


def _kind(value: object) -> str:
    match value:
        case bool():
            return "bool_value"
        case int():
            return "int_value"
        case float():
            return "double_value"
        case _:
            return "string_value"


def _json(spans: tuple[Sent, ...]) -> dict[str, Any]:
    names = {
        "bool_value": "boolValue",
        "int_value": "intValue",
        "double_value": "doubleValue",
        "string_value": "stringValue",
    }
    written = [
        {
            "traceId": "5b8efff798038103d269b633813fc60c",
            "name": "chat",
            "kind": 3,
            "endTimeUnixNano": str(span.ended),
            "attributes": [
                {
                    "key": name,
                    "value": {
                        names[_kind(value)]: str(value) if _kind(value) == "int_value" else value,
                    },
                }
                for name, value in span.attributes.items()
            ],
            "status": {"code": 2} if span.failed else {},
        }
        for span in spans
    ]
    return {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {}, "spans": written}]}]}
