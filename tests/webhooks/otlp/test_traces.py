"""Traces whose spans name holds: what their calls used is booked, once."""

import asyncio
import gzip
import tracemalloc
from typing import Any

import pytest

from interlock.identity import OrganizationName
from interlock.ledger.hold import SECRET, hold_id
from interlock_webhooks.app import Application, check_app
from interlock_webhooks.otlp import codec
from interlock_webhooks.otlp import trace_pb2 as pb
from interlock_webhooks.otlp.codec import Encoding
from interlock_webhooks.otlp.handlers import MOST_HOLDS
from support.asgi import ask
from support.asgi import send as sent
from support.budgets import limited
from support.checkcalls import TOKENS, Serve, check, post, used
from support.failing import Stuck
from support.service import LoggedService
from support.traces import Sent, export, exported, of, rejected, send
from support.traces import used as using

_GONE = "name a hold that nobody has, or that ended long ago"
_CLOSED = "name a hold that has ended in another way"
_BOTH = pytest.mark.parametrize("encoding", Encoding)


def _hold(app: Application, **terms: Any) -> str:
    hold: str = check(app, **terms)["hold"]["id"]
    return hold


@_BOTH
@pytest.mark.parametrize("compressed", [False, True])
def test_what_a_span_says_that_its_call_used_is_booked(
    serve: Serve, encoding: Encoding, *, compressed: bool
) -> None:
    app = serve(TOKENS)
    body = exported(using(None), using(_hold(app)), Sent(), encoding=encoding)
    answer = send(app, body, encoding, compressed=compressed)
    assert (rejected(answer), used(app)) == ((0, ""), (23, 0))
    assert answer.headers["content-type"] == encoding.value.decode()
    assert answer.body == (b"{}" if encoding is Encoding.JSON else b"")


@_BOTH
def test_the_same_span_twice_is_booked_once(serve: Serve, encoding: Encoding) -> None:
    app = serve(TOKENS)
    span = using(_hold(app))
    for _ in range(2):
        assert rejected(export(app, span, span, encoding=encoding)) == (0, "")
    assert used(app) == (23, 0)
    assert b'interlock_span_holds_total{outcome="repeated"} 3.0' in ask(app, "/metrics", method="GET").body


@_BOTH
def test_of_two_spans_for_one_hold_the_first_counts_and_the_other_is_told(
    serve: Serve, encoding: Encoding
) -> None:
    app = serve(TOKENS)
    hold = _hold(app)
    answer = export(app, using(hold, 3, 20), using(hold, 4, 20), of(hold, failed=True), encoding=encoding)
    assert rejected(answer) == (2, f"2 {_CLOSED}")
    assert used(app) == (23, 0)


def test_a_call_that_failed_and_used_nothing_gives_back_what_it_held(serve: Serve) -> None:
    app = serve(TOKENS)
    for span in (of(_hold(app), failed=True), of(_hold(app), error__type="timeout")):
        assert rejected(export(app, span, span)) == (0, "")
    assert used(app) == (0, 0)


def test_a_call_that_failed_and_used_something_is_booked(serve: Serve) -> None:
    app = serve(TOKENS)
    attributes = using(_hold(app)).attributes
    export(app, Sent(attributes=attributes, failed=True))
    assert used(app) == (23, 0)


def test_a_call_of_which_nobody_says_what_it_used_used_what_it_held(serve: Serve) -> None:
    app = serve(TOKENS)
    export(app, of(_hold(app)))
    assert used(app) == (104, 0)


