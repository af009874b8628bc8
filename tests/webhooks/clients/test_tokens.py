"""Tokens of our own making, and their digests."""

import hashlib

import pytest

from interlock_webhooks.clients.tokens import digest_of, is_token, new_token


def test_a_new_token_has_the_form_of_one_and_nobody_has_had_it() -> None:
    made = {new_token() for _ in range(100)}
    assert len(made) == 100
    assert all(map(is_token, made))


def test_a_digest_is_that_of_the_whole_token() -> None:
    token = new_token()
    assert digest_of(token) == "sha256:" + hashlib.sha256(token.encode()).hexdigest()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hunter2",
        "interlock_hunter2",
        "interlock_" + "a" * 42,
        "interlock_" + "a" * 44,
        "interlock_" + "a" * 42 + "!",
        "interlock_" + "ä" * 43,
        "INTERLOCK_" + "a" * 43,
    ],
)
def test_a_password_that_somebody_chose_is_no_token(text: str) -> None:
    assert not is_token(text)
