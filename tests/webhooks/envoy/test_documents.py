"""JSON that an upstream reads, too, means the same to both, or is refused."""

import sys
from contextlib import suppress

import pytest

from interlock.errors import RequestError
from interlock_webhooks.envoy.authz.document import glimpsed, read


def test_json_of_any_depth_is_read_or_refused() -> None:
    for depth in range(1, sys.getrecursionlimit() + 10):
        with suppress(RequestError):
            assert read(b'{"a":' * depth + b"1" + b"}" * depth, {})


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1, "a": 1}',
        b'{"a": 1, "\\u0061": 2}',
        b'{"a": {"b": [{"c": 1, "C": 2}]}}',
        '{"straße": 1, "STRASSE": 2}'.encode(),
        '{"max_tokens": 1, "max_token\u017f": 2}'.encode(),
    ],
)
def test_of_a_key_that_is_there_twice_nobody_knows_which_counts(body: bytes) -> None:
    with pytest.raises(RequestError, match="is there twice"):
        read(body, {})


@pytest.mark.parametrize(
    "body",
    [
        b'{"model": "a", "messages": [], "Tools": []}',
        b'{"method": "tools/call", "params": {"name": "a", "Arguments": {}}}',
        b'{"method": "resources/read", "params": {"URI": "a"}}',
        '{"model": "a", "messages": [], "tool\u017f": []}'.encode(),
        '{"model": "a", "messages": [], "web_search_opt\u0131ons": {}}'.encode(),
        '{"model": "a", "messages": [], "\u212aind": 1}'.encode(),
        '{"method": "tools/call", "params": {"name": "a", "argument\u017f": {}}}'.encode(),
    ],
)
def test_of_a_key_in_another_case_only_some_know_what_it_says(body: bytes) -> None:
    with pytest.raises(RequestError, match="some read it as"):
        read(body, {})


def test_parameters_that_no_policy_is_asked_about_are_in_any_case() -> None:
    assert read(b'{"params": {"taskId": "a", "_meta": {"progressToken": 1}}}', {})


def test_what_has_each_key_once_is_read() -> None:
    assert read(b'{"a": [{"b": 1}, {"b": 2.5}], "c": {"a": null}}', {"content-encoding": "identity"}) == {
        "a": [{"b": 1}, {"b": 2.5}],
        "c": {"a": None},
    }


@pytest.mark.parametrize(
    "body", [b"", b"text", b"\x89PNG\r\n", b"\0\0\0\x18ftypmp42", b"a=1&b=2", b'"{}"', b"7"]
)
def test_what_is_nothing_like_json_has_none(body: bytes) -> None:
    assert glimpsed(body, {}) is None


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("text", ['{"a": 1}', "  [1]", "\n\n{}"])
def test_json_that_only_some_find_is_refused(encoding: str, text: str) -> None:
    with pytest.raises(RequestError):
        glimpsed(text.encode(encoding), {})


@pytest.mark.parametrize(
    "said",
    [
        "application/json; charset=utf-7",
        "application/json;Charset = 'UTF-16'",
        "application/json; charset=utf-8; charset=utf-7",
        "application/json; charset=utf-8, text/plain; charset=shift_jis",
        "application/json; charset*=utf-8''utf-7",
        "application/json; charset=",
    ],
)
def test_what_some_read_in_another_charset_is_refused(said: str) -> None:
    body = b'{"model": "a", "messages": [], "user": "+ACIALAAi-model+ACIAOgAi-b"}'
    for reader in (read, glimpsed):
        with pytest.raises(RequestError, match="UTF-8"):
            reader(body, {"content-type": said})


@pytest.mark.parametrize(
    "said", ["application/json", 'application/json;charset="UTF-8"', "text/plain; charset=us-ascii; q=1", ""]
)
def test_what_is_in_utf_8_is_read(said: str) -> None:
    assert read(b"{}", {"content-type": said}) == glimpsed(b"{}", {"content-type": said}) == {}
