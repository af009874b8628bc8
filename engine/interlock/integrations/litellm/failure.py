"""Whether a call that failed may have used something all the same. Pure.

Who is refused uses nothing; who waited in vain for an answer may pay for it.
Knows errors of LiteLLM, and of the clients under it, by their names.
"""

import asyncio
from collections.abc import Iterator
from typing import Final

_NEVER_SENT: Final = frozenset(
    {
        "ClientConnectorError",
        "ConnectError",
        "ConnectTimeout",
        "ConnectionRefusedError",
        "PoolTimeout",
        "gaierror",
    }
)
_UNANSWERED: Final = frozenset({"APIConnectionError", "APITimeoutError", "MidStreamFallbackError", "Timeout"})
_LATE: Final = frozenset({408, 499, 504})
_STATUSES: Final = range(400, 600)


def may_have_used(error: BaseException) -> bool:
    """Whether whoever was asked may have answered, at a price, before `error`."""
    if any(type(each).__name__ in _NEVER_SENT for each in _causes(error)):
        return False
    if isinstance(error, asyncio.CancelledError | TimeoutError) or type(error).__name__ in _UNANSWERED:
        return True
    status = getattr(error, "status_code", None)
    return not isinstance(status, int) or status not in _STATUSES or status in _LATE


def _causes(error: BaseException) -> Iterator[BaseException]:
    """`error`, and what it came of."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__
