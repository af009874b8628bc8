"""JSON Web Tokens: real ones, with keys that are served and change, and what attackers make of them."""

import asyncio
import base64
import hashlib
import hmac
import ipaddress
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jwt.algorithms import RSAAlgorithm

from interlock_webhooks.clients import keys, keyset, memory, recognition
from interlock_webhooks.clients.peer import Peer
from interlock_webhooks.clients.rates import Rate
from interlock_webhooks.refusal import RefusedError
from support.clients import document, listed
from support.issuers import DISCOVERY, Issuer, issuing
from support.recognizing import Asked


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as issuer:
        yield issuer


def _asked(folder: Path, issuer: Issuer, **settings: Any) -> Asked:
    login = {"name": "login", "url": issuer.url, "audiences": ["interlock", "gateways"], **settings}
    text = document(
        listed("litellm", {"jwt": {"issuer": "login", "claims": {"sub": ["litellm"]}}}),
        listed("kong", {"jwt": {"issuer": "login", "claims": {"sub": ["kong-*"], "groups": ["gateways"]}}}),
        listed("agents", {"jwt": {"issuer": "login", "claims": {"sub": ["kong-x", "agent"]}}}),
        issuers=[login],
    )
    return Asked(folder, text)


def test_a_good_token_is_the_client_s_whose_claims_it_makes(tmp_path: Path, issuer: Issuer) -> None:
    kong = issuer.token(sub="kong-1", groups=["people", "gateways"])
    agent = issuer.token(sub="agent")
    assert _asked(tmp_path, issuer).names(
        [
            issuer.token(),
            issuer.token(aud=["x", "gateways"]),
            kong,
            agent,
        ]
    ) == ["litellm", "litellm", "kong", "agents"]
    assert issuer.asked == {DISCOVERY: 1, "/keys": 1}


def test_claims_of_another_issuer_say_nothing(tmp_path: Path, issuer: Issuer) -> None:
    with issuing() as other:
        text = document(
            listed("one", {"jwt": {"issuer": "first", "claims": {"sub": ["litellm"]}}}),
            listed("two", {"jwt": {"issuer": "second", "claims": {"sub": ["kong"]}}}),
            issuers=[
                {"name": "first", "url": issuer.url, "audiences": ["interlock"]},
                {"name": "second", "url": other.url, "audiences": ["interlock"]},
            ],
        )
        said = Asked(tmp_path, text).names(
            [
                *(issuer.token(), other.token(sub="kong"), issuer.token(sub="kong"), other.token()),
                # Signed by one issuer in the name of the other.
                *(other.token(iss=issuer.url), issuer.token(iss=other.url, sub="kong")),
            ]
        )
    assert said[:2] == ["one", "two"]
    assert {each[:4] for each in said[2:]} == {"401 "}


@given(st.integers(0, 2**40), st.integers(0, 2**70))
def test_claims_are_believed_for_a_minute_at_most_and_not_beyond_their_end(ends: int, now: int) -> None:
    length = recognition.lasts({"exp": ends}, now)
    assert 0 <= length <= recognition.GOOD
    assert length == 0 or now + length <= ends * 1_000_000_000
    assert length == recognition.GOOD or now + length >= ends * 1_000_000_000


@pytest.mark.parametrize("bits", [1024, 2047])
def test_keys_that_are_too_short_check_nothing(bits: int) -> None:
    public = rsa.generate_private_key(65537, bits).public_key()
    body = json.dumps({"keys": [json.loads(RSAAlgorithm.to_jwk(public))]}).encode()
    (key,) = keyset.keys_of(body)
    assert not key.checks("RS256")
    assert keyset.chosen([key], None, "RS256") is None


def test_what_is_critical_is_refused_though_it_is_signed(tmp_path: Path, issuer: Issuer) -> None:
    tokens = [issuer.token(header={"kid": "first", name: ["exp"]}) for name in ("crit", "other")]
    said = _asked(tmp_path, issuer).names(tokens)
    assert said[0].startswith("401 ")
    assert said[1] == "litellm"


