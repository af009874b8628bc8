"""Accesses that are asked to be approved, as who approves sees them."""

from enum import StrEnum
from typing import Any, NotRequired

# pydantic refuses the standard library's before Python 3.12.
from typing_extensions import TypedDict


class Status(StrEnum):
    """What became of it."""

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class AccessRequestRecord(TypedDict):
    """An access that somebody asked to have approved; `by` and `until` once somebody did."""

    id: str
    status: Status
    client: str
    subject: dict[str, Any]
    resource: dict[str, Any]
    action: dict[str, Any]
    context: dict[str, Any]
    claims: list[str]
    approvers: list[str]
    why: str
    justification: str
    asked: str
    expires: str
    by: NotRequired[str]
    until: NotRequired[str]


class WaitingRecord(TypedDict):
    """Those that wait for somebody."""

    waiting: list[AccessRequestRecord]
