"""Requests that are not as they should be, to routes of our own API: a clear 4xx, never a 5xx, never an allow.

Routes of others' protocols refuse in the words of these, and have tests of their own.
"""

import asyncio
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from interlock.registration.settings import EXEMPT_LABEL
from interlock_webhooks import hot
from interlock_webhooks.app import Application, check_app, webhook_app
from interlock_webhooks.hot import MAX_BODY, MAX_IN_FLIGHT
from support.asgi import Answer, ask, send
from support.holds import HOLDS, take_holds
from support.mcp import request, tool_list
from support.policies import write_policies
from support.reviews import chat, encoded, pod, review
from support.service import LoggedService, service_over

NAMESPACE: dict[str, Any] = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
EXEMPT: dict[str, Any] = {**NAMESPACE, "metadata": {"name": "shop", "labels": {EXEMPT_LABEL: "true"}}}
GOOD = {
    "/validate": encoded(review(pod(team="a"))),
    "/mutate": encoded(review(pod(team="a"))),
    "/guard": encoded(review(NAMESPACE)),
    "/v1/check": encoded(chat("good-1")),
    "/v1/check/batch": encoded({"checks": [chat("good-1")]}),
    "/v1/mcp/request": encoded({"message": request("ping")}),
    "/v1/mcp/response": encoded({"response": tool_list()}),
    **{path: encoded(body) for path, body in HOLDS.items()},
}
PATHS = [*GOOD]
EVERY = pytest.mark.parametrize("path", PATHS)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> LoggedService:
    service = service_over(write_policies(tmp_path_factory.mktemp("policies")))
    take_holds(service)
    return service


@pytest.fixture(scope="module")
def apps(service: LoggedService) -> dict[str, Application]:
    webhook, check = webhook_app(service), check_app(service)
    return {path: check if path.startswith("/v1") else webhook for path in PATHS}


def _is_allowed(answer: Answer) -> bool:
    said = answer.json()
    if "response" in said:
        return said["response"]["allowed"] is not False
    if "action" in said:
        return bool(said["action"] != "refuse")
    if "hold" in said:
        return True
    decisions = said.get("decisions", [said])
    return any(decision.get("decision") == "allow" for decision in decisions)


def _assert_closed(answer: Answer) -> None:
    assert answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
    assert not _is_allowed(answer)


def _assert_refused(answer: Answer, status: HTTPStatus, code: str) -> None:
    assert answer.status == status
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["message"]


@EVERY
def test_a_good_request_is_allowed(apps: dict[str, Application], path: str) -> None:
    answer = ask(apps[path], path, GOOD[path])
    assert answer.status == HTTPStatus.OK
    assert _is_allowed(answer)


@EVERY
def test_an_answer_is_one_head_and_one_body_and_is_not_to_be_kept(
    apps: dict[str, Application], path: str
) -> None:
    answer = ask(apps[path], path, GOOD[path])
    assert answer.sends == 2
    assert answer.headers == {
        "content-type": "application/json",
        "content-length": str(len(answer.body)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }


@EVERY
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "\0"])
def test_another_method_is_refused(apps: dict[str, Application], path: str, method: str) -> None:
    answer = ask(apps[path], path, GOOD[path], method=method)
    _assert_refused(answer, HTTPStatus.METHOD_NOT_ALLOWED, "request.method")
    assert answer.headers["allow"] == "POST"


@EVERY
@pytest.mark.parametrize(
    "headers",
    [
        (),
        ((b"content-type", b""),),
        ((b"content-type", b"text/plain"),),
        ((b"content-type", b"application/jsonp"),),
        ((b"content-type", b"\xff\n"),),
        ((b"content-type", b"application/json"), (b"content-encoding", b"gzip")),
    ],
)
def test_another_media_type_is_refused(
    apps: dict[str, Application], path: str, headers: Iterable[tuple[bytes, bytes]]
) -> None:
    answer = ask(apps[path], path, GOOD[path], headers=headers)
    _assert_refused(answer, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "request.mediaType")


@EVERY
def test_parameters_of_the_media_type_do_not_matter(apps: dict[str, Application], path: str) -> None:
    headers = [(b"content-type", b"Application/JSON ; charset=utf-8"), (b"content-encoding", b"identity")]
    assert ask(apps[path], path, GOOD[path], headers=headers).status == HTTPStatus.OK


