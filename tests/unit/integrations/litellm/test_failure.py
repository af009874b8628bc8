"""Who is refused uses nothing; who got no answer may have used something."""

import asyncio

import pytest

from interlock.integrations.litellm.failure import may_have_used


class ConnectError(Exception):
    """As httpx calls it where nobody listens."""


class APIConnectionError(Exception):
    """As LiteLLM calls whatever breaks a connection."""

    status_code = 500


class Timeout(Exception):  # noqa: N818  # LiteLLM's name
    """As LiteLLM calls it."""

    status_code = 408


class StatusError(Exception):
    """An answer with a status."""

    def __init__(self, status: object) -> None:
        super().__init__()
        self.status_code = status


def _because(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def _circular() -> Exception:
    error = StatusError(400)
    error.__context__ = Exception()
    error.__context__.__context__ = error
    return error


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500, 502, 503])
def test_a_refusal_used_nothing(status: int) -> None:
    assert not may_have_used(StatusError(status))


@pytest.mark.parametrize(
    "error",
    [
        StatusError(408),
        StatusError(504),
        StatusError(499),
        StatusError(None),
        StatusError(200),
        APIConnectionError(),
        Timeout(),
        TimeoutError(),
        asyncio.CancelledError(),
        ValueError("the answer was no JSON"),
    ],
)
def test_whatever_else_ends_a_call_may_have_used_something(error: BaseException) -> None:
    assert may_have_used(error)


@pytest.mark.parametrize(
    "error",
    [_because(APIConnectionError(), _because(ValueError(), ConnectError())), ConnectError(), _circular()],
)
def test_what_was_never_sent_used_nothing(error: Exception) -> None:
    assert not may_have_used(error)
