"""Accesses to resources, as AuthZEN asks about them: may the subject do the action to the resource?

Knows the body of an Access Evaluation of the Authorization API 1.0 (section 5).
What AuthZEN calls the action is the Intent's `operation`: `action` says what
kind of thing is about to happen, here always `resource.access`.
"""

from typing import Any, Final, NoReturn

from interlock.errors import RequestError
from interlock.intents.bounds import check_bounds
from interlock.intents.caller import Caller, add_caller, checked_caller
from interlock.intents.context import ExtractionContext
from interlock.intents.draft import blank_intent, checked
from interlock.intents.fields import as_mapping, mapping, refuse, required_text
from interlock.intents.paths import member
from interlock.model.intent import Action, Intent, Operation, Principal, Resource

_FACTS: Final = {
    "principal.id": "subject.id",
    "principal.type": "subject.type",
    "operation.name": "action.name",
}
_NOT_OF_AN_ACCESS: Final = {
    "principal": "the subject says who asks",
    "server": "an access goes to no tool server",
    "tool": "an access calls no tool",
}


def from_access(body: dict[str, Any], caller: Caller, context: ExtractionContext) -> Intent:  # noqa: ARG001
    """What the access evaluation `body` asks about; members that AuthZEN doesn't have are ignored.

    The subject is the principal, and all its properties are claims. Of the
    caller only counts what AuthZEN has no words for: agent, run, attribution
    and data.

    Raises:
        RequestError: a required member is missing or of a wrong type, or the
            caller says what the access says itself.
    """
    check_bounds(body)
    as_mapping(body, "")
    stated = checked_caller(caller)
    for key in filter(stated.__contains__, _NOT_OF_AN_ACCESS):
        _leave_out(key)
    resource = _resource(body)
    intent = blank_intent(Action.RESOURCE_ACCESS, resource["type"], _subject(body), body)
    intent["resources"] = [resource]
    intent["operation"] = _operation(body)
    intent["context"] = mapping(body, "context", "")
    add_caller(intent, stated)
    intent["provenance"] |= _FACTS | _sources(intent["principal"]["claims"])
    return checked(intent)


def _subject(body: dict[str, Any]) -> Principal:
    subject = _member(body, "subject")
    claims = mapping(subject, "properties", "subject")
    groups = claims.get("groups")
    return {
        "id": required_text(subject, "id", "subject"),
        "type": required_text(subject, "type", "subject"),
        # Properties are of any type, so groups that are no list of texts are claims and nothing more.
        "groups": groups if isinstance(groups, list) and all(isinstance(each, str) for each in groups) else [],
        "claims": claims,
    }


def _sources(claims: dict[str, Any]) -> dict[str, str]:
    """Where each of the `claims` is from."""
    return {member("principal.claims", key): member("subject.properties", key) for key in claims}


def _operation(body: dict[str, Any]) -> Operation:
    action = _member(body, "action")
    return {
        "name": required_text(action, "name", "action"),
        "properties": mapping(action, "properties", "action"),
    }


def _resource(body: dict[str, Any]) -> Resource:
    resource = _member(body, "resource")
    return {
        "type": required_text(resource, "type", "resource"),
        "id": required_text(resource, "id", "resource"),
        "properties": mapping(resource, "properties", "resource"),
        "source": "resource",
    }


def _member(body: dict[str, Any], key: str) -> dict[str, Any]:
    """The object under `key`, which has to be there."""
    if body.get(key) is None:
        refuse(key, "an object")
    return mapping(body, key, "")


def _leave_out(key: str) -> NoReturn:
    path = member("caller", key)
    raise RequestError(f"`{path}`: {_NOT_OF_AN_ACCESS[key]}, so leave it out", path=f"$.{path}")
