"""Whoever calls LiteLLM's proxy, in the words of the check API. Pure.

Source: `StandardLoggingUserAPIKeyMetadata` of litellm/types/utils.py. What the
proxy has authenticated is the key; whose that is, it has looked up. Nothing here
is the client's own word, but for the end user, and that is a claim.
"""

from collections.abc import Mapping
from typing import Any, Final

from interlock.intents.caller import Caller

_PREFIX: Final = "user_api_key_"
_CLAIMS: Final = {
    "keyHash": "hash",
    "keyAlias": "alias",
    "email": "user_email",
    "endUser": "end_user_id",
    "teamId": "team_id",
}
_ATTRIBUTION: Final = {
    "organization": ("org_alias", "org_id"),
    "team": ("team_alias", "team_id"),
    "project": ("project_alias", "project_id"),
}


def caller_of(key: Mapping[str, Any], *, run: object = None, agent: object = None) -> Caller:
    """The caller who holds the `key` with such `user_api_key_` facts, in the trace `run`, as `agent`.

    It is the user of the key, or the key itself, by its alias or else its hash,
    where it is nobody's.
    """
    facts = {name: value for name in key if (value := _text(key[name]))}
    user = facts.get(f"{_PREFIX}user_id")
    name = user or facts.get(f"{_PREFIX}alias") or facts.get(f"{_PREFIX}hash")
    caller: Caller = {}
    if name:
        claims = {claim: facts[_PREFIX + of] for claim, of in _CLAIMS.items() if _PREFIX + of in facts}
        caller["principal"] = {"id": name, "type": "user" if user else "serviceAccount", "claims": claims}
    attribution = {
        dimension: next(facts[_PREFIX + of] for of in sources if _PREFIX + of in facts)
        for dimension, sources in _ATTRIBUTION.items()
        if any(_PREFIX + of in facts for of in sources)
    }
    if attribution:
        caller["attribution"] = attribution  # type: ignore[typeddict-item]  # the keys are its own
    if _text(run):
        caller["run"] = {"id": str(run)}
    if _text(agent):
        caller["agent"] = {"name": str(agent)}
    return caller


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