_NOW = int(time.time())


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ({"aud": "somebody"}, "is for somebody else"),
        ({"aud": None}, "is not good"),
        ({"iss": "https://elsewhere.example.com"}, "no client has this token"),
        ({"iss": None}, "no client has this token"),
        ({"exp": _NOW - 60}, "has expired"),
        ({"exp": None}, "is not good"),
        ({"exp": "soon"}, "is not good"),
        ({"nbf": _NOW + 3600}, "is not valid yet"),
        ({"iat": _NOW + 3600}, "is not valid yet"),
        ({"sub": "somebody"}, "no client has this token's claims"),
        ({"sub": None}, "401"),
        ({"sub": "kong-1"}, "no client has this token's claims"),
        ({"sub": "kong-1", "groups": "people"}, "no client has this token's claims"),
        ({"sub": "kong-1", "groups": {"gateways": True}}, "no client has this token's claims"),
        ({"sub": "kong-x", "groups": "gateways"}, "more than one client"),
    ],
)
def test_a_token_that_claims_something_else_is_nobody_s(
    tmp_path: Path, issuer: Issuer, claims: dict[str, Any], message: str
) -> None:
    (said,) = _asked(tmp_path, issuer).names([issuer.token(**claims)])
    assert said.startswith("401 ")
    assert message in said


def _forged(header: dict[str, Any], claims: dict[str, Any], key: bytes | None) -> str:
    """A token whose signature is made with `key` by HMAC, or left out."""
    signed = ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
    signature = b"" if key is None else hmac.new(key, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_encoded(signature)}"


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _claims(issuer: Issuer) -> dict[str, Any]:
    return {"iss": issuer.url, "aud": "interlock", "sub": "litellm", "exp": int(time.time()) + 600}


def test_a_token_without_a_real_signature_is_nobody_s(tmp_path: Path, issuer: Issuer) -> None:
    public = issuer.public("first")
    pem = json.dumps(public).encode()
    modulus = base64.urlsafe_b64decode(public["n"] + "==")
    claims = _claims(issuer)
    good = issuer.token()
    header, payload, signature = good.split(".")
    forged = [
        _forged({"alg": "none", "kid": "first"}, claims, None),
        _forged({"alg": "None", "kid": "first"}, claims, None),
        _forged({"alg": "", "kid": "first"}, claims, None),
        _forged({"kid": "first"}, claims, None),
        _forged({"alg": "HS256", "kid": "first"}, claims, pem),
        _forged({"alg": "HS256", "kid": "first"}, claims, modulus),
        _forged({"alg": "HS256"}, claims, b""),
        _forged({"alg": "RS256", "kid": "first"}, claims, pem),
        f"{header}.{payload}.",
        f"{header}.{payload}.{signature[::-1]}",
        f"{header}.{_encoded(json.dumps({**claims, 'sub': 'agent'}).encode())}.{signature}",
    ]
    for token in forged:
        (said,) = _asked(tmp_path, issuer).names([token])
        assert said.startswith("401 "), token
    assert _asked(tmp_path, issuer).names([good]) == ["litellm"]


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"]},
        {"crit": ["b64"], "b64": False},
        {"jku": "http://127.0.0.1:1/keys", "kid": "mine"},
        {"kid": "../../etc/passwd"},
        {"kid": "first' OR '1'='1"},
        {"kid": ["first"]},
        {"kid": {"first": 1}},
    ],
)
def test_a_header_leads_to_no_other_key(tmp_path: Path, issuer: Issuer, header: dict[str, Any]) -> None:
    issuer.rotate("first", "second")
    token = _forged({"alg": "RS256", **header}, _claims(issuer), b"x")
    (said,) = _asked(tmp_path, issuer).names([token])
    assert said.startswith("401 ")
    assert set(issuer.asked) <= {DISCOVERY, "/keys"}


@pytest.mark.parametrize(
    "token",
    [
        *("x", ".", "..", "a.b.c", "....", "e30.e30.", "e30.W10.x", "W10.e30.x"),
        f"{_encoded(b'[' * 5000)}.{_encoded(b'[' * 5000)}.x",
        f"{_encoded(b'{}')}.{_encoded(b'[' * 5000)}.x",
        f"{_encoded(b'{}')}.{_encoded(b'1' * 5000)}.x",
        _forged({"alg": "RS256"}, {"iss": ["a"]}, b"x"),
        _forged({"alg": 7}, {"iss": "a"}, b"x"),
    ],
)
def test_what_is_no_token_at_all_is_nobody_s(tmp_path: Path, issuer: Issuer, token: str) -> None:
    assert _asked(tmp_path, issuer).names([token]) == ["401 no client has this token"]
    assert not issuer.asked


