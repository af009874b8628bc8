"""How an API server says no, by what whoever asked can do then. Pure.

By the HTTP status and the `reason` of the `Status` object in the body, as
apimachinery's `meta/v1` lists them.
"""

from typing import Any, Final

import msgspec

from interlock.errors import OperatorError
from interlock_webhooks.text import one_line

_SHOWN: Final = 200


class GoneError(Exception):
    """What happened since then can't be told any more: what is there has to be listed again."""


class ClusterError(OperatorError):
    """The API server can't be asked, refuses, or does not answer as it should."""


class NotFoundError(ClusterError):
    """There is no such object, or no such kind."""


class ForbiddenError(ClusterError):
    """Whoever the service is may not do this."""


class AlreadyExistsError(ClusterError):
    """An object of that name is there already."""


class ConflictError(ClusterError):
    """The object is another one by now: read it again."""


class InvalidError(ClusterError):
    """The object is none that the server stores."""


class _Status(msgspec.Struct):
    reason: str = ""
    message: str = ""


_GONE: Final = 410
_LISTED: Final = "a list or watch"
_STATUS: Final = msgspec.json.Decoder(_Status)
_KINDS: Final[dict[int, type[ClusterError]]] = {
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    422: InvalidError,
}


def refusal(code: object, body: bytes, asked: str) -> ClusterError:
    """What a server that answers `code` with `body` to the call `asked` says by it."""
    return _refusal(code, _read(body), asked)


def refusal_of_list(code: object, body: bytes) -> GoneError | ClusterError:
    """What a server that answers `code` with `body` to a list or watch says by it."""
    return _gone() if code == _GONE else refusal(code, body, _LISTED)


def refusal_in(status: dict[str, Any]) -> GoneError | ClusterError:
    """What `status`, the object of an `ERROR` event of a watch, says."""
    code = status.get("code")
    return _gone() if code == _GONE else _refusal(code, _Status(message=str(status.get("message"))), _LISTED)


def _gone() -> GoneError:
    return GoneError("the API server does not remember what happened meanwhile")


def _read(body: bytes) -> _Status:
    try:
        return _STATUS.decode(body)
    except msgspec.MsgspecError:
        return _Status(message=body.decode(errors="replace"))


def _refusal(code: object, status: _Status, asked: str) -> ClusterError:
    kind = _KINDS.get(code, ClusterError) if isinstance(code, int) else ClusterError
    if kind is ConflictError and status.reason == "AlreadyExists":
        kind = AlreadyExistsError
    said = one_line(status.message, _SHOWN)
    return kind(f"the API server answers {code} to {asked}" + (f": {said}" if said else ""))
