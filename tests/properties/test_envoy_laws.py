"""Whatever a proxy sends, it is told one thing, whichever way it asks, and garbage gets nowhere."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import RequestError
from interlock_webhooks.app import check_app
from interlock_webhooks.envoy.accesslog.codec import decode_entries
from interlock_webhooks.envoy.authz.check import check_of
from interlock_webhooks.envoy.authz.codec import decode_check
from interlock_webhooks.envoy.authz.context import Context, context_of, decode_context
from interlock_webhooks.envoy.authz.original import Original
from interlock_webhooks.envoy.ratelimit.handlers import SHOULD_RATE_LIMIT, RateLimitHandlers
from interlock_webhooks.envoy.ratelimit.hits import Unit
from support.accesslogs import entry, message
from support.asgi import ask
from support.envoy import Sent, asked, chat, message_of, over_grpc, over_http
from support.ratelimits import OK, descriptor, told
from support.ratelimits import message as limits
from support.service import LoggedService, service_over

_ONE_MODEL = """\
apiVersion: interlock.dev/v1alpha1
kind: PolicySet
metadata: {name: closed}
spec:
  layers: [{name: organization, closed: [models, tools, resources]}]
---
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: one-model}
spec:
  layer: organization
  area: models
  description: One model may be used.
  rules:
    - {name: only, permit: model.name == "priced"}
"""
_BUDGET = """\
---
apiVersion: interlock.dev/v1alpha1
kind: Budget
metadata: {name: all}
spec:
  description: All that there is.
  window: {lifetime: true}
  limits: [{unit: calls, limit: 1000000}]
