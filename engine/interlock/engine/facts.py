"""Who a hold is for: what its settlement is attributed to in reports."""

from typing import Final

from interlock.model.intent import Intent

_ATTRIBUTION: Final = ("organization", "team", "project", "useCase", "environment", "costCenter")
_LONGEST: Final = 512

FACTS: Final = (
    *_ATTRIBUTION,
    *("principal", "agent", "run", "action", "model", "provider", "group", "kind", "namespace"),
)
"""All that a hold can say of who it is for."""


def facts_of(intent: Intent) -> dict[str, str]:
    """What `intent` says of who acts, for whom, and with what; of several models, the first."""
    found: dict[str, str] = {"action": intent["action"], "principal": intent["principal"]["id"]}
    attribution = intent["attribution"]
    found |= {key: str(attribution[key]) for key in _ATTRIBUTION if key in attribution}
    if "agent" in intent:
        found["agent"] = intent["agent"]["name"]
    if "run" in intent:
        found["run"] = intent["run"]["id"]
    if intent["models"]:
        model = intent["models"][0]
        found |= {"model": model["name"], "provider": model["provider"]}
    if "workload" in intent:
        workload = intent["workload"]
        found |= {"group": workload["group"], "kind": intent["kind"], "namespace": workload["namespace"]}
    # Names come from requests, and every hold keeps them.
    if max(map(len, found.values())) <= _LONGEST:
        return found
    return {key: value[:_LONGEST] for key, value in found.items()}
