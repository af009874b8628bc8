"""The shell around the kernel: mutate, find policies, evaluate them, combine.

One Engine serves one immutable policy set from any number of threads. A new
set is a new Engine, so a decision never sees two.
"""

import logging
from collections.abc import Callable, Mapping
from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import Any, Final, Self

from msgspec import Struct
from msgspec.structs import replace

from interlock import clock
from interlock.engine.ask import ask, attempt
from interlock.engine.charging import Budgets, Drawn
from interlock.engine.check import decide_check
from interlock.engine.consult import activation_of
from interlock.engine.funds import UndecidableError
from interlock.engine.history import runs_of
from interlock.engine.index import Index
from interlock.engine.kubernetes import consulted, heeded, mutated
from interlock.engine.lifting import Lifting
from interlock.engine.mutate import NO_CHANGES, Changes, Mutator
from interlock.engine.naming import named
from interlock.engine.seen import reads_run, reads_seen, seen_by
from interlock.engine.uses import CountedWaivers, UsesLeft
from interlock.foreign.cluster import UnansweredError
from interlock.foreign.merging.kinds import Structures
from interlock.foreign.requests import KubernetesRequest
from interlock.identity import AccountName, RunId
from interlock.intents.check import CheckRequest
from interlock.intents.context import ExtractionContext
from interlock.intents.estimates import cost_of
from interlock.kernel.budgets import affordable
from interlock.kernel.combine import combine, demands, failed
from interlock.kernel.evidence import Evidence
from interlock.kernel.obligations import enforceable
from interlock.ledger.waivers.memory import MemoryUses
from interlock.ledger.waivers.uses import Claim, Uses
from interlock.loading.policyset import PolicySet, load
from interlock.model.area import items
from interlock.model.balances import Balances, Standing
from interlock.model.decision import Decision, Demand
from interlock.model.intent import Intent
from interlock.model.policy import ENFORCE
from interlock.model.seen import NOTHING_SEEN, Seen
from interlock.prices import published as prices
from interlock.units import Instant

_UNTOUCHED: Final = Standing()

_log = logging.getLogger("interlock")


class Found(Struct, frozen=True):
    """What is left of whatever is used up: uses of waivers, how accounts stand, and what runs did."""

    uses_left: UsesLeft
    accounts: Mapping[AccountName, Standing] = {}
    runs: Mapping[RunId, str] = {}


