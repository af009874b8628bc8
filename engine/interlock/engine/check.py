"""The decision on a check request, as the check API decides it. Knows no ledger, and no terms of a check."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from interlock.engine.mutate import NO_CHANGES
from interlock.engine.possible import answered
from interlock.foreign.known import UNKNOWN
from interlock.foreign.looking import Looking
from interlock.foreign.requests import KubernetesRequest, stated
from interlock.intents.check import CheckRequest, changeable_call, from_check
from interlock.model.decision import Decision
from interlock.model.intent import Intent
from interlock.units import Instant

if TYPE_CHECKING:
    from interlock.engine.decide import Engine


def decide_check(engine: "Engine", check: Mapping[str, Any], *, now: Instant, until: int | None) -> Decision:
    """What `engine` decides on `check`, with what policies change in it where the caller passes that on.

    Raises:
        RequestError: it can't be understood.
    """
    context = engine.context_at(now)
    found = changeable_call(check) if isinstance(check, dict) else None
    if found is None:
        intent, changes = from_check(cast("CheckRequest", check), context), NO_CHANGES
    else:
        body, embed = found

        def read(changed: dict[str, Any]) -> Intent:
            return from_check(cast("CheckRequest", embed(changed)), context)

        intent, changes = engine.mutate(body, read, until=until)
    attributes = stated(check) if engine.asks_kubernetes else None
    request = None if attributes is None else KubernetesRequest(attributes, Looking(UNKNOWN))
    decision = engine.decide(intent, now=now, until=until, changes=changes, request=request)
    return answered(engine.policies, check, intent, decision)
