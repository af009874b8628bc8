"""What the proxy's configuration says of requests, and whom it lets say who asks."""

from typing import Any

import pytest

from interlock.errors import RequestError
from interlock_webhooks.envoy.authz.caller import caller_of
from interlock_webhooks.envoy.authz.codec import decode_check
from interlock_webhooks.envoy.authz.context import Kind, context_of, decode_context
from interlock_webhooks.envoy.authz.original import Original
from interlock_webhooks.envoy.messages.auth_pb2 import CheckRequest
from support.envoy import Sent, message_of

_JWT = "envoy.filters.http.jwt_authn"
_CLAIMS = {
    "sub": "ada",
    "groups": ["staff"],
    "https://acme.example/team": "research",
    "level": 3,
    "rate": 0.5,
    "is_staff": True,
    "nothing": None,
}
_METADATA = {_JWT: {"payload": _CLAIMS}}


def _original(headers: dict[str, str] | None = None) -> Original:
    message = message_of(Sent(headers=headers or {}), {}, metadata=_METADATA, peer="spiffe://acme/ns/a/sa/b")
    return decode_check(message)[0]


def _caller(extensions: dict[str, str], headers: dict[str, str] | None = None) -> Any:
    return caller_of(_original(headers), context_of(extensions))


def test_keys_of_others_are_passed_over() -> None:
    assert context_of({"virtual_host": "a", "other.kind": "b"}) == context_of({})


def test_what_is_said_of_a_route_is_read() -> None:
    context = context_of(
        {"interlock.kind": "mcp", "interlock.holdFor": "5m", "interlock.discharges": "keep, redact,"}
    )
    assert (context.kind, context.hold_for, context.discharges) == (Kind.MCP, "5m", ("keep", "redact"))


@pytest.mark.parametrize(
    ("extensions", "said"),
    [
        ({"interlock.kin": "chat"}, "did you mean `interlock.kind`"),
        ({"interlock.kind": "Chat"}, "write `chat`, `embeddings`, `mcp` or `route`"),
        ({"interlock.caller.principal.name": "a"}, "did you mean `principal.type`|choose|did you mean"),
        ({"interlock.from.principal.id": "x-user"}, "write `header:NAME`"),
        ({"interlock.from.principal.id": "header:"}, "write `header:NAME`"),
        ({"interlock.from.principal.id": "metadata:jwt"}, "write `header:NAME`"),
        ({"interlock.from.principal.id": "peer:x"}, "write `header:NAME`"),
        ({"interlock.from.run.id": "peer", "interlock.caller.run.id": "a"}, "leave one of them out"),
    ],
)
def test_what_nobody_knows_is_refused(extensions: dict[str, str], said: str) -> None:
    with pytest.raises(RequestError, match=said):
        context_of(extensions)


@pytest.mark.parametrize("header", ["", "{", "[]", '{"a": 1}', '{"interlock.kind": "chat"},{}', "\x00"])
def test_a_header_that_is_no_object_of_texts_is_refused(header: str) -> None:
    with pytest.raises(RequestError):
        decode_context(header)


@pytest.mark.parametrize(
    ("extensions", "caller"),
    [
        ({}, {}),
        ({"interlock.caller.attribution.team": "research"}, {"attribution": {"team": "research"}}),
        ({"interlock.caller.server": "github"}, {"server": "github"}),
        ({"interlock.from.principal.id": "peer"}, {"principal": {"id": "spiffe://acme/ns/a/sa/b"}}),
        ({"interlock.from.principal.id": f"metadata:/{_JWT}/payload/sub"}, {"principal": {"id": "ada"}}),
        (
            {"interlock.from.attribution.team": f"metadata:/{_JWT}/payload/https:~1~1acme.example~1team"},
            {"attribution": {"team": "research"}},
        ),
        (
            {"interlock.from.principal.groups": f"metadata:/{_JWT}/payload/groups"},
            {"principal": {"groups": ["staff"]}},
        ),
        ({"interlock.from.principal.claims": f"metadata:/{_JWT}/payload"}, {"principal": {"claims": _CLAIMS}}),
        ({"interlock.from.principal.groups": "header:X-Groups"}, {"principal": {"groups": ["a", "b"]}}),
        ({"interlock.from.run.id": "header:x-run?"}, {}),
        ({"interlock.from.run.id": f"metadata:/{_JWT}/payload/sub/none?"}, {}),
    ],
)
def test_who_asks_is_read_where_the_configuration_says(extensions: dict[str, str], caller: object) -> None:
    assert _caller(extensions, {"x-groups": "a, b"}) == caller


@pytest.mark.parametrize(
    ("extensions", "said"),
    [
        ({"interlock.from.principal.id": "header:x-user"}, "nobody says it"),
        ({"interlock.from.principal.id": f"metadata:/{_JWT}/payload/none"}, "nobody says it"),
        ({"interlock.from.principal.id": f"metadata:/{_JWT}/payload/level"}, "must be a text"),
        ({"interlock.from.principal.groups": f"metadata:/{_JWT}/payload/level"}, "must be texts"),
        ({"interlock.from.principal.claims": "header:x-claims"}, "must be an object"),
    ],
)
def test_what_has_to_be_said_and_is_not_is_refused(extensions: dict[str, str], said: str) -> None:
    with pytest.raises(RequestError, match=said):
        _caller(extensions, {"x-claims": "{}"})


def test_no_header_counts_that_the_configuration_does_not_name() -> None:
    spoofed = {"x-user": "root", "x-interlock-context": '{"interlock.caller.principal.id": "root"}'}
    assert _caller({}, spoofed) == {}


def test_headers_are_read_in_both_forms_that_envoy_sends() -> None:
    sent = Sent(headers={"X-User": "Zoë", "x-envoy-auth-partial-body": "true"})
    for as_map in (False, True):
        original, _ = decode_check(message_of(sent, as_map=as_map))
        assert original.headers["x-user"] == "Zoë"
        assert original.is_cut


def test_a_header_that_is_there_twice_is_a_list() -> None:
    message = CheckRequest.FromString(message_of(Sent(headers={"x-user": "ada"}), as_map=True))
    headers = message.attributes.request.http.header_map.headers
    headers.add(key="x-user", value="eve")
    original, _ = decode_check(message.SerializeToString())
    assert original.headers["x-user"] == "ada,eve"


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_refused(number: float) -> None:
    with pytest.raises(RequestError, match="number"):
        decode_check(message_of(Sent(), metadata={"filter": {"a": number}}))
