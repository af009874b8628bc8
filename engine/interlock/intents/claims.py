"""Devices that a pod gets through dynamic resource allocation.

The pod only names its claims. What a claim allocates, and how many of it, is
in a ResourceClaim or a template of one, so the class is unknown here.
"""

from collections.abc import Iterator
from typing import Any, Final

from interlock.intents.draft import note
from interlock.intents.fields import mapping, mappings, required_text, text
from interlock.intents.paths import element, member, quoted
from interlock.intents.podtemplates import Pods
from interlock.model.intent import UNKNOWN, Intent

CLAIM_RESOURCE: Final = "resource.k8s.io/resourceclaims"
"""The `resource` of an accelerator that a claim allocates."""


def add_claims(intent: Intent, pods: Pods) -> None:
    """Add one accelerator of unknown class for each claim of `pods`, used or only reserved."""
    declared = _declared(pods)
    for path, reason in [*declared.values(), *_undeclared(pods, set(declared))]:
        note(intent, path, reason)
        intent["accelerators"].append(
            {
                "vendor": UNKNOWN,
                "resource": CLAIM_RESOURCE,
                "class": UNKNOWN,
                "product": UNKNOWN,
                "count": 1,
                "pods": pods.count,
                "total": pods.count,
                "shared": False,
                "allocation": "claim",
                "alternatives": [],
                "source": path,
            }
        )


def _declared(pods: Pods) -> dict[str, tuple[str, str]]:
    """The claims of the pod by name: where each stands, and where its content is."""
    here = member(pods.path, "resourceClaims")
    found: dict[str, tuple[str, str]] = {}
    for index, claim in enumerate(mappings(pods.spec, "resourceClaims", pods.path)):
        path = element(here, index)
        found[required_text(claim, "name", path)] = path, _elsewhere(claim, path)
    return found


def _elsewhere(claim: dict[str, Any], path: str) -> str:
    template = text(claim, "resourceClaimTemplateName", path)
    if template is not None:
        return f"what the claim allocates is in the ResourceClaimTemplate {quoted(template)}"
    named = text(claim, "resourceClaimName", path)
    return f"what the claim allocates is in the ResourceClaim {quoted(UNKNOWN if named is None else named)}"


def _undeclared(pods: Pods, declared: set[str]) -> Iterator[tuple[str, str]]:
    """The claims that a container uses and the pod doesn't declare."""
    for container in pods.containers:
        resources = mapping(container.body, "resources", container.path)
        if not resources.get("claims"):
            continue
        path = member(container.path, "resources")
        for index, use in enumerate(mappings(resources, "claims", path)):
            here = element(member(path, "claims"), index)
            if text(use, "name", here) not in declared:
                yield here, "the pod declares no claim of this name"
