"""The shell around the kernel: find policies, evaluate them, combine.

One Engine serves one immutable policy set from any number of threads. A new
set is a new Engine, so a decision never sees two.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from typing import Any

from msgspec.structs import replace

from interlock.cel.activation import Activation
from interlock.cel.cost.guard import LARGEST, extent_of
from interlock.engine.consult import activation_of
from interlock.engine.funds import Funds
from interlock.engine.index import Candidates, Index
from interlock.engine.judge import DeadlineError, judge, outcome
from interlock.intents.context import ExtractionContext
from interlock.kernel.combine import combine, demands, failed
from interlock.kernel.evidence import Evidence
from interlock.kernel.patches import apply, merge
from interlock.kernel.waivers import lift
from interlock.loading.policyset import PolicySet
from interlock.model.area import items, name, path
from interlock.model.decision import Decision, Demand
from interlock.model.intent import Intent
from interlock.model.verdict import Verdict
from interlock.model.waiver import Waiver
from interlock.units import Instant

_log = logging.getLogger("interlock")


class Engine:
    """Decides Intents by one policy set."""

    def __init__(self, policies: PolicySet) -> None:
        self.policies = policies
        self.context = ExtractionContext(policies.catalog, policies.labels)
        self._index = Index.of(policies)
        self._closed = sorted({area for _, area in policies.layers.closures})
        self._demands = lru_cache(maxsize=256)(self._demanded)

    def decide(self, intent: Intent, *, now: Instant, until: int | None = None) -> Decision:
        """The decision on `intent` at `now`.

        `until` is the `time.monotonic_ns()` by which to answer. Past it, and
        where the engine itself fails, the decision is a denial with
        `failure` set: nothing that goes wrong here can allow.
        """
        policies = self.policies
        try:
            decision = combine(
                Evidence.of(self._verdicts(intent, now, until)),
                self._demands(*[len(items(area, intent)) for area in self._closed]),
                policies.layers,
                policy_set=policies.digest,
                now=now,
            )
            return replace(decision, missing=_named(decision.missing, intent)) if decision.missing else decision
        except DeadlineError:
            return failed("the decision ran out of time", policy_set=policies.digest, now=now)
        except Exception as error:  # noqa: BLE001  # closed by default: whatever broke, it is a denial
            _log.exception("a decision failed")
            return failed(f"internal error: {type(error).__name__}", policy_set=policies.digest, now=now)

    def mutate(
        self,
        document: dict[str, Any],
        extract: Callable[[dict[str, Any]], Intent],
        *,
        now: Instant,
        until: int | None = None,
    ) -> Decision:
        """The decision on `document` with the policies' defaults in it; its `patches` say which.

        `extract` reads the Intent of a document. What is decided is the
        patched document, so what is validated is what is returned. Defaults
        that conflict deny, all of them listed.

        Raises:
            RequestError: `extract` can't read the document.
        """
        intent = extract(document)
        patches, conflicts = merge(document, self._index.defaults(intent["action"], intent["kind"]))
        patched = extract(apply(document, patches)) if patches else intent
        decision = self.decide(patched, now=now, until=until)
        allowed = decision.allowed and not conflicts
        return replace(decision, allowed=allowed, patches=patches, conflicts=conflicts)

    def _demanded(self, *counts: int) -> tuple[Demand, ...]:
        """What closed layers demand of an Intent with so many items in each closed area."""
        return demands(self.policies.layers, dict(zip(self._closed, counts, strict=True)))

    def _verdicts(self, intent: Intent, now: Instant, until: int | None) -> list[Verdict]:
        """What every rule that can apply says, waivers considered."""
        activation = activation_of(intent, now)
        activation.until = until
        asked = [
            (candidates, items(candidates.area, intent))
            for candidates in self._index.candidates(intent["action"], intent["kind"])
        ]
        costs = self.policies.costs
        shared = None if _is_affordable(asked, activation, costs.decision) else Funds(costs.decision)
        said: list[Verdict] = []
        for candidates, members in asked:
            for number, member in enumerate(members):
                activation[candidates.variable] = member
                place = path(candidates.area, number)
                said += judge(candidates, activation, place, costs=costs, shared=shared)
        return [self._lifted(verdict, activation, now) for verdict in said] if self.policies.waivers else said

    def _lifted(self, verdict: Verdict, activation: Activation, now: Instant) -> Verdict:
        return lift(
            verdict,
            self.policies.waivers,
            self.policies.layers,
            now=now,
            covers=partial(self._covers, activation),
        )

    def _covers(self, activation: Activation, waiver: Waiver) -> bool:
        """Whether the waiver's scope is true; an error is not."""
        return outcome(self.policies.scopes[waiver.name], activation) is True


def _is_affordable(
    asked: Iterable[tuple[Candidates, Sequence[Any]]], activation: Activation, limit: int
) -> bool:
    """Whether all expressions are sure to cost no more than `limit` together."""
    counted = [(candidates, len(members)) for candidates, members in asked]
    if sum(candidates.cost(LARGEST) * count for candidates, count in counted) <= limit:
        return True
    extent = extent_of(activation.size)
    return sum(candidates.cost(extent) * count for candidates, count in counted) <= limit


def _named(missing: Iterable[Demand], intent: Intent) -> tuple[Demand, ...]:
    """`missing` with what people call their items."""
    names = {
        (area, path(area, number)): name(area, member)
        for area in {demand.area for demand in missing}
        for number, member in enumerate(items(area, intent))
    }
    return tuple(replace(demand, name=names[demand.area, demand.item]) for demand in missing)
