"""What of a request counts as who sends it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_webhooks.clients.credentials import LONGEST_TOKEN, bearer_token, unspent
from interlock_webhooks.clients.peer import Certificate, Peer
from interlock_webhooks.refusal import RefusedError

_BARE = Peer("192.0.2.1")
_CERTIFIED = Peer("192.0.2.1", Certificate(uris=("spiffe://x/y",), dns_names=(), ends=0))
_OWN = b"interlock-authorization"


@pytest.mark.parametrize(
    ("headers", "peer", "token"),
    [
        ([], _BARE, None),
        ([(b"authorization", b"Bearer abc")], _BARE, "abc"),
        ([(b"authorization", b"bearer  abc ")], _BARE, "abc"),
        ([(_OWN, b"Bearer abc")], _BARE, "abc"),
        ([(b"authorization", b"Basic abc"), (_OWN, b"Bearer own")], _BARE, "own"),
        ([(b"authorization", b"Bearer of-a-user")], _CERTIFIED, None),
        ([(_OWN, b"Bearer abc")], _CERTIFIED, "abc"),
    ],
)
def test_the_header_of_our_own_counts_first_then_a_certificate_then_the_usual_header(
    headers: list[tuple[bytes, bytes]], peer: Peer, token: str | None
) -> None:
    assert bearer_token(headers, peer) == token


@pytest.mark.parametrize("name", [b"authorization", _OWN])
@pytest.mark.parametrize(
    "values",
    [
        [b""],
        [b"Bearer"],
        [b"Bearer "],
        [b"Basic YTpi"],
        [b"Bearer a b"],
        [b"Bearer a\tb"],
        [b"Bearer \xff"],
        [b"Bearer " + b"a" * (LONGEST_TOKEN + 1)],
        [b"Bearer abc", b"Bearer abc"],
    ],
)
def test_what_is_no_one_bearer_token_is_refused_and_never_shown(name: bytes, values: list[bytes]) -> None:
    with pytest.raises(RefusedError) as refused:
        bearer_token([(name, value) for value in values], _BARE)
    assert refused.value.status == 401
    assert dict(refused.value.headers)[b"www-authenticate"].startswith(b"Bearer ")
    assert "abc" not in str(refused.value)


@given(st.lists(st.tuples(st.sampled_from([b"authorization", _OWN, b"host"]), st.binary(max_size=9))))
def test_handlers_get_all_headers_but_those_that_are_for_us(headers: list[tuple[bytes, bytes]]) -> None:
    assert unspent(headers, _BARE) == [each for each in headers if each[0] == b"host"]
    assert unspent(headers, _CERTIFIED) == [each for each in headers if each[0] != _OWN]
