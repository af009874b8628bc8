"""Bodies of the check API to plain data, and recorded decisions to bodies. Pure.

What a check may hold is the extractors' to say: here only JSON, its bounds
and the envelope of a batch are read.
"""

from typing import Any, Final, NotRequired, TypedDict, cast

import msgspec

from interlock.decisionlog.recorded import RecordedDecision
from interlock.errors import RequestError
from interlock.intents.bounds import bounded
from interlock.intents.check import CheckRequest
from interlock_webhooks import wire
from interlock_webhooks.refusal import RefusedError

MAX_BATCH: Final = 100


class Batch(TypedDict):
    """At most `MAX_BATCH` checks, decided in their order by one policy set.

    `linked` ones are of one organization: all are allowed, or none is and
    nothing is held. They have one `idempotencyKey` together.
    """

    checks: list[CheckRequest]
    linked: NotRequired[bool]
    idempotencyKey: NotRequired[str]


class BatchAnswer(TypedDict):
    """One decision for each check, in the order of the checks."""

    decisions: list[RecordedDecision]


# Untyped, so that a misspelt key reaches the extractor, which refuses it.
_BATCH_KEYS: Final = frozenset(Batch.__annotations__)
_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])


def decode_check(body: bytes) -> CheckRequest:
    """The check in `body`."""
    return cast("CheckRequest", bounded(wire.decode(body, _OBJECT), body))


def decode_batch(body: bytes) -> Batch:
    """The batch in `body`, of 1 to `MAX_BATCH` checks."""
    batch = wire.decode(body, _OBJECT)
    checks = batch.get("checks")
    if batch.keys() - _BATCH_KEYS or not isinstance(checks, list) or not 1 <= len(checks) <= MAX_BATCH:
        raise RequestError(
            f'send `{{"checks": [...]}}` with 1 to {MAX_BATCH} checks, and beside it `linked` and '
            "`idempotencyKey` or nothing",
            path="checks",
        )
    for index, check in enumerate(checks):
        if not isinstance(check, dict):
            raise in_batch(index, RequestError("must be an object"))
    return cast("Batch", batch)


def in_batch(index: int, error: RequestError) -> RequestError:
    """`error` of one check, saying which of the batch."""
    here = f"checks[{index}]"
    if isinstance(error, RefusedError):
        return RefusedError(error.status, f"`{here}`: {error}", *error.headers)
    return RequestError(f"`{here}`: {error}", path=f"$.{here}{error.path.removeprefix('$')}")


def encode_check(recorded: dict[str, Any]) -> bytes:
    """The body that answers one check."""
    return wire.encode(recorded)


def encode_batch(recorded: list[dict[str, Any]]) -> bytes:
    """The body that answers a batch."""
    return wire.encode({"decisions": recorded})
