"""Of whom a client may speak: judged on the Intent, whichever protocol it came by. Pure.

What a scope does not name may not be stated. What it names has to be stated,
unless everything is named: whoever could leave its team out would go past all
that holds for the team.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from interlock.intents.paths import member
from interlock.model.intent import UNKNOWN, Intent
from interlock_webhooks.clients.globs import EVERYTHING, NOTHING, Globs
from interlock_webhooks.clients.refusals import out_of_scope
from interlock_webhooks.refusal import RefusedError
from interlock_webhooks.text import listed, quoted

DIMENSIONS: Final = ("organization", "team", "project", "useCase", "environment", "costCenter")
"""The keys of an attribution."""

_SHOWN: Final = 300
_CATALOG: Final = "catalog."

_Statement = tuple[str, str, Globs]


class Scope(Struct, frozen=True, kw_only=True):
    """The principals, agents and attributions that may be stated.

    Of a principal `ids` and `types`, and the `groups` and names of `claims` that
    it may be said to have. A dimension that `attribution` lacks may not be stated.
    """

    ids: Globs = NOTHING
    types: Globs = EVERYTHING
    groups: Globs = NOTHING
    claims: Globs = NOTHING
    agents: Globs = NOTHING
    attribution: Mapping[str, Globs] = {}


UNLIMITED: Final = Scope(
    ids=EVERYTHING,
    groups=EVERYTHING,
    claims=EVERYTHING,
    agents=EVERYTHING,
    attribution=dict.fromkeys(DIMENSIONS, EVERYTHING),
)
"""That of who may speak of everybody."""


def check_scope(scope: Scope, intent: Intent, sources: Mapping[str, str], name: str) -> None:
    """Raise RefusedError, a 403, unless all that `intent` states of its caller is in the `scope` of `name`.

    `sources` says where facts came from, as far as that is not stated itself:
    what the Catalog knows of a principal, no client has said.
    """
    if scope is UNLIMITED:
        return
    for path, stated, may in _facts(scope, intent):
        if stated:
            if not may.mean(stated):
                raise _refused(sources, path, f"client {quoted(name)} may not speak of {quoted(stated)}", may)
        elif may.patterns and not may.is_everything:
            raise _refused(sources, path, f"client {quoted(name)} has to state it", may)
    for path, stated, may in _attributes(scope, intent, sources):
        if not may.mean(stated):
            raise _refused(sources, path, f"client {quoted(name)} may not speak of {quoted(stated)}", may)


def sees(scope: Scope, organization: str | None) -> bool:
    """Whether accounts of `organization` may be seen: an empty one has those of none, None is all of them."""
    globs = scope.attribution.get("organization", NOTHING)
    if organization is None:
        return globs.is_everything
    return globs.mean(organization) or not (organization or globs.patterns)


def _facts(scope: Scope, intent: Intent) -> Iterator[_Statement]:
    """What is stated once, empty where it is not, and what may be."""
    principal, attribution = intent["principal"], intent["attribution"]
    yield "principal.id", _known(principal["id"]), scope.ids
    if _known(principal["id"]) or _known(principal["type"]):
        yield "principal.type", _known(principal["type"]), scope.types
    yield "agent.name", intent["agent"]["name"] if "agent" in intent else "", scope.agents
    for dimension in DIMENSIONS:
        stated = str(attribution.get(dimension, ""))
        yield f"attribution.{dimension}", stated, scope.attribution.get(dimension, NOTHING)


def _attributes(scope: Scope, intent: Intent, sources: Mapping[str, str]) -> Iterator[_Statement]:
    """What a client says that a principal has, and may say."""
    for claim in intent["principal"]["claims"]:
        if not _is_ours(sources, claim):
            yield "principal.claims", claim, scope.claims
    # The groups of an access are a claim, too.
    if not _is_ours(sources, "groups"):
        for group in intent["principal"]["groups"]:
            yield "principal.groups", group, scope.groups


def _is_ours(sources: Mapping[str, str], claim: str) -> bool:
    """Whether the Catalog knows `claim`."""
    return sources.get(member("principal.claims", claim), "").startswith(_CATALOG)


def _known(text: str) -> str:
    return "" if text == UNKNOWN else text


def _refused(sources: Mapping[str, str], path: str, why: str, may: Globs) -> RefusedError:
    place = sources.get(path, path)
    granted = [f"`{pattern}`" for pattern in may.patterns]
    remedy = f"send {listed(granted, ' or ', _SHOWN)}" if granted else "leave it out"
    return out_of_scope(f"{place}: {why}: {remedy}, or have the client's scope widened")
