"""How an access request is refused (RFC 9457). Pure.

Source: AuthZEN Access Request and Approval Profile 1.0, draft 1, "Error Responses".
"""

from enum import Enum
from http import HTTPStatus
from typing import Final

# pydantic refuses the standard library's before Python 3.12.
from typing_extensions import TypedDict

from interlock_webhooks import wire
from interlock_webhooks.exchange import Answer
from interlock_webhooks.text import one_line

_URN: Final = "urn:openid:authzen:access-request:error:"
_MEDIA_TYPE: Final = b"application/problem+json"
_LONGEST: Final = 1_000


class ProblemBody(TypedDict):
    """Why an access request is refused."""

    type: str
    title: str
    status: int
    detail: str


class Problem(Enum):
    """What can be wrong: its name in the profile, its status and its title."""

    NOT_REQUESTABLE = ("not_requestable", HTTPStatus.BAD_REQUEST, "Access is not requestable")
    EXPIRED_DENIAL = ("expired_denial", HTTPStatus.GONE, "The denial has expired")
    INVALID_BINDING = ("invalid_denial_binding", HTTPStatus.BAD_REQUEST, "The denial is of something else")
    DUPLICATE = ("duplicate_request", HTTPStatus.CONFLICT, "The key belongs to another request")
    UNKNOWN_TASK = ("unknown_task", HTTPStatus.NOT_FOUND, "There is no such task")
    INVALID_STATE = ("invalid_task_state", HTTPStatus.CONFLICT, "The task has ended")


class ProblemError(Exception):
    """An access request that is refused with a `problem`; `detail` says what to do."""

    def __init__(self, problem: Problem, detail: str) -> None:
        self.problem = problem
        self.detail = detail
        super().__init__(detail)

    @property
    def answer(self) -> Answer:
        """What is sent back."""
        name, status, title = self.problem.value
        body: ProblemBody = {
            "type": f"{_URN}{name}",
            "title": title,
            "status": status.value,
            "detail": one_line(self.detail, _LONGEST),
        }
        return Answer(wire.encode(body), status, media_type=_MEDIA_TYPE)
