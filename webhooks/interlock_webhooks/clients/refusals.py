"""How clients and strangers are refused. What was shown is never said. Pure."""

from http import HTTPStatus
from typing import Final

from interlock_webhooks.clients.endpoints import OTHER
from interlock_webhooks.refusal import Header, RefusedError
from interlock_webhooks.text import quoted

_SECOND: Final = 1_000_000_000


def nameless() -> RefusedError:
    """That of who shows nothing."""
    message = (
        "nobody knows who you are: send `authorization: Bearer TOKEN`, or connect with a client certificate"
    )
    return RefusedError(HTTPStatus.UNAUTHORIZED, message, _challenge())


def stranger(message: str) -> RefusedError:
    """That of what was shown."""
    return RefusedError(HTTPStatus.UNAUTHORIZED, message, _challenge("invalid_token"))


def ungranted(name: str, endpoint: str) -> RefusedError:
    """That of the client `name`, which may not call `endpoint`."""
    what, remedy = quoted(endpoint), "have it granted in the document of clients"
    if endpoint == OTHER:
        what, remedy = "what is at no path that has a name", "check the path, or have `*` granted"
    message = f"client {quoted(name)} may not call {what}: {remedy}"
    return RefusedError(HTTPStatus.FORBIDDEN, message, _challenge("insufficient_scope"))


def out_of_scope(message: str) -> RefusedError:
    """That of a client which speaks for somebody it may not speak for."""
    return RefusedError(HTTPStatus.FORBIDDEN, message)


def too_often(who: str, wait: int) -> RefusedError:
    """That of `who` asks again before `wait` nanoseconds are over."""
    seconds = -(-wait // _SECOND)
    return RefusedError(
        HTTPStatus.TOO_MANY_REQUESTS,
        f"{who} asks too often: try again in {seconds} s",
        (b"retry-after", b"%d" % seconds),
    )


def undecided(message: str) -> RefusedError:
    """That of whom nobody can tell now."""
    return RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, message, (b"retry-after", b"1"))


def _challenge(error: str = "") -> Header:
    """What RFC 6750, section 3, has said to whoever is refused."""
    said = f'Bearer realm="interlock", error="{error}"' if error else 'Bearer realm="interlock"'
    return b"www-authenticate", said.encode()
