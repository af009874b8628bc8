"""Exports of traces, as protobuf and JSON have them, with all that may be left out."""

from typing import Any

import msgspec
import pytest

from interlock.errors import RequestError
from interlock_webhooks.otlp import trace_pb2 as pb
from interlock_webhooks.otlp.codec import Encoding, decode_spans, encode_answer, encode_refusal
from interlock_webhooks.otlp.span import Span

_HOLD = {"key": "interlock.hold.id", "value": {"stringValue": "h"}}
_FIELDS = {"attributes": {"interlock.hold.id": "h"}, "ended": 0, "failed": False}


def _spans(*spans: Any) -> list[Span | None]:
    request = {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}
    return list(decode_spans(msgspec.json.encode(request), Encoding.JSON))


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"resourceSpans": None},
        {"resourceSpans": []},
        {"resourceSpans": [{}]},
        {"resourceSpans": [{"scopeSpans": None}]},
        {"resourceSpans": [{"scopeSpans": [{}]}]},
        {"resourceSpans": [{"scopeSpans": [{"spans": None}]}], "more": 1},
    ],
    ids=str,
)
def test_a_request_may_have_no_spans(request_: Any) -> None:
    assert list(decode_spans(msgspec.json.encode(request_), Encoding.JSON)) == []
    assert list(decode_spans(b"", Encoding.PROTOBUF)) == []


@pytest.mark.parametrize("span", [{}, {"attributes": None}, {"attributes": [{}]}], ids=str)
def test_a_span_may_name_no_hold(span: Any) -> None:
    assert _spans(span) == [None]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, {}),
        ({"endTimeUnixNano": "12"}, {"ended": 12}),
        ({"endTimeUnixNano": 12}, {"ended": 12}),
        ({"endTimeUnixNano": "soon"}, {"ended": 0}),
        ({"status": None}, {}),
        ({"status": {}}, {}),
        ({"status": {"code": 1}}, {}),
        ({"status": {"code": 2}}, {"failed": True}),
        ({"status": {"code": "STATUS_CODE_ERROR"}}, {"failed": True}),
    ],
    ids=str,
)
def test_what_a_span_leaves_out_is_nothing(changes: dict[str, Any], fields: dict[str, Any]) -> None:
    assert _spans({"attributes": [_HOLD], **changes}) == [Span(**{**_FIELDS, **fields})]


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ({"intValue": "3"}, 3),
        ({"intValue": 3}, 3),
        ({"intValue": "-3"}, -3),
        ({"intValue": "three"}, "three"),
        ({"doubleValue": 3.5}, 3.5),
        ({"boolValue": True}, True),
        ({"stringValue": "3"}, "3"),
        ({"arrayValue": {"values": []}}, None),
        ({"stringValue": None}, None),
        ({}, None),
        (None, None),
    ],
    ids=str,
)
def test_values_are_read_by_their_kinds(value: Any, read: object) -> None:
    (span,) = _spans({"attributes": [_HOLD, {"key": "error.type", "value": value}, {"key": "other"}]})
    assert span is not None
    assert span.attributes.get("error.type") == read
    assert "other" not in span.attributes


def test_a_value_of_another_kind_is_none_in_protobuf_either() -> None:
    hold = pb.KeyValue(key="interlock.hold.id", value=pb.AnyValue(string_value="h"))
    empty, other = pb.KeyValue(key="error.type"), pb.KeyValue(key="other", value=pb.AnyValue(bool_value=True))
    spans = [pb.Span(attributes=[hold, empty, other]), pb.Span()]
    scope = pb.ScopeSpans(spans=spans)
    request = pb.ExportTraceServiceRequest(resource_spans=[pb.ResourceSpans(scope_spans=[scope])])
    read = list(decode_spans(request.SerializeToString(), Encoding.PROTOBUF))
    assert read == [Span(attributes={"interlock.hold.id": "h"}, ended=0, failed=False), None]


@pytest.mark.parametrize("encoding", Encoding)
def test_what_is_no_request_is_refused(encoding: Encoding) -> None:
    with pytest.raises(RequestError):
        list(decode_spans(b"\xff\xff", encoding))


def test_answers_are_in_the_encoding_of_the_request() -> None:
    assert encode_answer(0, "", Encoding.JSON) == b"{}"
    assert encode_answer(0, "", Encoding.PROTOBUF) == b""
    told = msgspec.json.decode(encode_answer(2, "why", Encoding.JSON))
    assert told == {"partialSuccess": {"rejectedSpans": "2", "errorMessage": "why"}}
    answer = pb.ExportTraceServiceResponse.FromString(encode_answer(2, "why", Encoding.PROTOBUF))
    assert (answer.partial_success.rejected_spans, answer.partial_success.error_message) == (2, "why")
    assert msgspec.json.decode(encode_refusal("no", Encoding.JSON)) == {"code": 3, "message": "no"}
    assert pb.Refusal.FromString(encode_refusal("no", Encoding.PROTOBUF)) == pb.Refusal(code=3, message="no")


def test_the_messages_are_those_of_opentelemetry() -> None:
    from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as theirs  # noqa: PLC0415
    from opentelemetry.proto.trace.v1 import trace_pb2 as spans  # noqa: PLC0415

    pairs: list[tuple[Any, Any]] = [
        (pb.ExportTraceServiceRequest, theirs.ExportTraceServiceRequest),
        (pb.ExportTraceServiceResponse, theirs.ExportTraceServiceResponse),
        (pb.ExportTracePartialSuccess, theirs.ExportTracePartialSuccess),
        (pb.ResourceSpans, spans.ResourceSpans),
        (pb.ScopeSpans, spans.ScopeSpans),
        (pb.Span, spans.Span),
        (pb.SpanStatus, spans.Status),
    ]
    for ours, original in pairs:
        for field in ours.DESCRIPTOR.fields:
            same = original.DESCRIPTOR.fields_by_name[field.name]
            assert (field.number, field.type, field.is_repeated) == (same.number, same.type, same.is_repeated)
