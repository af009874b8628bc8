"""Which of the devices that the Catalog knows a request of a claim may be allocated.

The class and all selectors of a request hold together. Where they can't be evaluated, or
nothing that is known satisfies them, what is allocated is unknown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from interlock.cel.libraries.kubernetes import amounts
from interlock.cel.values import EvaluationError, LimitExceeded
from interlock.devices.inventory import Inventory, combined
from interlock.devices.selector import MOST, Selected
from interlock.intents.draft import few
from interlock.intents.fields import mapping, mappings, text, texts
from interlock.intents.paths import element, member, members, quoted
from interlock.intents.products import entry_of, mig_memory
from interlock.intents.resources import of_device_class
from interlock.model.catalog import Catalog
from interlock.model.intent import MAX_INT64, UNKNOWN, Accelerator

_MOST_SELECTORS: Final = 32
"""What the API server takes in one request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """So many devices of one of `positions`, or of unknown ones where there are none.

    `name` is that of the request, and `form` that of one of its alternatives; both may be empty.
    """

    name: str
    form: str
    resource: str
    count: int
    path: str
    is_shared: bool
    positions: frozenset[int]


@dataclass(frozen=True, slots=True)
class Allocated:
    """The known devices that may be allocated, or none where nobody knows which, and `notes` that say why."""

    positions: frozenset[int]
    notes: tuple[tuple[str, str], ...] = ()


class Allocations:
    """What the requests of one object may be allocated; all of them together have a bounded cost."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self._left = MOST

    def of(self, body: dict[str, Any], path: str, class_name: str) -> Allocated:
        """What may be allocated to the request `body`, or of a class, which is of none itself."""
        selectors = few(list(_selectors(body, path)), "selectors in a request", _MOST_SELECTORS)
        of_class = self.inventory.of_class(class_name)
        answers = [] if of_class is None else [self._paid(of_class)]
        for where, expression in selectors:
            if self._left <= 0:
                return Allocated(frozenset(), ((where, "the selectors cost too much to be evaluated"),))
            answers.append(self._paid(self.inventory.selected(expression)))
            if answers[-1].fault:
                return Allocated(frozenset(), ((where, answers[-1].fault),))
        found = combined(answers, len(self.inventory.devices))
        if of_class is None and len(found.positions) == len(self.inventory.devices):
            reason = f"nobody knows which devices are of class {quoted(class_name)}"
            return Allocated(frozenset(), ((path, reason),) if class_name else ())
        positions = found.positions & self._large_enough(body, path)
        if not positions:
            return Allocated(frozenset(), ((path, "no device that the Catalog knows is selected"),))
        return Allocated(positions)

    def _paid(self, answer: Selected) -> Selected:
        self._left -= answer.cost
        return answer

    def _large_enough(self, body: dict[str, Any], path: str) -> frozenset[int]:
        """The devices that may have the capacity that a request asks for a part of."""
        found = frozenset(range(len(self.inventory.devices)))
        asked = mapping(mapping(body, "capacity", path), "requests", member(path, "capacity"))
        for name in few(asked, "capacities in a request", _MOST_SELECTORS):
            written = text(asked, name, members(path, "capacity", "requests"))
            try:
                found &= self.inventory.with_capacity(name, amounts.parse(written or ""))
            except (EvaluationError, LimitExceeded):
                # The API server refuses what is no quantity: nothing is allocated for it.
                continue
        return found


def _selectors(body: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """The expressions of a request, in the forms of the API and of the NIM operator, each with its path."""
    here = member(path, "selectors")
    for index, selector in enumerate(mappings(body, "selectors", path)):
        at = member(element(here, index), "cel")
        cel = mapping(selector, "cel", element(here, index))
        yield member(at, "expression"), text(cel, "expression", at) or ""
    here = member(path, "celExpressions")
    for index, expression in enumerate(texts(body, "celExpressions", path)):
        yield element(here, index), expression


def accelerator_of(asked: Asked, pods: int, inventory: Inventory, catalog: Catalog) -> Accelerator:
    """What `asked` asks for, for each of `pods`: one class, or alternatives that all have to be allowed."""
    devices = [inventory.devices[position] for position in sorted(asked.positions)]
    entries = {product: entry_of(product, catalog) for product in {each.product for each in devices}}
    classes = sorted({entry.class_name if entry else UNKNOWN for entry in entries.values()})
    class_of = of_device_class(asked.resource.rpartition("/")[2].lower())
    vendors = {entry.vendor if entry else UNKNOWN for entry in entries.values()}
    accelerator: Accelerator = {
        "vendor": _only(vendors) if vendors else class_of.vendor if class_of else UNKNOWN,
        "resource": asked.resource,
        "class": _only(set(classes)),
        "product": _only(set(entries)),
        "count": asked.count,
        "pods": pods,
        "total": min(asked.count * pods, MAX_INT64),
        "shared": asked.is_shared,
        "allocation": "claim",
        "alternatives": classes if len(classes) > 1 else [],
        "source": asked.path,
    }
    profiles = {device.mig_profile for device in devices}
    if profiles and all(profiles):
        accelerator["migProfile"] = _only(profiles)
        memory = mig_memory(accelerator["migProfile"])
    else:
        sizes = {entry.memory_mib if entry else None for entry in entries.values()}
        memory = sizes.pop() if len(sizes) == 1 and profiles == {""} else None
    if memory is not None:
        accelerator["memoryMib"] = memory
    return accelerator


def _only(words: set[str]) -> str:
    """The one word, or unknown where there are none or several."""
    return next(iter(words)) if len(words) == 1 else UNKNOWN