@pytest.mark.parametrize(
    ("attributes", "spent"),
    [
        ({"gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 3}, (0, 104)),
        ({"gen_ai.operation.name": "execute_tool"}, (0, 104)),
        ({"openinference.span.kind": "CHAIN", "llm.token_count.prompt": 3}, (0, 104)),
        ({"http.request.method": "POST", "error.type": "500"}, (0, 104)),
        ({"gen_ai.usage.input_tokens": 3, "gen_ai.usage.output_tokens": 4}, (7, 0)),
        ({"openinference.span.kind": "LLM", "llm.token_count.total": 9}, (9, 0)),
        ({"gen_ai.operation.name": "embeddings", "gen_ai.usage.input_tokens": 3}, (3, 0)),
        ({"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 3}, (104, 0)),
    ],
    ids=str,
)
def test_spans_of_single_calls_count_and_no_others(
    serve: Serve, attributes: dict[str, Any], spent: tuple[int, int]
) -> None:
    app = serve(TOKENS)
    span = Sent(attributes={"interlock.hold.id": _hold(app), **attributes})
    assert rejected(export(app, span)) == (0, "")
    assert used(app) == spent


def test_what_was_used_costs_what_providers_publish_or_the_catalog_says(serve: Serve) -> None:
    app = serve(limited("cost", '"100"'))
    cached = {"gen_ai__usage__cache_read__input_tokens": 400}
    openai = {"gen_ai__provider__name": "openai", "gen_ai__response__model": "gpt-4o-2024-08-06"}
    export(app, using(_hold(app), 1000, 10, **cached, **openai))
    # 600 at 2.50 USD a million, 400 from the cache at 1.25, 10 written at 10.00
    assert used(app) == (2100, 0)
    export(app, using(_hold(app), 1000, 10, gen_ai__request__model="priced"))
    assert used(app) == (2100 + 1020, 0)


def test_what_nobody_can_price_costs_what_was_held(serve: Serve) -> None:
    app = serve(limited("cost", '"100"'))
    export(app, using(_hold(app), gen_ai__response__model="nobody-knows-it"))
    assert used(app) == (204, 0)


def test_sorts_of_tokens_that_overlap_cost_what_was_held(serve: Serve) -> None:
    app = serve(limited("cost", '"100"'), limited("tokens", 5000, name="tokens"))
    sorts = {
        "llm__token_count__prompt_details__cache_read": 600,
        "llm__token_count__prompt_details__audio": 900,
        "gen_ai__response__model": "gpt-4o-realtime-preview",
    }
    export(app, using(_hold(app), 1000, 10, **sorts))
    spent = {each["unit"]: each["spent"] for each in check(app, dryRun=True)["budgets"]}
    assert spent == {"cost": 204, "tokens": 1010}


@_BOTH
def test_spans_that_cannot_be_booked_are_rejected_one_by_one(serve: Serve, encoding: Encoding) -> None:
    app = serve(TOKENS)
    bad = (using("nobody"), using("x" * 2000), using(_hold(app), -1), using(_hold(app)))
    answer = export(app, *bad, encoding=encoding)
    first = "`interlock.hold.id`: must be a text of 1 to 1024 characters"
    assert rejected(answer) == (3, f"1 {_GONE}, 2 can't be read, the first since {first}")
    assert used(app) == (23, 104)


def _refused(body: bytes, encoding: Encoding, app: Application, *, compressed: bool = False) -> str:
    answer = send(app, body, encoding, compressed=compressed)
    assert answer.status == 400
    assert answer.headers["content-type"] == encoding.value.decode()
    if encoding is Encoding.JSON:
        told = answer.json()
        assert told["code"] == 3
        message: str = told["message"]
        return message
    refusal = pb.Refusal.FromString(answer.body)
    assert refusal.code == 3
    return refusal.message


@_BOTH
@pytest.mark.parametrize("body", [b"\xff", b"[]", b'{"resourceSpans": 1}', b"{"], ids=str)
def test_what_is_no_export_is_refused_in_its_own_encoding(
    serve: Serve, encoding: Encoding, body: bytes
) -> None:
    assert _refused(body, encoding, serve(TOKENS))


@_BOTH
def test_an_export_with_too_many_holds_is_refused_whole(serve: Serve, encoding: Encoding) -> None:
    body = exported(*[using("a")] * (MOST_HOLDS + 1), encoding=encoding)
    assert "more than 10000 spans" in _refused(body, encoding, serve(TOKENS), compressed=True)


def _compressed(app: Application, body: bytes) -> tuple[int, str]:
    headers = [(b"content-type", b"application/json"), (b"content-encoding", b"GZIP")]
    answer = ask(app, "/v1/traces", body, headers=headers)
    return answer.status, answer.json()["message"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{}", "the body is not gzip"),
        (gzip.compress(b"{}")[:-1], "not one whole stream of gzip"),
        (gzip.compress(b"{}") * 2, "not one whole stream of gzip"),
        (gzip.compress(b" " * (codec.MOST_BYTES + 1)), "larger than 8388608 bytes once it is expanded"),
    ],
    ids=["plain", "cut", "two", "bomb"],
)
def test_what_expands_to_nothing_or_too_much_is_refused(serve: Serve, body: bytes, why: str) -> None:
    status, message = _compressed(serve(TOKENS), body)
    assert status == 400
    assert why in message


def _most_memory(app: Application, body: bytes, times: int) -> int:
    """The bytes that are in use at most while `body` comes so many times at once."""
    headers = [(b"content-type", b"application/json"), (b"content-encoding", b"gzip")]

    async def together() -> None:
        await asyncio.gather(*[sent(app, "/v1/traces", body, headers=headers) for _ in range(times)])

    tracemalloc.start()
    try:
        asyncio.run(together())
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_exports_that_come_at_once_are_expanded_one_after_another(serve: Serve) -> None:
    app = serve(TOKENS)
    spans = b",".join([b"{}"] * 20_000)
    body = gzip.compress(b'{"resourceSpans": [{"scopeSpans": [{"spans": [' + spans + b"]}]}]}")
    assert _most_memory(app, body, 8) < 2 * _most_memory(app, body, 1)


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ([(b"content-type", b"text/plain")], "send `application/json` or `application/x-protobuf`"),
        (
            [(b"content-type", b"application/json"), (b"content-encoding", b"br")],
            "the body is compressed: send it as it is or by gzip",
        ),
    ],
    ids=["type", "encoding"],
)
def test_other_encodings_are_refused(serve: Serve, headers: list[tuple[bytes, bytes]], why: str) -> None:
    answer = ask(serve(TOKENS), "/v1/traces", b"{}", headers=headers)
    assert (answer.status, why in answer.json()["error"]["message"]) == (415, True)


def test_what_cannot_be_booked_now_is_to_be_sent_again(service: LoggedService) -> None:
    service.ledger = Stuck()
    answer = export(check_app(service), using(hold_id(OrganizationName("acme"), bytes(SECRET))))
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert service.lines[-1]["event"] == "traces not taken"


def test_settling_by_hand_and_by_span_are_one(serve: Serve) -> None:
    app = serve(TOKENS)
    hold = _hold(app)
    post(app, "/v1/settle", {"hold": hold, "used": {"inputTokens": 3, "outputTokens": 20}})
    assert rejected(export(app, using(hold))) == (0, "")
    assert used(app) == (23, 0)
