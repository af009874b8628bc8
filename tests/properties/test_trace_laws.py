"""Traces: both encodings say the same, nothing breaks the codec, and what is said twice is booked once."""

from contextlib import suppress
from itertools import cycle
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import RequestError
from interlock.ledger.stores.memory import MemoryLedger
from interlock_webhooks.app import check_app
from interlock_webhooks.otlp.codec import MOST_BYTES, Encoding, decode_spans, expanded
from interlock_webhooks.otlp.dialects import READ, report_of
from interlock_webhooks.otlp.span import Span
from support.budgets import WORLD
from support.checkcalls import TOKENS, check, used
from support.service import LoggedService, service_over
from support.traces import Sent, export, exported, of, rejected
from support.traces import used as using

_texts = st.text(st.characters(codec="utf-8"), max_size=8)
_numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
_values = _texts | st.booleans() | _numbers
_attributes = st.dictionaries(st.sampled_from(sorted(READ)) | _texts, _values, max_size=6)
_spans = st.builds(
    Sent,
    attributes=_attributes | _attributes.map(lambda named: {**named, "interlock.hold.id": "h"}),
    ended=st.integers(0, 2**64 - 1),
    failed=st.booleans(),
)


def _read(body: bytes, encoding: Encoding) -> list[Span | None] | None:
    try:
        return list(decode_spans(body, encoding))
    except RequestError:
        return None


@given(st.lists(_spans, max_size=4))
def test_both_encodings_say_the_same(spans: list[Sent]) -> None:
    one, other = (_read(exported(*spans, encoding=encoding), encoding) for encoding in Encoding)
    assert one is not None
    assert one == other


@given(st.binary(max_size=200), st.sampled_from(Encoding))
def test_whatever_comes_is_read_or_refused(body: bytes, encoding: Encoding) -> None:
    _read(body, encoding)


_KEYS = ["resourceSpans", "scopeSpans", "spans", "attributes", "key", "value", "intValue", "status"]
_json: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | _texts,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["resourceSpans", "scopeSpans", "spans", "attributes", "key", "value", "intValue", "status"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(_json)
def test_whatever_json_comes_is_read_or_refused(body: Any) -> None:
    _read(msgspec.json.encode(body), Encoding.JSON)


@given(st.lists(_spans, max_size=3), st.sampled_from(Encoding), st.data())
def test_what_is_spoiled_on_the_way_is_read_or_refused(
    spans: list[Sent], encoding: Encoding, data: st.DataObject
) -> None:
    body = bytearray(exported(*spans, encoding=encoding))
    for at in data.draw(st.lists(st.integers(0, max(0, len(body) - 1)), max_size=4)) if body else ():
        body[at] = data.draw(st.integers(0, 255))
    _read(bytes(body), encoding)


@given(_spans)
def test_a_span_is_a_report_or_none_or_refused(sent: Sent) -> None:
    try:
        report = report_of(Span(attributes=sent.attributes, ended=sent.ended, failed=sent.failed))
    except RequestError:
        return
    if report is not None:
        assert report.hold
        assert all(count >= 0 for count in report.tokens.values())


@given(st.binary(max_size=100))
def test_whatever_is_expanded_is_bounded_or_refused(body: bytes) -> None:
    with suppress(RequestError):
        assert len(expanded(body)) <= MOST_BYTES


_counts = st.none() | st.tuples(st.integers(0, 60), st.integers(0, 60))
_endings = st.tuples(_counts, st.booleans())


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> LoggedService:
    folder = tmp_path_factory.mktemp("policies")
    (folder / "all.yaml").write_text("\n---\n".join([*WORLD, TOKENS]), encoding="utf-8")
    return service_over(folder)


def _ending(hold: str, counts: tuple[int, int] | None, *, failed: bool) -> Sent:
    span = of(hold) if counts is None else using(hold, *counts)
    return Sent(attributes=span.attributes, failed=failed)


def _books(counts: tuple[int, int] | None, *, failed: bool) -> int:
    """What a span that comes first books of the 104 tokens that are held."""
    if counts is not None:
        return sum(counts)
    return 0 if failed else 104


@given(spans=st.lists(_endings, min_size=1, max_size=4), again=st.lists(st.integers(0, 3), max_size=4))
def test_a_hold_ends_by_the_first_span_alone(
    service: LoggedService, spans: list[tuple[tuple[int, int] | None, bool]], again: list[int]
) -> None:
    service.ledger = MemoryLedger()
    app = check_app(service)
    hold = check(app)["hold"]["id"]
    sent = [_ending(hold, counts, failed=failed) for counts, failed in spans]
    for encoding, span in zip(
        cycle(Encoding), [*sent, *(sent[index % len(sent)] for index in again)], strict=False
    ):
        count, _ = rejected(export(app, span, encoding=encoding))
        assert count == 0 or span != sent[0]
    counts, failed = spans[0]
    assert used(app) == (_books(counts, failed=failed), 0)
