"""How often templates of a workflow run at once: as often as all steps that call them.

Calls are followed from those that nobody calls, so each is looked at once. What calls itself,
also through others, runs as often as there are numbers.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from interlock.intents.kinds.notation import Calls
from interlock.intents.loops import turns
from interlock.intents.number import MAX_INT32, Number
from interlock.intents.patterns import Place
from interlock.intents.scopes import Scope

_ITSELF: Final = "the step calls itself, so nothing bounds how often it runs at once"


def times_called(scope: Scope, calls: Calls, beside: Place | None) -> Number:
    """How often the template at `beside` runs at once; at least once, as the workflow may start with it."""
    name = next((place.value for place in scope.places(calls.name, beside)), None)
    if not isinstance(name, str):
        return Number(1)
    found = scope.times.get(calls)
    if found is None:
        found = scope.times[calls] = _times(scope, calls)
    return found.get(name, Number(1))


def _times(scope: Scope, calls: Calls) -> dict[str, Number]:
    """How often each template runs at once, by its name."""
    called = _called(scope, calls)
    left = Counter(name for weights in called.values() for name in weights)
    entries = {place.value for each in calls.entries for place in scope.places(each)}
    parts = {name: [Number(1)] if name in entries or not left[name] else [] for name in called}
    ready = [name for name in called if not left[name]]
    times: dict[str, Number] = {}
    while ready:
        caller = ready.pop()
        times[caller] = _at_least_once(sum_of(parts[caller]))
        for name, weight in called[caller].items():
            if name in parts:
                parts[name].append(product_of([times[caller], weight]))
                left[name] -= 1
                if not left[name]:
                    ready.append(name)
    return {name: times.get(name, Number(MAX_INT32, scope.path, _ITSELF)) for name in called}


def _called(scope: Scope, calls: Calls) -> dict[str, dict[str, Number]]:
    """For each template how often it runs others at once."""
    found: dict[str, dict[str, Number]] = {}
    for template in scope.places(calls.templates):
        name = template.value.get("name") if isinstance(template.value, dict) else None
        if isinstance(name, str):
            weights = found.setdefault(name, {})
            for group in _groups(calls, template):
                for called, weight in group.items():
                    # Groups run one after another, so the one that runs it most counts.
                    known = weights.get(called, Number(0))
                    weights[called] = weight if weight.count > known.count else known
    return found


def _groups(calls: Calls, template: Place) -> Iterator[dict[str, Number]]:
    """For each group of steps that run together how often it runs which template."""
    for group in calls.groups.loose_places(template.value, template.path):
        yield _together(calls, calls.steps.loose_places(group.value, group.path))
    yield _together(calls, calls.together.loose_places(template.value, template.path))


def _together(calls: Calls, steps: Iterable[Place]) -> dict[str, Number]:
    found: dict[str, list[Number]] = {}
    for step in steps:
        name = step.value.get(calls.key) if isinstance(step.value, dict) else None
        if isinstance(name, str):
            found.setdefault(name, []).append(turns(step, calls.loop))
    return {name: sum_of(numbers) for name, numbers in found.items()}


def _at_least_once(number: Number) -> Number:
    return number if number.count else Number(1, number.source, number.note)


def sum_of(numbers: list[Number]) -> Number:
    """The sum, with the first source and note that there are."""
    return _with_words(numbers, min(sum(number.count for number in numbers), MAX_INT32))


def product_of(numbers: list[Number]) -> Number:
    """The product, with the first source and note that there are."""
    count = 1
    for number in numbers:
        count = min(count * number.count, MAX_INT32)
    return _with_words(numbers, count)


def _with_words(numbers: list[Number], count: int) -> Number:
    noted = next((number for number in numbers if number.note), None)
    source = noted.source if noted else next((number.source for number in numbers if number.source), "")
    return Number(count, source, noted.note if noted else "")
