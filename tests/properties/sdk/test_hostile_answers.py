"""Whatever a service answers, or whoever stands in its place: no more than it allows is ever allowed."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from interlock import Client, ConflictError, InterlockError, RequestError, Settlement, UnavailableError, Used
from interlock.sdk.points import Point
from support.answers import Scripted, http, scripted
from support.points import awaited

_EMPTY: Final = ("warnings", "audits", "tried", "waived", "permits", "errors", "patches")
_ALLOW: Final[dict[str, Any]] = {
    "decision": "allow",
    "policySet": "sha256:0",
    "time": "2026-01-01T00:00:00Z",
    "reasons": [],
    **{key: [] for key in (*_EMPTY, "limits", "obligations", "advice")},
}
_DENY: Final = {**_ALLOW, "decision": "deny", "reasons": [{"code": "violated", "message": "no"}]}
_CHECK: Final[Any] = {"intent": {"action": "tool.call"}}

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_spoiled = st.sampled_from(sorted(_ALLOW)).flatmap(
    lambda key: st.one_of(
        st.just({name: value for name, value in _ALLOW.items() if name != key}),
        _json.filter(lambda value: value != _ALLOW[key] and not isinstance(value, str | list)).map(
            lambda value: {**_ALLOW, key: value}
        ),
    )
)
_bodies = st.one_of(
    st.binary(max_size=64),
    _json.map(msgspec.json.encode),
    _spoiled.map(msgspec.json.encode),
    st.integers(0, len(msgspec.json.encode(_ALLOW)) - 1).map(lambda end: msgspec.json.encode(_ALLOW)[:end]),
    st.just(msgspec.json.encode(_DENY)),
    st.just(msgspec.json.encode({**_ALLOW, "decision": "deny"})),
    st.just(msgspec.json.encode({**_DENY, "decision": "allow"})),
    st.just(b"[" * 100_000),
)
_others = st.integers(100, 999).filter(lambda status: status != 200)
_raw = st.one_of(
    st.binary(max_size=128),
    st.builds(lambda body: http(200, body)[:-1], st.binary(min_size=1, max_size=64)),
    st.builds(lambda body: http(200, body, b"content-encoding: gzip"), _bodies),
    st.builds(http, _others, st.just(msgspec.json.encode(_ALLOW))),
    st.builds(http, _others, _bodies),
    st.builds(http, st.just(200), _bodies),
)


@pytest.fixture(scope="module")
def server() -> Iterator[Scripted]:
    with scripted(b"") as server:
        yield server


@pytest.fixture(scope="module", params=["synchronous", "asynchronous"])
def point(request: pytest.FixtureRequest, server: Scripted) -> Iterator[Point]:
    within = timedelta(seconds=10)
    if request.param == "asynchronous":
        with awaited(server.url, within=within) as client:
            yield client
    else:
        with Client(server.url, within=within) as client:
            yield client


def _is_allowed(point: Point) -> bool:
    try:
        return bool(point.check(_CHECK))
    except InterlockError:
        return False


@given(answer=_raw)
@example(answer=http(204, b""))
@example(answer=http(302, b"", b"location: /elsewhere"))
def test_nothing_but_a_whole_decision_that_allows_is_an_allowance(
    point: Point, server: Scripted, answer: bytes
) -> None:
    server.answers = lambda _: [answer]
    assert not _is_allowed(point)


@settings(max_examples=20)  # each is asked three times, with pauses
@given(answer=_raw)
def test_no_answer_but_a_whole_one_ends_a_hold(point: Point, server: Scripted, answer: bytes) -> None:
    server.answers = lambda _: [answer]
    with pytest.raises(InterlockError):
        point.settle(Settlement(hold="a", used=Used(calls=1)))


def test_a_whole_decision_that_allows_is_an_allowance(point: Point, server: Scripted) -> None:
    server.answers = lambda _: [http(200, msgspec.json.encode(_ALLOW))]
    assert _is_allowed(point)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_batch_has_as_many_decisions_as_checks(point: Point, server: Scripted, count: int) -> None:
    server.answers = lambda _: [http(200, msgspec.json.encode({"decisions": [_ALLOW] * count}))]
    with pytest.raises(UnavailableError, match="decisions on 2 checks"):
        point.check_batch([_CHECK] * 2)


@pytest.mark.parametrize("status", [401, 403, 302, 500, 503])
def test_what_is_no_mistake_of_the_program_says_that_nobody_decided(
    point: Point, server: Scripted, status: int
) -> None:
    server.answers = lambda _: [http(status, b'{"error": {"code": "x", "message": "not now"}}')]
    with pytest.raises(UnavailableError, match="not now"):
        point.check(_CHECK)


@pytest.mark.parametrize(("status", "kind"), [(400, RequestError), (409, ConflictError), (499, RequestError)])
def test_what_is_a_mistake_of_the_program_says_so(
    point: Point, server: Scripted, status: int, kind: type[Exception]
) -> None:
    server.answers = lambda _: [http(status, b'{"error": {"code": "x", "message": "wrong", "path": "$.a"}}')]
    with pytest.raises(kind, match="wrong") as raised:
        point.check(_CHECK)
    assert type(raised.value) is kind


@pytest.mark.parametrize(
    ("terms", "tries"), [({}, 1), ({"idempotencyKey": "a"}, 3), ({"dryRun": True}, 3), ({"dryRun": False}, 1)]
)
def test_a_check_is_made_again_only_where_twice_is_as_good_as_once(
    point: Point, server: Scripted, terms: dict[str, Any], tries: int
) -> None:
    server.answers = lambda _: [http(503, b"")]
    server.requests.clear()
    with pytest.raises(UnavailableError, match="status 503"):
        point.check(_CHECK | terms)
    assert len(server.requests) == tries


def test_what_passes_is_waited_for(point: Point, server: Scripted) -> None:
    server.requests.clear()
    whole = http(200, msgspec.json.encode(_ALLOW))
    server.answers = lambda _: [whole if len(server.requests) == 3 else b""]
    assert point.check(_CHECK | {"idempotencyKey": "a"}).allowed


def _never(_: bytes) -> Iterator[bytes]:
    threading.Event().wait(0.5)
    yield b""


def _slowly(_: bytes) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n\r\n"
    for _drop in range(50):
        threading.Event().wait(0.02)
        yield b" "
    yield msgspec.json.encode(_ALLOW)


@pytest.mark.parametrize("answers", [_never, _slowly])
def test_what_comes_too_late_is_no_answer(
    point: Point, server: Scripted, answers: Callable[[bytes], Iterator[bytes]]
) -> None:
    server.answers = answers
    with pytest.raises(UnavailableError, match=r"not within 0\.1 seconds"):
        point.check(_CHECK, within=timedelta(milliseconds=100))


def test_an_answer_without_an_end_is_no_answer(point: Point, server: Scripted) -> None:
    endless = [b"HTTP/1.1 200 OK\r\n\r\n", *[b" " * 1024 * 1024] * 17, msgspec.json.encode(_ALLOW)]
    server.answers = lambda _: endless
    with pytest.raises(UnavailableError, match="larger than"):
        point.check(_CHECK)
