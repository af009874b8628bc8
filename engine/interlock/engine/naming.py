"""What people call the items of an Intent that a permit is missing for. Pure."""

from collections.abc import Iterable

from msgspec.structs import replace

from interlock.model.area import items, name, path
from interlock.model.decision import Demand
from interlock.model.intent import Intent


def named(missing: Iterable[Demand], intent: Intent) -> tuple[Demand, ...]:
    """`missing` with what people call their items."""
    names = {
        (area, path(area, number)): name(area, member)
        for area in {demand.area for demand in missing}
        for number, member in enumerate(items(area, intent))
    }
    return tuple(replace(demand, name=names[demand.area, demand.item]) for demand in missing)