@EVERY
@pytest.mark.parametrize("length", [b"3145729", b"10485760", b"9" * 5000, b"0" * 50 + b"9" * 8])
def test_a_body_that_says_it_is_too_large_is_refused_unread(
    apps: dict[str, Application], path: str, length: bytes
) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", length)]
    # Nothing is sent: who would wait for the body would wait for ever.
    answer = ask(apps[path], path, [], headers=headers)
    _assert_refused(answer, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request.tooLarge")


@EVERY
def test_a_body_that_turns_out_too_large_is_refused(apps: dict[str, Application], path: str) -> None:
    answer = ask(apps[path], path, [b" " * (1 << 20)] * 10)
    _assert_refused(answer, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request.tooLarge")


@EVERY
def test_a_body_of_the_largest_size_is_read(apps: dict[str, Application], path: str) -> None:
    body = GOOD[path] + b" " * (MAX_BODY - len(GOOD[path]))
    headers = [(b"content-type", b"application/json"), (b"content-length", b"000%d" % len(body))]
    assert ask(apps[path], path, body, headers=headers).status == HTTPStatus.OK


@EVERY
def test_a_body_in_many_parts_is_read_whole(apps: dict[str, Application], path: str) -> None:
    parts = [GOOD[path][start : start + 7] for start in range(0, len(GOOD[path]), 7)]
    assert ask(apps[path], path, parts).body != b""
    assert _is_allowed(ask(apps[path], path, parts))


@EVERY
def test_a_body_that_does_not_come_is_not_waited_for(
    apps: dict[str, Application], path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hot, "READ_SECONDS", 0.01)
    _assert_refused(ask(apps[path], path, []), HTTPStatus.REQUEST_TIMEOUT, "request.slow")


@EVERY
def test_a_client_that_goes_away_is_no_failure(
    apps: dict[str, Application], service: LoggedService, path: str
) -> None:
    service.lines.clear()
    sent: list[Message] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def collect(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
    asyncio.run(apps[path](scope, receive, collect))
    assert sent[0]["status"] == HTTPStatus.BAD_REQUEST
    assert service.lines == []


@EVERY
def test_more_requests_than_can_be_held_are_told_to_come_again(apps: dict[str, Application], path: str) -> None:
    async def crowd() -> list[Answer]:
        async with asyncio.TaskGroup() as tasks:
            waiting = [tasks.create_task(send(apps[path], path, [])) for _ in range(MAX_IN_FLIGHT)]
            await asyncio.sleep(0)
            late = await send(apps[path], path, GOOD[path])
            for one in waiting:
                one.cancel()
        return [late, await send(apps[path], path, GOOD[path])]

    late, after = asyncio.run(crowd())
    _assert_refused(late, HTTPStatus.SERVICE_UNAVAILABLE, "unavailable")
    assert late.headers["retry-after"] == "1"
    assert after.status == HTTPStatus.OK


@EVERY
def test_more_bytes_than_can_be_held_are_told_to_come_again(
    apps: dict[str, Application], path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = GOOD[path]
    monkeypatch.setattr(hot, "MAX_HELD", len(body))

    async def pair() -> list[Answer]:
        first, rest = asyncio.Event(), asyncio.Event()
        parts = [{"body": body[:9], "more_body": True}, {"body": body[9:], "more_body": False}]
        sent: list[Message] = []

        async def receive() -> dict[str, Any]:
            if first.is_set():
                await rest.wait()
            first.set()
            return {"type": "http.request", **parts.pop(0)}

        async def collect(message: Message) -> None:
            sent.append(message)

        headers = [(b"content-type", b"application/json")]
        scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
        waiting = asyncio.create_task(apps[path](scope, receive, collect))
        await first.wait()
        late = await send(apps[path], path, body)
        rest.set()
        await waiting
        assert sent[0]["status"] == HTTPStatus.OK
        return [late, await send(apps[path], path, body)]

    late, after = asyncio.run(pair())
    _assert_refused(late, HTTPStatus.SERVICE_UNAVAILABLE, "unavailable")
    assert late.headers["retry-after"] == "1"
    assert after.status == HTTPStatus.OK


def _inside(path: str, value: bytes) -> bytes:
    """A request for `path` that holds `value`, raw JSON, where an annotation or a part of the object stands."""
    if path.startswith("/v1"):
        body = encoded({"intent": {"action": "tool.list", "object": {"x": "HERE"}}})
        body = body if path == "/v1/check" else b'{"checks":[' + body + b"]}"
    else:
        item = EXEMPT if path == "/guard" else pod(team="a")
        item = {**item, "metadata": {**item["metadata"], "annotations": {"x": "HERE"}}}
        body = encoded(review(item))
    return body.replace(b'"HERE"', value)


HOSTILE = {
    "NUL": b'"a\\u0000b"',
    "a lone surrogate": b'"\\ud800"',
    "a raw control character": b'"\x00"',
    "invalid UTF-8": b'"\xff\xfe"',
    "an overlong encoding": b'"\xc0\x80"',
    "NaN": b"NaN",
    "infinity": b"Infinity",
    "a float out of range": b"1e999",
    "an integer of 65 bits": b"18446744073709551616",
    "an integer of 5000 digits": b"9" * 5000,
    "depth 100": b"[" * 100 + b"]" * 100,
    "depth 100,000": b"[" * 100_000 + b"]" * 100_000,
    "objects of depth 100,000": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "100,001 values": b"[" + b"0," * 100_000 + b"0]",
    "a NUL key": b'{"\\u0000": 1}',
    "an unclosed string": b'"',
    "a comment": b"1 /* */",
    "single quotes": b"'a'",
}


@EVERY
@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_hostile_json_is_never_admitted(apps: dict[str, Application], path: str, value: bytes) -> None:
    answer = ask(apps[path], path, _inside(path, value))
    _assert_closed(answer)
    if path.startswith("/v1"):
        _assert_refused(answer, HTTPStatus.BAD_REQUEST, "request.invalid")


@EVERY
def test_a_message_about_a_huge_key_is_short_and_one_line(apps: dict[str, Application], path: str) -> None:
    answer = ask(apps[path], path, b'{"' + b"k\\n" * 100_000 + b'": 1}')
    assert answer.status == HTTPStatus.BAD_REQUEST
    assert len(answer.body) < 4096
    assert answer.json()["error"]["message"].isprintable()


@given(body=st.binary())
@EVERY
def test_no_bytes_are_ever_admitted(apps: dict[str, Application], path: str, body: bytes) -> None:
    _assert_closed(ask(apps[path], path, body))


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(body=_JSON)
@EVERY
def test_no_json_that_asks_nothing_is_ever_admitted(
    apps: dict[str, Application], path: str, body: object
) -> None:
    _assert_closed(ask(apps[path], path, msgspec.json.encode(_sound(body))))


def _places(value: object, here: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths of all values in `value`, the root's first."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(path for key, item in inner for path in _places(item, (*here, key)))]


def _sound(value: object) -> object:
    """`value` without what JSON in UTF-8 can't carry."""
    if isinstance(value, str):
        return value.encode("utf-8", "ignore").decode()
    if isinstance(value, list):
        return [_sound(item) for item in value]
    return {_sound(key): _sound(item) for key, item in value.items()} if isinstance(value, dict) else value


def _with(value: Any, path: tuple[Any, ...], new: object) -> object:
    """`value` with `new` at `path`."""
    if not path:
        return new
    key, *rest = path
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[key] = _with(value[key], tuple(rest), new)
    return changed


# All are denied as they are, so no wrong type in any place may turn them into an allowance.
_DENIED = {
    "/validate": review(
        {
            **pod(),
            "spec": {
                "containers": [{"name": "x", "image": "i", "resources": {"limits": {"nvidia.com/gpu": 1}}}]
            },
        }
    ),
    "/guard": review(EXEMPT),
    "/v1/check": {**chat("bad-1"), "caller": {"principal": {"id": "a", "type": "user", "groups": ["g"]}}},
}


@pytest.mark.parametrize("path", _DENIED)
@pytest.mark.parametrize("wrong", [None, True, 7, -1.5, "text", [], {}, [{}], {"a": []}], ids=repr)
def test_wrong_types_at_every_place_never_fail(apps: dict[str, Application], path: str, wrong: object) -> None:
    for place in _places(_DENIED[path]):
        answer = ask(apps[path], path, encoded(_with(_DENIED[path], place, wrong)))
        assert answer.status in {HTTPStatus.OK, HTTPStatus.BAD_REQUEST}, place
        if answer.status == HTTPStatus.OK and path == "/validate":
            assert (
                answer.json()["response"].get("status", {}).get("code") != HTTPStatus.INTERNAL_SERVER_ERROR
            ), place


@EVERY
def test_refusals_are_counted(apps: dict[str, Application], service: LoggedService, path: str) -> None:
    ask(apps[path], path, b"no")
    endpoint = "mcp" if path.startswith("/v1/mcp/") else path.rpartition("/")[2]
    line = f'interlock_request_errors_total{{endpoint="{endpoint}",status="400"}}'
    assert line in service.metrics.exposition().decode()
