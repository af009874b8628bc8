"""A mapping that a tool declares, and the accesses that a call of it then is.

Source: COAZ framework 1.0, draft 1, "The Mapping" and "Constructing the AuthZEN
Request"; COAZ-MCP binding 1.0, draft 1, "Declared Mappings". The binding lets a
mapping name a subject that no token names; here the subject is whoever calls,
always: a server can't speak for others than those who call it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from interlock.errors import RequestError
from interlock.intents.bounds import check_bounds
from interlock.intents.coaz.template import Template
from interlock.intents.fields import as_mapping, refuse
from interlock.intents.keys import refuse_unknown_keys
from interlock.intents.paths import element, json_path, member
from interlock.model.intent import Principal

DECLARED_BY: Final = "x-authzen-mapping"
"""The member of a tool's `inputSchema` that is its mapping."""

MOST_ACCESSES: Final = 100

_SINGLE: Final = "evaluation"
_SEVERAL: Final = "evaluations"
_PARTS: Final = ("subject", "action", "resource", "context")
_KEYS: Final = frozenset(_PARTS)
_DEFAULT_TYPE: Final = "identity"


def accesses(
    mapping: Mapping[str, Any], params: Mapping[str, Any], principal: Principal
) -> tuple[dict[str, Any], ...]:
    """What a call with `params` of `principal` accesses by the `mapping` of its tool; at least one.

    Expressions read the call's `params`, and as `token` the claims of the
    principal, whose id is `token.sub`. Each access is one that a check takes.

    Raises:
        RequestError: the mapping is malformed, one of its expressions fails, or
            it says that somebody else than the principal acts.
    """
    check_bounds(mapping, DECLARED_BY)
    envelope, body = _opened(mapping)
    path = member(DECLARED_BY, envelope)
    template = Template({"params": params, "token": {**principal["claims"], "sub": principal["id"]}})
    resolved = as_mapping(template.resolved(as_mapping(body, path), path), path)
    if envelope == _SINGLE:
        refuse_unknown_keys(resolved, _KEYS, path)
        return (_acting(resolved, principal, path),)
    return tuple(_acting(each, principal, path) for each in _each(resolved, path))


def _opened(mapping: Mapping[str, Any]) -> tuple[str, Any]:
    """The one envelope of `mapping`, and what is in it."""
    found = [(key, value) for key, value in mapping.items() if key in {_SINGLE, _SEVERAL}]
    if len(mapping) != 1 or not found:
        refuse(DECLARED_BY, f"an object with `{_SINGLE}` or `{_SEVERAL}` and nothing else")
    return found[0]


def _each(body: dict[str, Any], path: str) -> Iterator[dict[str, Any]]:
    """The accesses of several, each with what stands beside them where it doesn't say that itself."""
    refuse_unknown_keys(body, _KEYS | {_SEVERAL}, path)
    entries, inside = body.get(_SEVERAL), member(path, _SEVERAL)
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST_ACCESSES:
        refuse(inside, f"a list of 1 to {MOST_ACCESSES} accesses")
    beside: dict[str, Any] = {part: body[part] for part in _PARTS if part in body}
    for index, entry in enumerate(entries):
        where = element(inside, index)
        if "subject" in as_mapping(entry, where):
            place = member(where, "subject")
            raise RequestError(
                f"`{place}`: one subject acts in all of them: name it beside them", path=json_path(place)
            )
        refuse_unknown_keys(entry, _KEYS, where)
        yield {**beside, **entry}


def _acting(access: dict[str, Any], principal: Principal, path: str) -> dict[str, Any]:
    """`access`, whose subject is `principal`; what else the mapping says of the subject are its own words."""
    where = member(path, "subject")
    subject = {"type": _DEFAULT_TYPE, "id": principal["id"], **as_mapping(access.get("subject", {}), where)}
    if subject["id"] != principal["id"]:
        place = member(where, "id")
        raise RequestError(
            f"`{place}`: it is not who calls the tool: map it to `$token.sub`", path=json_path(place)
        )
    return {**access, "subject": subject}
