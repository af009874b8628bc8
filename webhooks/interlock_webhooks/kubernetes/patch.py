"""What a decision changed in the object of a review, as a JSON Patch. Pure."""

from typing import Any

from interlock.foreign.rewrites import rewritten
from interlock.model.decision import Decision
from interlock_webhooks.jsonpatch import json_patch


def whole_patch(request: dict[str, Any], decision: Decision) -> list[dict[str, Any]]:
    """The operations that put what `decision` changed into the object of `request`.

    What Kubernetes' own policies changed comes first: ours saw what they left.
    """
    rewrites = () if decision.kubernetes is None else decision.kubernetes.rewrites
    operations = [operation for rewrite in rewrites for operation in rewrite.operations]
    if decision.patches:
        operations += json_patch(rewritten(request["object"], rewrites), decision.patches)
    return operations
