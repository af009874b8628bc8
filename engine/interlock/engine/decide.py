"""The shell around the kernel: find policies, evaluate them, combine.

One Engine serves one immutable policy set from any number of threads. A new
set is a new Engine, so a decision never sees two.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from interlock.cel.program import Activation
from interlock.cel.values import Timestamp
from interlock.engine.index import Index
from interlock.engine.judge import judge, outcome
from interlock.intents.context import ExtractionContext
from interlock.kernel.combine import combine, demands, failed
from interlock.kernel.evidence import Evidence
from interlock.kernel.waivers import lift
from interlock.loading.compile import CompiledPolicy
from interlock.loading.policyset import PolicySet
from interlock.model.area import Area, items, path
from interlock.model.decision import Decision
from interlock.model.intent import Intent
from interlock.model.verdict import Verdict
from interlock.model.waiver import Waiver
from interlock.units import Instant


class DeadlineError(Exception):
    """The time that the caller gave ran out."""


class Engine:
    """Decides Intents by one policy set."""

    def __init__(self, policies: PolicySet) -> None:
        self.policies = policies
        self.context = ExtractionContext(policies.catalog, policies.labels)
        self._index = Index.of(policies.compiled)

    def decide(self, intent: Intent, *, now: Instant, until: int | None = None) -> Decision:
        """The decision on `intent` at `now`.

        `until` is the `time.monotonic_ns()` by which to answer. Past it, and
        where the engine itself fails, the decision is a denial with
        `failure` set: nothing that goes wrong here can allow.
        """
        policy_set = self.policies.digest
        try:
            activation = {"intent": intent, "now": Timestamp(now * 1_000_000)}
            found = [(area, items(area, intent)) for area in Area]
            verdicts = [
                self._lifted(verdict, activation, now)
                for verdict in self._verdicts(intent, found, activation, until)
            ]
            return combine(
                Evidence.of(verdicts),
                demands(self.policies.layers, {area: len(members) for area, members in found}),
                self.policies.layers,
                policy_set=policy_set,
                now=now,
            )
        except DeadlineError:
            return failed("the decision ran out of time", policy_set=policy_set, now=now)
        except Exception as error:  # noqa: BLE001  # closed by default: whatever broke, it is a denial
            return failed(f"internal error: {type(error).__name__}", policy_set=policy_set, now=now)

    def _verdicts(
        self,
        intent: Intent,
        found: Sequence[tuple[Area, Sequence[Any]]],
        values: Mapping[str, Any],
        until: int | None,
    ) -> Iterator[Verdict]:
        candidates = self._index.candidates(intent["action"], intent["kind"])
        for area, members in found:
            policies = candidates.get(area, ())
            if not policies:
                continue
            for number, member in enumerate(members):
                item = path(area, number)
                shared = Activation({**values, area.variable: member})
                for compiled in policies:
                    if until is not None and time.monotonic_ns() > until:
                        raise DeadlineError
                    yield from judge(compiled, _own(compiled, shared), item)

    def _lifted(self, verdict: Verdict, values: Mapping[str, Any], now: Instant) -> Verdict:
        return lift(
            verdict,
            self.policies.waivers,
            self.policies.layers,
            now=now,
            covers=partial(self._covers, Activation(values)),
        )

    def _covers(self, activation: Activation, waiver: Waiver) -> bool:
        """Whether the waiver's scope is true; an error is not."""
        return outcome(self.policies.scopes[waiver.name], activation) is True


def _own(compiled: CompiledPolicy, shared: Activation) -> Activation:
    """The activation of one policy: variables are its own, everything else is shared."""
    return Activation(shared, compiled.variables) if compiled.variables else shared
