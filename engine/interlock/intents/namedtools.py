"""The tools that fields of an object name: those that an agent may use, and those that a server offers."""

from interlock.intents.classes import tool_of
from interlock.intents.draft import few, note
from interlock.intents.kinds.notation import ToolsAt
from interlock.intents.patterns import Pattern, Place
from interlock.intents.scopes import Scope
from interlock.model.catalog import Catalog
from interlock.model.intent import UNKNOWN, Intent


def add_named_tools(intent: Intent, scope: Scope, catalog: Catalog) -> None:
    """Add the tools of the object of `scope`. Where all tools of a server are meant, one unknown."""
    for each in scope.kind.tools:
        for place in few(scope.places(each.at), "places that name tools"):
            _add(intent, each, place, scope.name, catalog)


def _add(intent: Intent, described: ToolsAt, place: Place, owner: str, catalog: Catalog) -> None:
    server = described.of or owner or UNKNOWN
    if described.server is not None:
        server = next(iter(_texts(place, (described.server,))), Place(UNKNOWN, "")).value
    names = _texts(place, described.names)
    for name in names:
        intent["tools"].append(tool_of(server, name.value, name.path, catalog))
    unread = [found for each in described.unread for found in each.loose_places(place.value, place.path)]
    path = unread[0].path if unread else place.path or "."
    if unread or not names:
        reason = "a pattern stands for many tools" if unread else "all tools of the server are meant"
        note(intent, path, reason)
        intent["tools"].append(tool_of(server, UNKNOWN, path, catalog))


def _texts(place: Place, fields: tuple[Pattern, ...]) -> list[Place]:
    found = [found for each in fields for found in each.loose_places(place.value, place.path)]
    return [each for each in found if isinstance(each.value, str) and each.value]
