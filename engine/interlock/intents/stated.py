"""Intents that a caller states itself, rather than a protocol's object.

Everything but `action` can be left out, and of an item everything but what it
is called: what is left out is empty or unknown, and what a call calls is never
empty. Facts are taken as stated and not classified again, so whoever may state an Intent is trusted with it.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from interlock.errors import RequestError
from interlock.intents.agents import agent_digest
from interlock.intents.bounds import check_bounds
from interlock.intents.draft import blank_intent, checked, unknown_principal
from interlock.intents.fields import as_mapping, mapping, mappings, refuse, required_text
from interlock.intents.images import image_of
from interlock.intents.keys import refuse_unknown_keys
from interlock.intents.paths import element, json_path, member
from interlock.model.intent import (
    MAX_INT64,
    UNKNOWN,
    Accelerator,
    Action,
    Agent,
    Attribution,
    Data,
    Image,
    Intent,
    Model,
    Operation,
    Principal,
    Resource,
    Run,
    Tool,
    Unresolved,
    Usage,
    Workload,
)
from interlock.spelling import suggestion

_ROOT: Final = "intent"
_ACTIONS: Final = frozenset(action.value for action in Action)


def _no_defaults(_: dict[str, Any]) -> dict[str, Any]:
    return {}


def _of_agent(given: dict[str, Any]) -> dict[str, Any]:
    return {"digest": agent_digest(given)}  # type: ignore[arg-type]  # its types are checked afterwards


def _of_model(_: dict[str, Any]) -> dict[str, Any]:
    return {"provider": UNKNOWN, "class": UNKNOWN, "hosting": UNKNOWN, "confidence": "declared"}


def _of_accelerator(given: dict[str, Any]) -> dict[str, Any]:
    defaults: dict[str, Any] = dict.fromkeys(("vendor", "resource", "class", "product"), UNKNOWN)
    defaults |= {"pods": 1, "shared": False, "allocation": "resource", "alternatives": []}
    count, pods = given.get("count"), given.get("pods", 1)
    if isinstance(count, int) and isinstance(pods, int):
        defaults["total"] = min(count * pods, MAX_INT64)
    return defaults


def _of_tool(_: dict[str, Any]) -> dict[str, Any]:
    return {"server": UNKNOWN, "class": UNKNOWN, "arguments": {}, "pinned": False}


def _of_resource(_: dict[str, Any]) -> dict[str, Any]:
    return {"type": UNKNOWN, "properties": {}}


def _of_image(given: dict[str, Any]) -> dict[str, Any]:
    reference = given.get("reference")
    parsed = image_of(reference, "") if isinstance(reference, str) else None
    return {"registry": UNKNOWN, "repository": UNKNOWN} if parsed is None else dict(parsed)


def _of_workload(_: dict[str, Any]) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(("group", "version", "kind", "namespace", "name"), "")
    return {**empty, "labels": {}, "annotations": {}, "pods": 1}


_Defaults = Callable[[dict[str, Any]], dict[str, Any]]

_KEYS: Final = frozenset(Intent.__annotations__)
_PARTS: Final[dict[str, tuple[frozenset[str], _Defaults]]] = {
    "principal": (frozenset(Principal.__annotations__), lambda _: dict(unknown_principal())),
    "agent": (frozenset(Agent.__annotations__), _of_agent),
    "run": (frozenset(Run.__annotations__), _no_defaults),
    "attribution": (frozenset(Attribution.__annotations__), _no_defaults),
    "operation": (frozenset(Operation.__annotations__), lambda _: {"properties": {}}),
    "data": (frozenset(Data.__annotations__), lambda _: {"classifications": []}),
    "usage": (frozenset(Usage.__annotations__), _no_defaults),
    "workload": (frozenset(Workload.__annotations__), _of_workload),
}
_ITEMS: Final[dict[str, tuple[frozenset[str], _Defaults]]] = {
    "models": (frozenset(Model.__annotations__), _of_model),
    "accelerators": (frozenset(Accelerator.__annotations__), _of_accelerator),
    "tools": (frozenset(Tool.__annotations__), _of_tool),
    "resources": (frozenset(Resource.__annotations__), _of_resource),
    "images": (frozenset(Image.__annotations__), _of_image),
    "unresolved": (frozenset(Unresolved.__annotations__), _no_defaults),
}


_CALLED: Final[dict[str, str]] = {
    Action.MODEL_CHAT: "models",
    Action.MODEL_EMBED: "models",
    Action.TOOL_CALL: "tools",
    Action.RESOURCE_ACCESS: "resources",
}
"""What each action calls or accesses."""

_NAMING: Final = {"resources": "id"}
"""What items are called by, where that is not their `name`."""


def from_stated(stated: dict[str, Any]) -> Intent:
    """The Intent that `stated` says, whole. Raises RequestError for unknown keys and wrong types."""
    check_bounds(stated, _ROOT)
    given = {key: value for key, value in as_mapping(stated, _ROOT).items() if value is not None}
    refuse_unknown_keys(given, _KEYS, _ROOT)
    action = required_text(given, "action", _ROOT)
    if action not in _ACTIONS:
        where = member(_ROOT, "action")
        raise RequestError(f"`{where}`: no such action: {suggestion(action, _ACTIONS)}", path=json_path(where))
    intent: dict[str, Any] = {**blank_intent(Action(action), UNKNOWN, unknown_principal(), {}), **given}
    for key in filter(given.__contains__, _PARTS):
        intent[key] = _part(given, key)
    for key in filter(given.__contains__, _ITEMS):
        intent[key] = _items(given, key)
    called = _CALLED.get(action)
    if called is not None and not intent[called]:
        # Nobody calls nothing, and a closed layer sees only what is there.
        _, defaults = _ITEMS[called]
        intent[called] = [{**defaults({}), _NAMING.get(called, "name"): UNKNOWN, "source": _ROOT}]
    return _checked(intent)


def _part(given: dict[str, Any], key: str) -> dict[str, Any]:
    known, defaults = _PARTS[key]
    part = mapping(given, key, _ROOT)
    path = member(_ROOT, key)
    refuse_unknown_keys(part, known, path)
    whole = {**defaults(part), **part}
    if key == "agent" and whole["digest"] != defaults(part)["digest"]:
        refuse(member(path, "digest"), "the digest of the agent's other keys; leave it out to have it computed")
    return whole


def _items(given: dict[str, Any], key: str) -> list[dict[str, Any]]:
    known, defaults = _ITEMS[key]
    here = member(_ROOT, key)
    whole = []
    for index, item in enumerate(mappings(given, key, _ROOT)):
        path = element(here, index)
        refuse_unknown_keys(item, known, path)
        naming = _NAMING.get(key, "name")
        if item.get(naming) == "":
            refuse(member(path, naming), "a string that is not empty")
        source = {"source": path} if "source" in known else {}
        whole.append({**defaults(item), **source, **item})
    return whole


def _checked(intent: dict[str, Any]) -> Intent:
    try:
        return checked(msgspec.convert(intent, Intent))
    except msgspec.ValidationError as error:
        fault, _, where = str(error).rstrip("`").partition(" - at `$")
        path = f"{_ROOT}{where}"
        raise RequestError(f"`{path}`: {_in_json_words(fault)}", path=json_path(path)) from None


_JSON_WORDS: Final = {
    "Expected": "must be",
    "Object missing required field": "lacks the key",
    "`str`": "a string",
    "`int`": "an integer",
    "`bool`": "true or false",
    "`object`": "an object",
    "`array`": "a list",
    "`float`": "a number",
}


def _in_json_words(fault: str) -> str:
    for word, meaning in _JSON_WORDS.items():
        fault = fault.replace(word, meaning)
    return fault
