from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import RequestError
from interlock_webhooks import wire
from interlock_webhooks.kubernetes.review import Review

_ANY: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
_OBJECT = msgspec.json.Decoder(dict[str, Any])

HOSTILE = {
    "nothing": b"",
    "not JSON": b"hello",
    "trailing text": b"{} {}",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": "{}".encode("utf-16"),
    "invalid UTF-8": b'{"a": "\xff"}',
    "an encoded surrogate": b'{"a": "\xed\xa0\x80"}',
    "a lone surrogate": b'{"a": "\\ud800"}',
    "a lone surrogate as key": b'{"\\udc00": 1}',
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "an overflowing float": b'{"a": 1e999}',
    "an integer of 5000 digits": b'{"a": ' + b"9" * 5000 + b"}",
    "depth 100,000": b"[" * 100_000 + b"]" * 100_000,
    "objects of depth 100,000": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "unclosed depth": b"[" * 100_000,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(RequestError):
        wire.decode(body, _ANY)


def test_plain_json_is_what_it_says() -> None:
    assert wire.decode(b'{"a": [1, -2.5, null, true, "\xc3\xbc"]}', _OBJECT) == {
        "a": [1, -2.5, None, True, "ü"]
    }


def test_a_wrong_type_is_named_with_its_path() -> None:
    body = b'{"apiVersion": "v", "kind": "k", "request": {"uid": 1}}'
    with pytest.raises(RequestError) as caught:
        wire.decode(body, msgspec.json.Decoder(Review))
    assert str(caught.value) == "`request.uid`: expected `str`, got `int`"
    assert caught.value.path == "$.request.uid"


def test_a_wrong_type_at_the_root_is_named_too() -> None:
    with pytest.raises(RequestError, match=r"`\$`: expected `object`, got `array`"):
        wire.decode(b"[]", _OBJECT)


@given(st.binary())
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    with suppress(RequestError):
        wire.decode(body, _ANY)


_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | _TEXT,
        lambda inner: st.lists(inner) | st.dictionaries(_TEXT, inner),
    )
)
def test_what_is_encoded_decodes_to_the_same(value: object) -> None:
    assert wire.decode(wire.encode(value), _ANY) == value