class Engine:
    """Decides checks and Intents by one policy set.

    `uses` counts how often waivers are used, in memory unless told otherwise.
    Raises OperatorError where it can't.
    """

    def __init__(self, policies: PolicySet, uses: Uses | None = None) -> None:
        self.policies = policies
        enforced = [each for each in policies.compiled if each.policy.enforcement is ENFORCE]
        unenforced = [each for each in policies.compiled if each.policy.enforcement is not ENFORCE]
        self._enforced = Index.of(policies, enforced)
        self._unenforced = Index.of(policies, unenforced)
        for compiled in unenforced:
            compiled.prepare()  # they have little time to answer, and none to get ready
        self._mutator = Mutator.of(enforced, policies.layers)
        self.mutates_by_seen = self._mutator.reads_seen
        """Whether what policies change depends on how accounts stand, or on what runs did."""
        self._closed = sorted({area for _, area in policies.layers.closures})
        self._demands = lru_cache(maxsize=256)(self._demanded)
        self._budgets = Budgets.of(policies.budgets)
        self.asks_kubernetes = bool(policies.kubernetes.validating or policies.kubernetes.mutating)
        self._structures = Structures(policies.schemas.custom)
        self.watches_runs = any(reads_run(compiled) for compiled in policies.compiled)
        self._reads_seen = any(reads_seen(compiled) for compiled in policies.compiled)
        self.counted = CountedWaivers(policies.waivers, MemoryUses() if uses is None else uses)

    @classmethod
    def load(cls, *paths: str | PathLike[str]) -> Self:
        """An engine by all policy documents in `paths`, which are files or folders.

        What providers charge is loaded, too, so that no decision waits for it.

        Raises:
            AuthorError: documents or expressions have problems; all of them.
        """
        prices.load()
        return cls(load(map(Path, paths)))

    def check(self, check: CheckRequest, *, now: Instant | None = None, until: int | None = None) -> Decision:
        """What the check API decides on `check`, now if not `now`, where nothing was spent; it takes nothing.

        Raises:
            RequestError: `check` can't be understood; then nothing is allowed.
        """
        return decide_check(self, check, now=clock.now() if now is None else now, until=until)

    def decide(  # noqa: PLR0913 - what a decision is a function of
        self,
        intent: Intent,
        *,
        now: Instant,
        until: int | None = None,
        balances: Balances | None = None,
        changes: Changes = NO_CHANGES,
        request: KubernetesRequest | None = None,
    ) -> Decision:
        """The decision on `intent` at `now`; it takes nothing.

        `until` is the `time.monotonic_ns()` by which to answer. Past it, and
        where the engine itself fails, the decision is a denial with
        `failure` set: nothing that goes wrong here can allow. `balances` are
        what a decision found that is made again; without them nothing was spent
        of any account. `changes` made the object of the Intent what it is.
        `request` is what Kubernetes' policies are asked about; without it they
        say nothing.

        Raises:
            UnansweredError: the authorizer has to be asked first.
        """

        def decided() -> Decision:
            drawn = self.drawn(intent, now=now, until=until)
            found = self._found(now, balances)
            return self.decided(intent, changes, drawn, found, now=now, until=until, request=request)

        return self.sure(decided, now)

    def context_at(self, now: Instant) -> ExtractionContext:
        """What extractors know at `now`."""
        return ExtractionContext(self.policies.catalog, self.policies.labels, now)

    def cost_of(self, intent: Intent, written: int, now: Instant) -> int | None:
        """What `intent` costs at most, in micro-USD, if it writes so many tokens; None where nobody knows."""
        read = intent["usage"].get("inputTokens", 0)
        return cost_of(intent["models"], read, written, self.context_at(now))

    def seen(self, intent: Intent, balances: Balances, *, now: Instant, until: int | None = None) -> Seen:
        """What policies see of accounts and runs in a decision on `intent` that finds `balances`.

        Raises:
            UndecidableError: time ran out.
        """
        charges = self.drawn(intent, now=now, until=until).charges(balances.accounts)
        return seen_by(intent, charges, balances.runs, now)

    def mutate(
        self,
        document: dict[str, Any],
        extract: Callable[[dict[str, Any]], Intent],
        *,
        until: int | None = None,
        seen: Seen = NOTHING_SEEN,
    ) -> tuple[Intent, Changes]:
        """The Intent of `document` with what policies change in it where that is `seen`, and those changes.

        `extract` reads the Intent of a document. What is to be decided is the
        changed document, so what is validated is what is returned.

        Raises:
            RequestError: `extract` can't read the document.
        """
        return self._mutator.changed(document, extract, until, seen)

    def mutated(self, request: KubernetesRequest, *, until: int | None = None) -> KubernetesRequest:
        """`request` as Kubernetes' mutating policies leave it, which the API server asks before it asks us.

        Raises:
            UnansweredError: the authorizer has to be asked first.
        """
        if not self.policies.kubernetes.mutating:
            return request
        return mutated(self.policies.kubernetes, self._structures, request, until)

    def drawn(self, intent: Intent, *, now: Instant, until: int | None) -> Drawn:
        """What `intent` draws on accounts.

        Raises:
            UndecidableError: time ran out.
        """
        return self._budgets.drawn(intent, now, until)

    def decided(  # noqa: PLR0913 - what a decision is a function of
        self,
        intent: Intent,
        changes: Changes,
        drawn: Drawn,
        found: Found,
        *,
        now: Instant,
        until: int | None,
        request: KubernetesRequest | None,
    ) -> Decision:
        """The decision on `intent`, which draws what is `drawn`, where that is `found`.

        Raises:
            UndecidableError: there is none.
            UnansweredError: the authorizer has to be asked first.
        """
        if changes.failure:
            raise UndecidableError(changes.failure)
        policies = self.policies
        charges = drawn.charges(found.accounts)
        seen = seen_by(intent, charges, found.runs, now) if self._reads_seen else NOTHING_SEEN
        activation = activation_of(intent, now, seen)
        activation.until = until
        lifting = Lifting(policies, now, found.uses_left)
        action, kind = intent["action"], intent["kind"]
        said = ask(self._enforced.candidates(action, kind), intent, activation, lifting)
        evidence, untried = Evidence.of(said, changes.conflicts), ""
        if unenforced := self._unenforced.candidates(action, kind):
            announced, untried = attempt(unenforced, intent, activation, lifting)
            evidence = evidence.join(Evidence.of(announced))
        decision = combine(
            evidence,
            self._demands(*[len(items(area, intent)) for area in self._closed]),
            policies.layers,
            policy_set=policies.digest,
            now=now,
        )
        uses = lifting.uses_left.found
        if changes.patches or untried or uses:
            decision = replace(decision, patches=changes.patches, untried=untried, uses=uses)
        if decision.missing:
            decision = replace(decision, missing=named(decision.missing, intent))
        decision = enforceable(decision, intent.get("discharges", ()))
        if charges or "run" in intent:
            accounts = {name: standing for name, standing in found.accounts.items() if standing != _UNTOUCHED}
            runs = {run: found.runs[run] for run in runs_of(intent) if found.runs.get(run)}
            decision = replace(decision, found=Balances(accounts=accounts, runs=runs))
        if request is not None and self.asks_kubernetes:
            asked = request if changes.object is None else request.of(changes.object)
            decision = heeded(decision, consulted(policies.kubernetes, asked, until))
        return affordable(decision, charges, drawn.uncharged)

    def _found(self, now: Instant, balances: Balances | None) -> Found:
        if balances is None:
            return Found(self.counted.uses_left(Claim(now)))
        return Found(self.counted.recorded(balances.uses), balances.accounts, balances.runs)

    def sure(self, decide: Callable[[], Decision], now: Instant) -> Decision:
        """What `decide` gives, or a denial that says why it gives nothing.

        Raises:
            UnansweredError: `decide` does.
        """
        digest = self.policies.digest
        try:
            return decide()
        except UnansweredError:
            raise
        except UndecidableError as error:
            return failed(str(error), policy_set=digest, now=now)
        except Exception as error:  # noqa: BLE001  # closed by default: whatever broke, it is a denial
            _log.exception("a decision failed")
            return failed(f"internal error: {type(error).__name__}", policy_set=digest, now=now)

    def _demanded(self, *counts: int) -> tuple[Demand, ...]:
        """What closed layers demand of an Intent with so many items in each closed area."""
        return demands(self.policies.layers, dict(zip(self._closed, counts, strict=True)))
