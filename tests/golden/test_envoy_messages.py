"""Messages as Envoy's own definitions have them, byte by byte.

`testdata/envoy` has what PyPI's `xds-protos` 1.85 made of the JSON beside it, and the JSON that it read in
answers of ours, without a field that it doesn't know. That package breaks others, so it is not installed here.
"""

from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from interlock.checks.ending import Ending
from interlock_webhooks.envoy.accesslog.codec import decode_entries
from interlock_webhooks.envoy.accesslog.entry import Entry
from interlock_webhooks.envoy.authz import codec as authz
from interlock_webhooks.envoy.authz.check import check_of
from interlock_webhooks.envoy.messages.auth_pb2 import CheckResponse
from interlock_webhooks.envoy.messages.ratelimit_pb2 import RateLimitResponse
from interlock_webhooks.envoy.ratelimit import codec as ratelimit
from interlock_webhooks.envoy.ratelimit.hits import Unit
from support.envoyoutcomes import COUNTED, OUTCOMES

_FOLDER: Final = Path(__file__).parents[2] / "testdata" / "envoy"


def _message(name: str) -> bytes:
    return (_FOLDER / f"{name}.binpb").read_bytes()


def _json(name: str) -> Any:
    return msgspec.json.decode((_FOLDER / f"{name}.json").read_bytes())


def test_a_check_is_read_as_envoy_wrote_it() -> None:
    attributes = _json("check")["attributes"]
    http = attributes["request"]["http"]
    original, context = authz.decode_check(_message("check"))
    assert (original.method, original.path, original.host) == (http["method"], http["path"], http["host"])
    assert (original.headers, original.body.decode()) == (http["headers"], http["body"])
    assert original.peer == attributes["source"]["principal"]
    beside = ("routeMetadataContext", "metadataContext")
    assert original.metadata == {
        name: data for each in beside for name, data in attributes[each]["filterMetadata"].items()
    }
    assert check_of(original, context) == {
        "chat": msgspec.json.decode(http["body"]),
        "caller": {"principal": {"id": original.peer}, "attribution": {"team": "research"}},
    }


def test_descriptors_are_read_as_envoy_wrote_them() -> None:
    given = _json("rate-limit")
    first, second = ratelimit.decode_descriptors(_message("rate-limit"), Unit.TOKENS)
    for read, written in zip((first, second), given["descriptors"], strict=True):
        assert read.domain == given["domain"]
        assert read.entries == {entry["key"]: entry["value"] for entry in written["entries"]}
    assert (first.count, second.count) == (34, 2)


def test_an_access_log_is_read_as_envoy_wrote_it() -> None:
    (found,) = decode_entries(_message("access-log"))
    assert isinstance(found, Entry)
    assert (found.hold, found.ending) == ("YQ.Yg", Ending.USED)
    assert (found.used.input_tokens, found.used.output_tokens, found.used.tokens) == (4, 30, 34)


@pytest.mark.parametrize("name", OUTCOMES)
def test_answers_are_those_that_envoy_s_definitions_read(name: str) -> None:
    check = CheckResponse.FromString(authz.encode(OUTCOMES[name]))
    assert check == CheckResponse.FromString(_message(f"check-{name}"))
    limits = RateLimitResponse.FromString(ratelimit.encode(COUNTED[name], OUTCOMES[name]))
    assert limits == RateLimitResponse.FromString(_message(f"rate-limit-{name}"))
    assert _json(f"check-{name}")["dynamicMetadata"]["interlock"]["decision"] == (
        "allow" if OUTCOMES[name].passes else "deny"
    )
