"""What holds for every message: garbage never passes, and headers that say something else are refused."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from interlock.intents.check import CheckRequest
from interlock.intents.mcp import DECIDED, HARMLESS
from interlock_webhooks.mcp.codec import decode, message_of
from interlock_webhooks.mcp.errors import RefusedMessageError
from interlock_webhooks.mcp.guard import Guard, Outcome, Passed, Refused
from interlock_webhooks.mcp.sse import Events
from interlock_webhooks.mcp.terms import Terms
from support.mcp import request, stateless
from support.strategies import json_values

_ALLOWED = {"decision": "allow", "policySet": "p", "reasons": [], "patches": [], "advice": []}


class _Allowing:
    """Allows whatever it is asked, and keeps it."""

    def __init__(self) -> None:
        self.asked: list[CheckRequest] = []

    async def check(self, check: CheckRequest) -> Mapping[str, Any]:
        self.asked.append(check)
        return _ALLOWED

    async def give_back(self, record: Mapping[str, Any]) -> None:
        raise AssertionError(record)


def _outcome(value: Any, headers: Any = None) -> tuple[Outcome, list[CheckRequest]]:
    """What becomes of `value`, where everything is allowed that somebody asks about."""
    allowing = _Allowing()
    try:
        message = message_of(value)
    except RefusedMessageError as refused:
        return Refused(refused.refusal), []
    return asyncio.run(Guard().request(allowing, message, Terms(), headers)), allowing.asked


_VALUES = json_values()
_PARAMS = st.dictionaries(st.sampled_from(["name", "uri", "arguments", "requestState", "_meta"]), _VALUES)
_MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": st.just("2.0") | _VALUES,
        "id": st.integers(-5, 5) | _VALUES,
        "method": st.sampled_from(sorted(DECIDED | HARMLESS)) | st.text(max_size=20) | _VALUES,
        "params": _PARAMS | _VALUES,
        "result": _VALUES,
    },
)


@given(st.binary(max_size=200) | _VALUES.map(msgspec.json.encode))
def test_bytes_are_a_message_or_refused(body: bytes) -> None:
    try:
        message = decode(body)
    except RefusedMessageError:
        return
    assert message.body == msgspec.json.decode(body)


@given(_MESSAGES | _VALUES)
def test_what_is_neither_harmless_nor_asked_about_never_passes(value: Any) -> None:
    outcome, asked = _outcome(value)
    if isinstance(outcome, Refused):
        return
    assert isinstance(value, dict)
    assert value["jsonrpc"] == "2.0"
    is_request = "method" in value and value.get("id") is not None
    assert bool(asked) == (is_request and value["method"] in DECIDED)
    if is_request:
        assert value["method"] in DECIDED | HARMLESS
    if asked:
        assert asked[-1]["mcp"] == value


_NAMES = st.sampled_from(["read", "réad", " read", "=?base64?cmVhZA==?=", ""]) | st.text(min_size=1, max_size=8)


@given(
    name=_NAMES,
    header=_NAMES,
    method=st.sampled_from(["tools/call", "ping", "Tools/call"]),
    is_stateless=st.booleans(),
)
def test_a_header_that_says_something_else_is_always_refused(
    name: str, header: str, method: str, *, is_stateless: bool
) -> None:
    params = {"name": name}
    message = stateless("tools/call", params) if is_stateless else request("tools/call", params)
    headers = [(b"mcp-method", method.encode()), (b"mcp-name", header.encode())]
    if is_stateless:
        headers.append((b"mcp-protocol-version", b"2026-07-28"))
    outcome, _ = _outcome(message, headers)
    is_sent = header.isascii() and (header.isprintable() or set(header) <= {"\t", *map(chr, range(32, 127))})
    said = "read" if header == "=?base64?cmVhZA==?=" else header.strip(" \t")
    if method == "tools/call" and is_sent and said == name:
        assert isinstance(outcome, Passed)
    else:
        assert isinstance(outcome, Refused)


@example([b"\n", b"\xef\xbb\xbf"])
@example([b"\xef", b"\xbb\xbf", b"data: x"])
@given(
    st.lists(st.binary(max_size=6) | st.sampled_from([b"\n", b"\r", b"\r\n", b"data: x", b":"]), max_size=30)
)
def test_a_stream_has_the_same_events_in_whatever_pieces_it_comes(pieces: list[bytes]) -> None:
    apart = Events()
    found = [event for piece in [*pieces, b"\n\n"] for event in apart.feed(piece)]
    assert found == list(Events().feed(b"".join([*pieces, b"\n\n"])))