"""

_NAMES = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8).map(str.lower)
_VALUES = st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), max_size=12)
_HEADERS = st.dictionaries(_NAMES.map(lambda name: f"x-{name}"), _VALUES, max_size=4)
_PATHS = st.one_of(
    st.sampled_from(["/v1/chat/completions", "/v1/embeddings", "/mcp", "/", "/v1/models?limit=1"]),
    st.lists(_NAMES, max_size=4).map(lambda parts: "/" + "/".join(parts)),
)
_LEAVES = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | _VALUES
_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_VALUES, inner, max_size=3),
    max_leaves=8,
)
_ASKED = st.fixed_dictionaries(
    {
        "model": st.sampled_from(["priced", "unpriced", ""]),
        "messages": st.just([{"role": "user", "content": ""}]),
    },
    optional={"max_tokens": _JSON, "tools": _JSON, "jsonrpc": _JSON, "method": _JSON, "input": _JSON},
)
_BODIES = st.one_of(
    st.binary(max_size=40), _JSON.map(msgspec.json.encode), _ASKED.map(msgspec.json.encode), st.just(chat())
)
_SENT = st.builds(
    Sent, method=st.sampled_from(["POST", "GET", "PUT"]), path=_PATHS, body=_BODIES, headers=_HEADERS
)


@pytest.fixture(scope="module")
def service() -> Iterator[LoggedService]:
    """A service that lets pass calls of one model, and nothing else."""
    with TemporaryDirectory() as folder:
        Path(folder, "all.yaml").write_text(_ONE_MODEL + _BUDGET)
        yield service_over(Path(folder))


def _is_permitted(body: bytes) -> bool:
    """Whether `body` asks for the one model, as another reader of JSON sees it."""
    try:
        read = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return False
    return isinstance(read, dict) and read.get("model") == "priced" and ("messages" in read or "input" in read)


@given(st.binary(max_size=200))
def test_garbage_never_passes(service: LoggedService, garbage: bytes) -> None:
    assert not over_grpc(service, garbage).passes
    response = told(asked(RateLimitHandlers(service).should_rate_limit, garbage, SHOULD_RATE_LIMIT))
    assert response.overall_code != OK


@given(_SENT)
def test_over_grpc_and_http_the_same_is_said(service: LoggedService, sent: Sent) -> None:
    grpc, http = over_grpc(service, message_of(sent)), over_http(service, sent)
    assert (grpc.passes, grpc.status) == (http.passes, http.status)
    assert grpc.removed == http.removed
    said = {"x-interlock-decision", "x-interlock-reasons", "x-interlock-policy-set"}
    assert {name: grpc.headers.get(name) for name in said} == {name: http.headers.get(name) for name in said}
    assert _without_places(grpc.body) == _without_places(http.body)


def _without_places(body: bytes) -> Any:
    return msgspec.json.decode(body) if body else None


@given(_SENT)
def test_nothing_passes_but_a_call_of_a_model_that_is_permitted(service: LoggedService, sent: Sent) -> None:
    passed = over_grpc(service, message_of(sent))
    if passed.passes:
        assert _is_permitted(sent.body)
        assert passed.headers["x-interlock-hold"]
    else:
        assert 400 <= passed.status < 500


@given(_ASKED)
def test_what_is_decided_is_what_the_check_api_decides(service: LoggedService, body: dict[str, Any]) -> None:
    encoded = msgspec.json.encode({key: value for key, value in body.items() if key != "jsonrpc"})
    passed = over_grpc(service, message_of(Sent(body=encoded)))
    answer = ask(check_app(service), "/v1/check", b'{"chat":' + encoded + b"}")
    if answer.status != 200:
        assert passed.status == answer.status
        return
    recorded = answer.json()
    assert passed.passes == (recorded["decision"] == "allow")
    assert bool(passed.headers.get("x-interlock-hold")) == ("hold" in recorded)
    if not passed.passes:
        codes = [reason["code"] for reason in recorded["reasons"]]
        assert [reason["code"] for reason in passed.json()["reasons"]] == codes


@given(_SENT, st.dictionaries(_NAMES, _JSON.filter(lambda value: isinstance(value, dict)), max_size=3), _NAMES)
def test_what_was_sent_is_what_is_read(sent: Sent, metadata: Mapping[str, Any], peer: str) -> None:
    for as_map in (False, True):
        original, context = decode_check(message_of(sent, metadata=metadata, peer=peer, as_map=as_map))
        assert original == Original(
            method=sent.method,
            path=sent.path,
            host="api.example",
            headers=sent.headers,
            body=sent.body,
            is_partial=False,
            peer=peer,
            metadata=metadata,
        )
        assert context == Context()


@given(st.data())
def test_a_path_is_the_same_however_it_is_spelled(data: st.DataObject) -> None:
    parts = []
    for part in ("v1", "chat", "completions"):
        letters = [
            data.draw(st.sampled_from([letter, letter.upper(), f"%{ord(letter):02x}", f"%{ord(letter):02X}"]))
            for letter in part
        ]
        parts.append("".join(letters))
    between = [data.draw(st.sampled_from(["/", "//", "/./", "/%2e/"])) for _ in parts]
    end = data.draw(st.sampled_from(["", "/", "/.", "?a=/b", "#/embeddings"]))
    path = "".join(each for pair in zip(between, parts, strict=True) for each in pair) + end
    original = Original(
        method="POST", path=path, host="", headers={}, body=b'{"model": "m", "input": ""}', is_partial=False
    )
    assert "chat" in check_of(original, Context())


@given(st.dictionaries(st.one_of(_NAMES, _NAMES.map(lambda name: f"interlock.{name}")), _VALUES, max_size=4))
def test_a_configuration_is_understood_or_refused(extensions: dict[str, str]) -> None:
    try:
        context = context_of(extensions)
    except RequestError:
        assert any(key.startswith("interlock.") for key in extensions)
    else:
        assert decode_context(msgspec.json.encode(extensions).decode()) == context


@given(st.text(max_size=60))
def test_a_header_with_a_configuration_is_understood_or_refused(header: str) -> None:
    with suppress(RequestError):
        assert decode_context(header) == Context()


@given(
    st.dictionaries(
        st.sampled_from(["interlock", "io.envoy.ai_gateway", "envoy.filters.http.ext_authz"]), _JSON
    )
)
def test_an_access_log_is_understood_or_says_what_is_not(metadata: dict[str, Any]) -> None:
    structs = {name: data for name, data in metadata.items() if isinstance(data, dict)}
    for found in decode_entries(message(entry(structs))):
        assert "\n" not in str(found)


@given(
    st.fixed_dictionaries(
        {"model": st.sampled_from(["priced", "unpriced"])},
        optional={"unit": st.sampled_from([*Unit, "gpuTime", ""]), "team": _VALUES, "x": _VALUES},
    ),
    st.integers(0, 150),
)
def test_a_descriptor_is_counted_or_over_the_limit(
    service: LoggedService, entries: dict[str, str], hits: int
) -> None:
    sent = limits(descriptor(entries, hits))
    response = told(asked(RateLimitHandlers(service).should_rate_limit, sent, SHOULD_RATE_LIMIT))
    unit = entries.get("unit", Unit.CALLS)
    is_understood = unit in [*Unit] and (unit != Unit.CALLS or hits <= 100)
    assert (response.overall_code == OK) == (is_understood and entries["model"] == "priced")
    assert not [line for line in service.lines if line["level"] == "error"]
