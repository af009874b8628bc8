"""Accesses to resources, as AuthZEN asks about them: may the subject do the action to the resource?

Knows the body of an Access Evaluation of the Authorization API 1.0 (section 5).
What AuthZEN calls the action is the Intent's `operation`: `action` says what
kind of thing is about to happen, which is `resource.access` but for calls of tools and models.
"""

from collections.abc import Collection
from typing import Any, Final

from interlock.errors import RequestError
from interlock.intents.callables import TOOL, TOOLS_CALL, call_of, is_call
from interlock.intents.caller import Caller, add_caller, check_call, checked_caller
from interlock.intents.context import ExtractionContext
from interlock.intents.draft import blank_intent, checked
from interlock.intents.entities import Entity, entity, required_mapping
from interlock.intents.fields import as_mapping, mapping, required_text
from interlock.model.intent import Action, Intent, Operation, Principal, Resource

_NOT_OF_AN_ACCESS: Final = {
    "principal": "the subject says who asks",
    "server": "an access goes to no tool server",
    "tool": "an access calls no tool",
}


def from_access(
    body: dict[str, Any], caller: Caller, context: ExtractionContext, *, is_bounded: bool = False
) -> Intent:
    """What the access evaluation `body` asks about; members that AuthZEN doesn't have are ignored.

    The subject is the principal, and all its properties are claims. What the
    Catalog knows of subject and resource fills in what the body doesn't say.
    Of the caller only counts what AuthZEN has no words for: agent, run,
    attribution and data, and of a tool that is called its server and schema.

    Raises:
        RequestError: a required member is missing or of a wrong type, or the
            caller says what the access says itself.
    """
    if not is_bounded:
        check_call(body, caller)
    as_mapping(body, "")
    subject = entity(body, "subject", context.catalog.subject)
    operation = _operation(body)
    resource = entity(body, "resource", context.catalog.resource)
    principal, stated = _principal(subject), checked_caller(caller)
    is_calling = is_call(resource.type, operation["name"])
    _leave_out(stated, {"principal"} if is_calling else _NOT_OF_AN_ACCESS.keys())
    if is_calling:
        calling: Caller = {**stated, "principal": {**principal}}
        intent = call_of(resource.id, resource.type, operation, calling, context)
    else:
        intent = blank_intent(Action.RESOURCE_ACCESS, resource.type, principal, body)
        intent["resources"] = [_resource(resource)]
        intent["operation"] = operation
        intent["provenance"] |= {
            "operation.name": "action.name",
            **resource.provenance("resources[0].properties"),
        }
        add_caller(intent, stated)
    intent["context"] = mapping(body, "context", "")
    intent["provenance"] |= {
        "principal.id": "subject.id",
        "principal.type": "subject.type",
        **subject.provenance("principal.claims"),
    }
    return checked(intent)


def calls_a_tool(body: object) -> bool:
    """Whether the access `body` is a call of a tool that says nothing of arguments."""
    if not isinstance(body, dict):
        return False
    resource, action = body.get("resource"), body.get("action")
    if not (isinstance(resource, dict) and isinstance(action, dict)):
        return False
    return (resource.get("type"), action.get("name"), action.get("properties") or {}) == (TOOL, TOOLS_CALL, {})


def _leave_out(caller: Caller, keys: Collection[str]) -> None:
    """Raise RequestError where `caller` says what the access says itself."""
    for key, reason in _NOT_OF_AN_ACCESS.items():
        if key in caller and key in keys:
            raise RequestError(f"`caller.{key}`: {reason}, so leave it out", path=f"$.caller.{key}")


def _principal(subject: Entity) -> Principal:
    groups = subject.properties.get("groups")
    return {
        "id": subject.id,
        "type": subject.type,
        # Properties are of any type, so groups that are no list of texts are claims and nothing more.
        "groups": groups if isinstance(groups, list) and all(isinstance(each, str) for each in groups) else [],
        "claims": subject.properties,
    }


def _operation(body: dict[str, Any]) -> Operation:
    action = required_mapping(body, "action")
    return {
        "name": required_text(action, "name", "action"),
        "properties": mapping(action, "properties", "action"),
    }


def _resource(resource: Entity) -> Resource:
    return {
        "type": resource.type,
        "id": resource.id,
        "properties": resource.properties,
        "source": "resource",
    }
