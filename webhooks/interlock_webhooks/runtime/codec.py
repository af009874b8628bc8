"""Bodies of the check API to plain data, and recorded decisions to bodies. Pure.

What a check may hold is the extractors' to say: here only JSON, its bounds
and the envelope of a batch are read.
"""

from typing import Any, Final, Literal, NotRequired, TypedDict, cast

import msgspec

from interlock.errors import RequestError
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


class RecordedVerdict(TypedDict):
    """What one rule said of one item; in `reasons` also a missing permit, a conflict, a failure.

    `code` is violated, errored, unpermitted, conflict, undischarged, exhausted, uncharged, refused or failed in
    `reasons`, and permitted in `permits`. `obligation` is the one that is not discharged, `of` what a limit
    that said it measures; `budget`, `unit` and `key` are the account that is exhausted. Of one of
    Kubernetes' policies that refuses it, `kind`, `binding`, `params`, `reason` and `status` are what it says.
    """

    code: str
    layer: NotRequired[str]
    area: NotRequired[str]
    policy: NotRequired[str]
    rule: NotRequired[str]
    digest: NotRequired[str]
    effect: NotRequired[str]
    item: NotRequired[str]
    message: NotRequired[str]
    remedy: NotRequired[str]
    error: NotRequired[str]
    ignored: NotRequired[bool]
    waiver: NotRequired[str]
    policies: NotRequired[list[str]]
    path: NotRequired[list[str | int]]
    obligation: NotRequired[str]
    of: NotRequired[str]
    budget: NotRequired[str]
    unit: NotRequired[str]
    key: NotRequired[str]
    kind: NotRequired[str]
    binding: NotRequired[str]
    params: NotRequired[str]
    reason: NotRequired[str]
    status: NotRequired[int]


class RecordedPatch(TypedDict):
    """A place that policies changed in the object before it was decided, and the value that is there."""

    path: list[str | int]
    value: Any
    policies: list[str]


class RecordedDue(TypedDict):
    """What the decision obliges to, or advises, merged over the policies that want it."""

    name: str
    value: int | str | bool | list[str]
    policies: list[str]


class RecordedLimit(TypedDict):
    """What all limits together leave of what the CEL expression `of` measures: the bounds that there are."""

    of: str
    item: str
    ceiling: NotRequired[int]
    floor: NotRequired[int]
    allowed: NotRequired[list[str]]
    blocked: NotRequired[list[str]]
    policies: list[str]


class RecordedCharge(TypedDict):
    """What the request draws on one account, in whole units, and how that stood before it.

    Costs are in micro-USD, times in milliseconds. `within` is what a burst limit is for.
    """

    budget: str
    unit: str
    key: str
    amount: int
    limit: int
    spent: int
    held: int
    left: int
    level: Literal["within", "warning", "notice", "exceeded"]
    within: NotRequired[int]
    ends: NotRequired[str]


class RecordedHold(TypedDict):
    """What is reserved for the request."""

    id: str
    expires: str


class RecordedDecision(TypedDict):
    """A decision. `reasons` is empty exactly where `decision` is `allow`."""

    decision: Literal["allow", "deny"]
    policySet: str
    time: str
    reasons: list[RecordedVerdict]
    warnings: list[RecordedVerdict]
    audits: list[RecordedVerdict]
    tried: list[RecordedVerdict]
    waived: list[RecordedVerdict]
    permits: list[RecordedVerdict]
    errors: list[RecordedVerdict]
    patches: list[RecordedPatch]
    limits: list[RecordedLimit]
    obligations: list[RecordedDue]
    advice: list[RecordedDue]
    uses: NotRequired[dict[str, int]]
    budgets: NotRequired[list[RecordedCharge]]
    hold: NotRequired[RecordedHold]
    auditAnnotations: NotRequired[dict[str, str]]
    untried: NotRequired[str]


class BatchAnswer(TypedDict):
    """One decision for each check, in the order of the checks."""

    decisions: list[RecordedDecision]


# Untyped, so that a misspelt key reaches the extractor, which refuses it.
_BATCH_KEYS: Final = frozenset(Batch.__annotations__)
_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])


def decode_check(body: bytes) -> CheckRequest:
    """The check in `body`."""
    return cast("CheckRequest", wire.decode(body, _OBJECT))


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
