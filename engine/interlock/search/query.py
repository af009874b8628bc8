"""What is asked: an access in which the subject, the resource or the action is open. Pure.

The requests of AuthZEN's search APIs are such accesses (Authorization API 1.0,
sections 8.4 to 8.6). An id that the open member has means nothing.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias, cast

from interlock.intents.access import calls_a_tool
from interlock.intents.check import CheckRequest, from_check
from interlock.intents.context import ExtractionContext
from interlock.intents.fields import as_mapping, mapping
from interlock.model.intent import UNKNOWN, Intent

Found: TypeAlias = dict[str, Any]
"""What may stand for the open member: a type and an id, or the name of an action."""


class Sought(StrEnum):
    """The member of the access that is open."""

    SUBJECT = "subject"
    RESOURCE = "resource"
    ACTION = "action"


_ANYTHING: Final[dict[Sought, Found]] = {
    Sought.SUBJECT: {"id": UNKNOWN},
    Sought.RESOURCE: {"id": UNKNOWN},
    Sought.ACTION: {"name": UNKNOWN},
}
"""Something that nobody knows, in the place of what is sought."""


_MEMBERS: Final = ("subject", "action", "resource", "context")
_OF_OPEN: Final = ("type", "properties")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """An access with an open member, and what goes with it: other keys of a check request.

    `open` is all that the access says of the open member: its type, and
    properties that it is to have. `intent` has something unknown in its place.
    """

    sought: Sought
    access: dict[str, Any]
    beside: dict[str, Any]
    open: dict[str, Any]
    intent: Intent

    @property
    def type(self) -> str:
        """The type of what is sought, or of the resource that actions are sought for."""
        member = self.access["resource"] if self.sought is Sought.ACTION else self.open
        return str(member["type"])

    @property
    def fixed(self) -> dict[str, Any]:
        """All that matters of the access: the id of the open member does not, nor what AuthZEN doesn't have."""
        members = {key: self.access[key] for key in _MEMBERS if key in self.access}
        return members | {self.sought.value: {key: self.open[key] for key in _OF_OPEN if key in self.open}}

    @property
    def server(self) -> str:
        """The server whose tools are asked about, where the caller says one; else nothing."""
        return (self.beside.get("caller") or {}).get("server") or ""

    def completed(self, found: Found) -> CheckRequest:
        """The check that asks for exactly `found`; it takes nothing."""
        return _completed(self.beside, self.access, self.sought, self.open | found)


def query_of(sought: Sought, check: dict[str, Any], context: ExtractionContext) -> Query:
    """The query that `check` is: its `access` lacks the member that is sought, or the id of it.

    Raises:
        RequestError: it isn't; all but the open member is as in an evaluation.
    """
    access = as_mapping(check.get("access"), "access")
    beside = {key: value for key, value in check.items() if key != "access"}
    given = {} if sought is Sought.ACTION else mapping(access, sought, "access")
    completed = _completed(beside, access, sought, given | _ANYTHING[sought])
    return Query(sought=sought, access=access, beside=beside, open=given, intent=from_check(completed, context))


def _completed(beside: dict[str, Any], access: dict[str, Any], sought: Sought, member: Found) -> CheckRequest:
    whole = {**access, sought.value: member}
    check = {**beside, "access": whole, "dryRun": True}
    if calls_a_tool(whole):
        check["withoutArguments"] = True
    return cast("CheckRequest", check)
