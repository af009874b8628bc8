"""Clients of a document that changes, and that a token never authenticates another client."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import AuthorError
from interlock_webhooks import watch
from interlock_webhooks.clients import live
from interlock_webhooks.clients.peer import Certificate, Peer
from interlock_webhooks.clients.tokens import digest_of, new_token
from support.clients import document, listed
from support.recognizing import HERE, Asked

_TOKENS = [new_token() for _ in range(4)]


def _of(name: str, *tokens: str) -> dict[str, object]:
    return listed(name, *({"token": {"digest": digest_of(token)}} for token in tokens))


_THREE = document(_of("one", _TOKENS[0]), _of("two", _TOKENS[1], _TOKENS[2]))


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    return Asked(tmp_path_factory.mktemp("clients"), _THREE)


def test_each_token_is_that_of_its_client_and_a_client_may_have_several(asked: Asked) -> None:
    assert asked.names(_TOKENS) == ["one", "two", "two", "401 no client has this token"]


@given(st.sampled_from(_TOKENS[:3]), st.integers(0, 52), st.characters(codec="ascii", categories=["L", "Nd"]))
def test_a_token_with_one_letter_changed_is_nobody_s(asked: Asked, token: str, at: int, letter: str) -> None:
    changed = token[:at] + letter + token[at + 1 :]
    if changed != token:
        assert asked.names([changed])[0].startswith("401 ")


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60))
def test_any_other_text_is_nobody_s_and_is_never_repeated(asked: Asked, text: str) -> None:
    assert asked.names([text]) == ["401 no client has this token"]


def test_a_digest_is_no_token(asked: Asked) -> None:
    assert asked.names([digest_of(_TOKENS[0])])[0].startswith("401 ")


def test_who_shows_nothing_is_told_what_to_show(asked: Asked) -> None:
    async def scenario() -> None:
        with pytest.raises(Exception, match="nobody knows who you are"):
            await asked.clients.client_of([], HERE)

    asyncio.run(scenario())


def test_a_certificate_is_looked_at_only_where_no_token_counts(tmp_path: Path) -> None:
    clients = Asked(
        tmp_path, document(_of("one", _TOKENS[0]), listed("two", {"certificate": {"uris": ["spiffe://x"]}}))
    ).clients
    certified = Peer("192.0.2.1", Certificate(uris=("spiffe://x",), dns_names=(), ends=2**40))

    async def name(name: bytes) -> str:
        return (await clients.client_of([(name, b"Bearer " + _TOKENS[0].encode())], certified)).name

    assert asyncio.run(name(b"authorization")) == "two"
    assert asyncio.run(name(b"interlock-authorization")) == "one"


def test_a_document_that_does_not_load_starts_no_service(tmp_path: Path) -> None:
    with pytest.raises(AuthorError):
        Asked(tmp_path, "kind: Clients")


def test_a_changed_document_counts_and_a_broken_one_does_not(tmp_path: Path) -> None:
    asked = Asked(tmp_path, document(_of("one", _TOKENS[0])))
    asked.file.write_text(document(_of("two", _TOKENS[1])))
    assert asked.names(_TOKENS[:2]) == ["one", "401 no client has this token"]
    asyncio.run(asked.clients.reload())
    assert asked.names(_TOKENS[:2]) == ["401 no client has this token", "two"]
    asked.file.write_text("kind: Client")
    asyncio.run(asked.clients.reload())
    assert asked.names(_TOKENS[:2]) == ["401 no client has this token", "two"]
    asked.file.unlink()
    asyncio.run(asked.clients.reload())
    assert asked.names(_TOKENS[:2]) == ["401 no client has this token", "two"]
    events = [line["event"] for line in asked.lines]
    assert events == ["clients loaded", *["clients kept: the changed document doesn't load"] * 2]
    assert "`Client`" in str(asked.lines[1]["problems"])
    metrics = asked.metrics.exposition().decode()
    assert 'interlock_clients_reload_total{outcome="loaded"} 1.0' in metrics
    assert 'interlock_clients_reload_total{outcome="failed"} 2.0' in metrics


def test_a_reader_that_breaks_ends_no_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked(tmp_path, document(_of("one", _TOKENS[0])))

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(live, "read_clients", broken)
    asyncio.run(asked.clients.reload())
    assert asked.names([_TOKENS[0]]) == ["one"]
    assert asked.lines[0]["event"] == "clients failed to load"


def test_a_change_of_the_file_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_LOOK_EVERY_MS", 50)
    monkeypatch.setattr(watch, "_SETTLE_MS", 10)
    asked = Asked(tmp_path, document(_of("one", _TOKENS[0])))

    async def scenario() -> None:
        loaded = asyncio.Event()
        monkeypatch.setattr(asked.metrics, "clients_reloaded", lambda _outcome: loaded.set())
        watching = asyncio.create_task(asked.clients.watch())
        asked.file.write_text(document(_of("two", _TOKENS[1])))
        async with asyncio.timeout(20):
            await loaded.wait()
        assert await asked.name(_TOKENS[1]) == "two"
        watching.cancel()

    asyncio.run(scenario())
