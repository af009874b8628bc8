"""The composition of policies, written a second time from the design alone.

It is written to be obviously right and not to be fast, and it knows nothing of
how the kernel does it: layer by layer, each question in the words of the design.
It is of decisions whose limits and obligations don't conflict; those have models of their own.
"""

from collections.abc import Iterable, Mapping

from interlock.model.area import Area, path
from interlock.model.layers import Layer, Layers
from interlock.model.policy import Effect, Enforcement
from interlock.model.verdict import Outcome, Verdict


def is_allowed(verdicts: Iterable[Verdict], layers: Layers, counts: Mapping[Area, int]) -> bool:
    """A request is allowed only if every layer allows it; `counts` says how many items it has in each area."""
    said = [verdict for verdict in verdicts if verdict.rule.enforcement == Enforcement.ENFORCE]
    return all(_allows(layer, said, counts) for layer in layers.order)


def _allows(layer: Layer, said: Iterable[Verdict], counts: Mapping[Area, int]) -> bool:
    own = [verdict for verdict in said if verdict.rule.layer == layer.name]
    if any(_denies(verdict) for verdict in own):
        return False
    for area in layer.closed:
        for number in range(counts.get(area, 0)):
            if not any(_permits(verdict, area, path(area, number)) for verdict in own):
                return False
    return True


def _denies(verdict: Verdict) -> bool:
    if verdict.outcome == Outcome.ERRORED and verdict.rule.effect == Effect.PERMIT:
        return verdict.rule.obligations != ()
    if verdict.outcome == Outcome.ERRORED:
        return not verdict.ignored
    return verdict.outcome == Outcome.VIOLATED and verdict.waiver is None


def _permits(verdict: Verdict, area: Area, item: str) -> bool:
    return verdict.outcome == Outcome.PERMITTED and verdict.rule.area == area and verdict.item == item