def test_only_algorithms_that_the_issuer_may_use_are_checked(tmp_path: Path, issuer: Issuer) -> None:
    asked = _asked(tmp_path, issuer, algorithms=["ES256"])
    (said,) = asked.names([issuer.token()])
    assert "an algorithm that its issuer may not use" in said
    issuer.rotate("curve", kind="ES256")
    assert _asked(tmp_path, issuer, algorithms=["ES256"]).names([issuer.token("curve", "ES256")]) == ["litellm"]


def test_a_token_without_a_kid_means_the_only_key_there_is(tmp_path: Path, issuer: Issuer) -> None:
    token = issuer.token(header={})
    assert _asked(tmp_path, issuer).names([token]) == ["litellm"]
    issuer.pages["/keys"]["keys"].append(issuer.public("first") | {"kid": "again"})
    assert _asked(tmp_path, issuer).names([token])[0].startswith("401 ")


def test_new_keys_are_got_when_a_token_names_one_that_is_not_there(
    tmp_path: Path, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "PAUSE", 0)
    asked = _asked(tmp_path, issuer)
    before = issuer.token()
    assert asked.names([before]) == ["litellm"]
    issuer.rotate("second")
    assert asked.names([issuer.token("second")]) == ["litellm"]
    assert issuer.asked["/keys"] == 2
    # Signed by a key that is gone, and not seen before.
    assert asked.names([issuer.token("first", jti="new")])[0].startswith("401 ")


def test_a_flood_of_unknown_keys_asks_the_issuer_once(
    tmp_path: Path, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "FAILURES", Rate(per_second=1, burst=10_000))
    asked = _asked(tmp_path, issuer)
    flood = [_forged({"alg": "RS256", "kid": str(number)}, _claims(issuer), b"x") for number in range(200)]

    async def scenario() -> list[str]:
        return await asyncio.gather(*map(asked.name, flood))

    assert {said[:4] for said in asyncio.run(scenario())} == {"401 "}
    assert issuer.asked["/keys"] == 1
    assert asked.names([issuer.token()]) == ["litellm"]


