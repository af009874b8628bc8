"""What expressions on each area can read."""

from dataclasses import replace
from typing import Final

from interlock.cel.cost.limits import PER_CALL_LIMIT
from interlock.cel.declarations import message_type
from interlock.cel.environment import Environment, Evaluator
from interlock.cel.libraries.available import AVAILABLE
from interlock.cel.types import DYN, TIMESTAMP, CelType, list_of
from interlock.loading.objects import OBJECT
from interlock.loading.types import DECLARATIONS
from interlock.model.area import Area
from interlock.model.intent import Accelerator, Data, Image, Intent, Model, Resource, Tool
from interlock.model.seen import Headroom, History

_RECORDS: Final = {
    Area.TOOLS: Tool,
    Area.RESOURCES: Resource,
    Area.MODELS: Model,
    Area.ACCELERATORS: Accelerator,
    Area.IMAGES: Image,
    Area.DATA: Data,
}
_INTENT: Final = {"intent": message_type(Intent), "now": TIMESTAMP}

SEEN: Final[dict[str, CelType]] = {"budgets": list_of(message_type(Headroom)), "run": message_type(History)}
"""What policies see of accounts and runs."""


def environments(
    evaluator: Evaluator = Evaluator.INTERLOCK, *, limit: int = PER_CALL_LIMIT
) -> dict[Area, Environment]:
    """What expressions on each area can read: `intent`, `now`, `object` and one item of the area.

    An evaluation costs `limit` at most.
    """
    return {area: replace(_environment(area, evaluator), limit=limit) for area in Area}


def _environment(area: Area, evaluator: Evaluator) -> Environment:
    trusted: dict[str, CelType] = {**_INTENT, **SEEN}
    if area in _RECORDS:
        trusted[area.variable] = message_type(_RECORDS[area])
    return Environment(DECLARATIONS, {**trusted, OBJECT: DYN}, trusted, AVAILABLE, evaluator=evaluator)


def unseeing(environment: Environment) -> Environment:
    """`environment` without what is seen of accounts and runs: for expressions that say whose they are."""
    return replace(
        environment,
        variables={name: type_ for name, type_ in environment.variables.items() if name not in SEEN},
        trusted={name: type_ for name, type_ in environment.trusted.items() if name not in SEEN},
    )
