"""Who runs a gateway states what its protocol does not say, in a header or in the URL that is called."""

from typing import Any
from urllib.parse import quote

import pytest

from interlock.errors import RequestError
from interlock_webhooks.clients.client import LOCAL
from interlock_webhooks.exchange import Request
from interlock_webhooks.refusal import Header
from interlock_webhooks.stated import caller_of


def _request(*headers: Header, query: bytes = b"") -> Request:
    return Request(body=b"", until=0, client=LOCAL, method="POST", path="/", query=query, headers=headers)


def test_what_is_stated_is_put_over_what_is_known_part_by_part() -> None:
    request = _request(
        (b"interlock-caller", b'{"principal": {"type": "agent"}, "attribution": {"team": "a"}, "server": "s"}'),
        query=b"timeout=1s&caller=" + quote('{"attribution": {"project": "p"}}').encode(),
    )
    known: dict[str, Any] = {"principal": {"id": "jane", "type": "user"}, "server": "unknown"}
    assert caller_of(request, known) == {
        "principal": {"id": "jane", "type": "agent"},
        "attribution": {"team": "a", "project": "p"},
        "server": "s",
    }
    assert known == {"principal": {"id": "jane", "type": "user"}, "server": "unknown"}


@pytest.mark.parametrize(
    "request_",
    [
        _request((b"interlock-caller", b"[]")),
        _request((b"interlock-caller", b"\xff")),
        _request((b"interlock-caller", b"{}"), (b"interlock-caller", b"{}")),
        _request(query=b"caller=jane"),
        _request(query=b"caller={}&caller={}"),
        _request(query=b"caller=%ff"),
        _request(query=b"\xff"),
        _request(query=b"a=1&" * 40),
    ],
)
def test_what_is_stated_is_one_object(request_: Request) -> None:
    with pytest.raises(RequestError) as refused:
        caller_of(request_, {})
    assert "\n" not in str(refused.value)
