"""The region in which a pod touches data, by the nodes that it can run on.

An annotation can state it where no label does. Where both speak and disagree,
the region is unknown: the pod runs where its nodes are, whatever it states.
"""

from typing import Final

from interlock.intents.draft import note
from interlock.intents.nodes import Condition, Nodes
from interlock.intents.scopes import Scope
from interlock.model.intent import UNKNOWN, Intent

_KEYS: Final = frozenset({"topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"})


def add_region(intent: Intent, nodes: Nodes) -> None:
    """Add the region of `nodes`; unknown where several are open or another one is stated."""
    alternatives = [_of(conditions) for conditions in nodes.alternatives(_KEYS.__contains__)]
    if not all(alternatives):
        return
    regions = {region for condition in alternatives if condition for region in condition.values}
    source = next(condition.source for condition in alternatives if condition)
    data, provenance = intent["data"], intent["provenance"]
    if "region" in data and regions != {data["region"]}:
        note(intent, source, f"the nodes are not those of `{provenance['data.region']}`")
        regions.add(data["region"])
    data["region"] = next(iter(regions)) if len(regions) == 1 else UNKNOWN
    provenance["data.region"] = provenance.get("data.region", source)


def add_named_regions(intent: Intent, scope: Scope) -> None:
    """Add the region that fields of an object name; unknown where they, its pods or it itself disagree."""
    data, provenance = intent["data"], intent["provenance"]
    for place in [place for each in scope.kind.regions for place in scope.places(each)]:
        if not isinstance(place.value, str) or not place.value:
            continue
        if data.get("region", place.value) != place.value:
            note(intent, place.path, f"the region is not that of `{provenance['data.region']}`")
            data["region"] = UNKNOWN
        else:
            data["region"] = place.value
            provenance.setdefault("data.region", place.path)


def _of(conditions: tuple[Condition, ...]) -> Condition | None:
    return next(iter(conditions), None)