def test_an_address_that_keeps_showing_bad_tokens_has_to_wait_and_others_do_not(
    tmp_path: Path, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = time.monotonic_ns
    # However slow this machine is, the bad tokens come faster.
    monkeypatch.setattr(memory, "FAILURES", Rate(per_second=1, burst=10))
    asked = _asked(tmp_path, issuer)
    good = issuer.token()
    assert asked.names([good]) == ["litellm"]
    bad = [issuer.token(aud="x", jti=str(number)) for number in range(70)]
    said = asked.names(bad)
    assert said[0].startswith("401 ")
    assert said[-1].startswith("429 ")
    assert "try again in 1 s" in said[-1]
    # What was good before is looked at again, and elsewhere nothing has changed.
    monkeypatch.setattr(time, "monotonic_ns", lambda: real() + recognition.GOOD)
    assert asked.names([good]) == ["litellm"]
    monkeypatch.undo()
    assert asked.names([issuer.token(jti="new")], Peer("192.0.2.2")) == ["litellm"]


def test_a_token_is_not_believed_for_longer_than_it_lasts(tmp_path: Path, issuer: Issuer) -> None:
    asked = _asked(tmp_path, issuer)
    # Clocks may differ, so that it is good once more, and is not remembered.
    ending = issuer.token(exp=int(time.time()) - 1)
    assert asked.names([ending, ending]) == ["litellm", "litellm"]
    issuer.rotate("second")
    assert asked.names([ending]) == ["litellm"]


@pytest.mark.parametrize(
    ("path", "page", "message"),
    [
        ("/keys", None, "answers 404"),
        ("/keys", b"{", "is no JSON Web Key Set"),
        ("/keys", {"keys": {}}, "is no list of 100 keys at most"),
        ("/keys", {"keys": [{}] * 101}, "is no list of 100 keys at most"),
        ("/keys", b" " * (2 << 20), "more than 1 MiB"),
        ("/keys", "/elsewhere", "answers 302"),
        (DISCOVERY, None, "answers 404"),
        (DISCOVERY, b"x", "is no discovery document"),
        (
            DISCOVERY,
            {"issuer": "https://x", "jwks_uri": "https://x/keys"},
            "is of the issuer",
        ),
        (DISCOVERY, {"issuer": "x", "jwks_uri": "file:///etc/passwd"}, "is no discovery document"),
        (DISCOVERY, {"issuer": "x", "jwks_uri": "http://192.0.2.1/keys"}, "is no discovery document"),
    ],
)
def test_where_keys_can_t_be_had_nobody_is_let_in_and_the_log_says_why(
    tmp_path: Path, issuer: Issuer, path: str, page: Any, message: str
) -> None:
    issuer.pages[path] = page
    asked = _asked(tmp_path, issuer)
    assert (
        asked.names([issuer.token(), issuer.token(jti="2")])
        == ["503 the keys of the issuer `login` can't be had: try again"] * 2
    )
    (line,) = asked.lines
    assert message in line["error"]


def test_keys_that_can_t_check_are_left_out(tmp_path: Path, issuer: Issuer) -> None:
    public = issuer.public("first")
    others: list[Any] = [
        7,
        {"kty": "oct", "k": "AAAA", "kid": "first"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "first"},
        {"kty": "EC", "crv": "P-256", "x": "!", "y": "!", "kid": "first"},
        public | {"use": "enc"},
        public | {"key_ops": ["encrypt"]},
        public | {"key_ops": 7},
        public | {"alg": "PS256"},
    ]
    issuer.pages["/keys"] = {"keys": others}
    assert _asked(tmp_path, issuer).names([issuer.token()])[0].startswith("401 ")
    issuer.pages["/keys"] = {"keys": [*others, public | {"alg": "RS256", "key_ops": ["verify"]}]}
    assert _asked(tmp_path, issuer).names([issuer.token()]) == ["litellm"]


def test_keys_may_be_in_a_file_or_at_a_url_of_their_own(tmp_path: Path, issuer: Issuer) -> None:
    (tmp_path / "keys.json").write_text(json.dumps(issuer.pages["/keys"]))
    assert _asked(tmp_path, issuer, keysFile="keys.json").names([issuer.token()]) == ["litellm"]
    assert not issuer.asked
    assert _asked(tmp_path, issuer, keysUrl=f"{issuer.url}/keys").names([issuer.token()]) == ["litellm"]
    assert issuer.asked == {"/keys": 1}


@pytest.mark.parametrize("file", ["missing.json", "."])
def test_a_file_of_keys_that_can_t_be_read_lets_nobody_in(tmp_path: Path, issuer: Issuer, file: str) -> None:
    asked = _asked(tmp_path, issuer, keysFile=file)
    assert asked.names([issuer.token()])[0].startswith("503 ")
    assert len(asked.lines) == 1


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "alg": st.sampled_from(["RS256", "ES256", "none", "HS256"]) | _JSON,
        "kid": st.just("first") | _JSON,
        "typ": _JSON,
        "crit": _JSON,
        "b64": _JSON,
        "jwk": _JSON,
    },
)
_CLAIMS = st.dictionaries(st.sampled_from(["aud", "exp", "nbf", "iat", "sub", "jti"]), _JSON)


@pytest.fixture(scope="module")
def unforgeable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Issuer, Asked]]:
    with issuing() as issuer:
        yield issuer, _asked(tmp_path_factory.mktemp("clients"), issuer)


@given(_HEADERS, _CLAIMS, st.booleans(), st.binary(max_size=300), st.integers(0, 2**32 - 1))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_nobody_who_has_no_key_is_ever_let_in(  # noqa: PLR0913, PLR0917 - the parts of a token
    unforgeable: tuple[Issuer, Asked],
    header: dict[str, Any],
    claims: dict[str, Any],
    is_theirs: bool,  # noqa: FBT001 - Hypothesis gives it by its place
    signature: bytes,
    address: int,
) -> None:
    issuer, asked = unforgeable
    said = {**claims, "iss": issuer.url} if is_theirs else claims
    parts = (json.dumps(header).encode(), json.dumps(said).encode(), signature)
    # From an address of its own: others before it have failed.
    peer = Peer(str(ipaddress.IPv4Address(address)))
    assert asked.names([".".join(map(_encoded, parts))], peer)[0].startswith("401 ")


@given(st.binary(max_size=200))
def test_whatever_a_header_holds_it_is_refused_and_not_repeated(
    unforgeable: tuple[Issuer, Asked], value: bytes
) -> None:
    _, asked = unforgeable

    async def refused() -> RefusedError:
        with pytest.raises(RefusedError) as caught:
            await asked.clients.client_of([(b"authorization", value)], Peer(""))
        return caught.value

    assert asyncio.run(refused()).status.value in {401, 429}
