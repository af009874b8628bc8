"""Has denied accesses approved, and knows an approval again.

An approval counts for the access, the client and the time that it was given
for, and only as claims that policies read: nothing is allowed because of it alone.
"""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from interlock.digests import digest_of
from interlock.units import Instant
from interlock_webhooks.approvals import denial as denials
from interlock_webhooks.approvals.access import PENDING_FOR, AccessRequest
from interlock_webhooks.approvals.binding import bound, is_same
from interlock_webhooks.approvals.problems import Problem, ProblemError
from interlock_webhooks.approvals.signing import BrokenTokenError, Signer, Sort, key_in
from interlock_webhooks.approvals.store import AccessRequests, FullError, MismatchError, Once
from interlock_webhooks.text import one_line

_NONCE: Final = 24
_LONGEST_TEXT: Final = 2_000
_LONGEST_KEY: Final = 255


class Given(Struct, frozen=True):
    """What an approval that an evaluation presents is good for.

    `claims` name who approved; without them it counts for nothing, and `why` and
    `next_action` say so in the words of the profile.
    """

    claims: Mapping[str, str] = {}
    until: Instant | None = None
    why: str = ""
    next_action: str = ""


class Approvals:
    """Approvals of one decision point."""

    def __init__(self, requests: AccessRequests, signer: Signer) -> None:
        self.requests = requests
        self.signer = signer

    @classmethod
    def of(cls, path: Path, key: bytes, url: str) -> "Approvals":
        """Those of the decision point at `url`: kept in the file at `path`, and signed with `key`, PEM."""
        return cls(AccessRequests(path), Signer(key_in(key), url))

    def submitted(
        self, submission: Mapping[str, Any], client: str, key: str | None, now: Instant
    ) -> AccessRequest:
        """The access request that `submission` of `client` makes, or has made under the same key.

        Raises:
            ProblemError: it asks about no denial of ours, or its key belongs to another one.
            OperatorError: it can't be kept.
        """
        if key is not None and not 1 <= len(key) <= _LONGEST_KEY:
            raise ProblemError(Problem.DUPLICATE, f"`idempotency-key`: send 1 to {_LONGEST_KEY} characters")
        denial = denials.read(submission, client, self.signer, now)
        asked = AccessRequest(
            id=f"arq_{secrets.token_urlsafe(_NONCE)}",
            client=client,
            access=denial.access,
            claims=tuple(denial.claims),
            approvers=tuple(denial.approvers),
            why=denial.why,
            justification=_justification(submission),
            policy_set=denial.policy_set,
            asked=now,
            expires=Instant(now + PENDING_FOR),
        )
        once = None if key is None else Once(digest_of([client, key]), digest_of(submission))
        try:
            return self.requests.add(asked, once, now)
        except MismatchError:
            detail = "`idempotency-key`: it belongs to another access request: send a new one"
            raise ProblemError(Problem.DUPLICATE, detail) from None
        except FullError:
            detail = "too many access requests wait for somebody: have them decided first"
            raise ProblemError(Problem.NOT_REQUESTABLE, detail) from None

    def asked(self, id_: str, client: str) -> AccessRequest:
        """The access request of that id, which `client` made. Raises ProblemError."""
        found = self.requests.get(id_)
        if found is None or found.client != client:
            raise ProblemError(Problem.UNKNOWN_TASK, "`id`: you made no such access request")
        return found

    def state(self, approved: AccessRequest, now: Instant) -> str:
        """The token by which the approval of `approved` is known again."""
        claims = {"jti": approval_id(approved), "task": approved.id}
        return self.signer.signed(Sort.APPROVAL, claims, now, approved.until or now)

    def given(self, evaluation: Mapping[str, Any], approval: object, client: str, now: Instant) -> Given:
        """What `approval`, which `client` presents with `evaluation`, is good for now. Raises OperatorError."""
        state = approval.get("state") if isinstance(approval, dict) else None
        if not isinstance(approval, dict) or not isinstance(state, str):
            return _UNVERIFIABLE
        try:
            claims = self.signer.read(Sort.APPROVAL, state, now)
        except BrokenTokenError as error:
            return _EXPIRED if error.is_old else _UNVERIFIABLE
        asked = self.requests.get(claims["task"])
        if asked is None or asked.client != client or approval.get("id") != approval_id(asked):
            return _UNVERIFIABLE
        if not asked.holds(now):
            return _EXPIRED
        if not is_same(bound(evaluation), asked.access):
            return _OUT_OF_SCOPE
        return Given(claims=dict.fromkeys(asked.claims, asked.by), until=asked.until)


def approval_id(approved: AccessRequest) -> str:
    """What the approval of `approved` is called."""
    return f"apr_{approved.id.removeprefix('arq_')}"


NOT_GIVEN: Final = Given()
"""What an evaluation without an approval presents."""

_UNVERIFIABLE: Final = Given(why="approval_unverifiable", next_action="none")
_EXPIRED: Final = Given(why="approval_expired", next_action="request")
_OUT_OF_SCOPE: Final = Given(why="out_of_scope", next_action="request")


def _justification(submission: Mapping[str, Any]) -> str:
    """What whoever asks says why, in the words that the profile's examples have for it."""
    context = submission.get("context")
    said = context.get("business_justification") if isinstance(context, dict) else None
    return one_line(said, _LONGEST_TEXT) if isinstance(said, str) else ""
