"""Limits for tests: what they say, policies that have them, and requests that they bound."""

from collections.abc import Iterable
from typing import Any, Final

from msgspec.structs import replace

from interlock.identity import PolicyName, RuleName
from interlock.kernel.limits import outside
from interlock.model.area import Area
from interlock.model.intent import Intent
from interlock.model.limit import Bound, Bounds
from interlock.model.policy import Effect
from interlock.model.verdict import Outcome, Verdict
from support.documents import waiver
from support.rules import RULE

OPEN: Final = """\
apiVersion: interlock.dev/v1alpha1
kind: PolicySet
metadata: {name: open}
spec:
  layers: [{name: organization}, {name: team, mayIgnoreErrors: true}]
"""
"""Two layers, closed for nothing."""


def kept(policy: str, bounds: Bounds, of: str = "tokens", item: str = "intent") -> Verdict:
    """A limit of `policy` that is kept, or bounds nothing that is there."""
    rule = replace(
        RULE, policy=PolicyName(policy), rule=RuleName("limit"), area=Area.INTENT, effect=Effect.LIMIT
    )
    return Verdict(rule=rule, outcome=Outcome.SATISFIED, item=item, bound=Bound(of, bounds))


def is_within(bounds: Bounds, value: int | str) -> bool:
    """Whether `bounds` leave `value`."""
    return not outside(bounds, value)


def limits(name: str, *written: str, layer: str = "organization", spec: str = "") -> str:
    """A policy document with these limits, the first called `l0`."""
    listed = "".join(f"    - {{name: l{number}, {text}}}\n" for number, text in enumerate(written))
    return (
        f"apiVersion: interlock.dev/v1alpha1\nkind: IntentPolicy\nmetadata: {{name: {name}}}\nspec:\n"
        f"  layer: {layer}\n  description: under test\n{spec}  limits:\n{listed}"
    )


def waiver_of(policy: str, rule: str, digest: str) -> str:
    """A waiver of a limit, for chat requests in January 2026."""
    return waiver(digest=digest).replace("gpu-quota", policy).replace("at-most-eight", rule)


def intent(tokens: int | None = None, models: Iterable[str] = (), **more: Any) -> Intent:
    """A chat request of so many output tokens to these models."""
    made: Any = {
        "action": "model.chat",
        "kind": "ChatCompletion",
        "principal": {"id": "ana", "type": "user", "groups": [], "claims": {}},
        "attribution": {},
        "models": [{"name": name, "class": "small"} for name in models],
        "accelerators": [],
        "tools": [],
        "resources": [],
        "context": {},
        "data": {"classifications": []},
        "usage": {} if tokens is None else {"outputTokens": tokens},
        "images": [],
        "unresolved": [],
        "provenance": {},
        "object": {},
        **more,
    }
    plain: Intent = made
    return plain
