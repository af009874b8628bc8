"""What the JSON of a decision is made of, which `record` writes. Pure.

docs/reference/decision.md describes it.
"""

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict  # as in `interlock.engine.statement`


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
