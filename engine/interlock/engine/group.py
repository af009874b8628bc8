"""Requests that go on together or not at all: what they draw, and what is decided of them."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Self

from msgspec import Struct
from msgspec.structs import replace

from interlock.engine.charging import Draw, Drawn
from interlock.engine.clamping import is_clampable, most_tokens
from interlock.engine.decide import Engine, Found
from interlock.engine.facts import facts_of
from interlock.engine.history import IDLE, gone_on, runs_of
from interlock.engine.mutate import NO_CHANGES, Changes
from interlock.engine.possible import possible
from interlock.engine.seen import seen_by
from interlock.errors import RequestError
from interlock.foreign.requests import KubernetesRequest
from interlock.identity import AccountName, BudgetName, HoldId, OrganizationName, RunId
from interlock.ledger.answers import Glance
from interlock.ledger.hold import SECRET, Hold, Line, RunState, RunStep, hold_id
from interlock.ledger.waivers.uses import Claim
from interlock.model.balances import Standing
from interlock.model.charge import Held
from interlock.model.decision import Decision
from interlock.model.intent import Intent
from interlock.model.seen import Seen
from interlock.units import Instant, Milliseconds

HOLD_TIME: Final = Milliseconds(10 * 60 * 1000)
"""How long a hold lasts unless whoever asks says otherwise."""

NOTHING: Final[Mapping[AccountName, Standing]] = {}
_DENIED_TOGETHER: Final = "another request of its group is denied"


class Ask(Struct, frozen=True, kw_only=True):
    """A request that goes on if it is allowed: its Intent, and what policies changed for it.

    `request` is equal JSON where one request is made again, which takes its
    uses of waivers once. `lasts` is how long is held what it draws, and `name`
    what its hold goes by, where somebody has to find it by that. `clamp` gives the
    same request with a lower limit of the tokens that it writes, for what budgets;
    None where whoever asks does not pass that on. `remake` gives it with what
    policies change where that is seen. Of a request of Kubernetes, `kubernetes` is
    what Kubernetes' policies are asked about. `is_without_arguments` says that nobody
    knows the arguments of the tool call yet: only what denies it whatever they are counts.
    """

    intent: Intent
    changes: Changes = NO_CHANGES
    request: Mapping[str, Any] | None = None
    lasts: Milliseconds = HOLD_TIME
    name: bytes | None = None
    clamp: Callable[[int, tuple[BudgetName, ...]], "Ask | None"] | None = None
    remake: Callable[[Seen], "Ask"] | None = None
    kubernetes: KubernetesRequest | None = None
    is_without_arguments: bool = False


class Group(Struct, frozen=True, kw_only=True):
    """Requests of one organization, each with what it draws; `saw` is how accounts stood that they rest on.

    `lines` are what they draw, and `runs` those that policies may want to know of, each once.
    """

    engine: Engine
    members: tuple[tuple[Ask, Drawn, Claim], ...]
    now: Instant
    until: int | None
    saw: Mapping[AccountName, Standing]
    lines: tuple[Line, ...]
    runs: tuple[RunId, ...]

    @classmethod
    def of(
        cls,
        engine: Engine,
        asks: Sequence[Ask],
        now: Instant,
        until: int | None,
        saw: Mapping[AccountName, Standing] = NOTHING,
    ) -> Self:
        """The group of `asks`.

        Raises:
            RequestError: they are of several organizations, whose accounts nobody can hold in one step.
            UndecidableError: time ran out.
        """
        members = tuple(
            [
                (
                    ask,
                    engine.drawn(ask.intent, now=now, until=until),
                    engine.counted.claim(now, ask.request),
                )
                for ask in asks
            ]
        )
        if len(members) > 1 and len({drawn.organization for _, drawn, _ in members}) > 1:
            raise RequestError("the checks of a linked batch must be of one organization", path="$.checks")
        return cls(
            engine=engine,
            members=members,
            now=now,
            until=until,
            saw=saw,
            lines=tuple([draw.line for _, drawn, _ in members for draw in drawn.draws]),
            runs=_runs(asks) if engine.watches_runs else (),
        )

    @property
    def organization(self) -> OrganizationName:
        """Whose accounts they draw on."""
        return self.members[0][1].organization

    @property
    def is_unbooked(self) -> bool:
        """Whether no ledger has anything to do with them: nothing is drawn, nor asked of a run."""
        return not self.lines and not self.runs and not self.engine.mutates_by_seen

    @property
    def draws(self) -> tuple[Draw, ...]:
        """What they draw, each with what it is for."""
        return tuple([draw for _, drawn, _ in self.members for draw in drawn.draws])

    def decided(self, glance: Glance) -> tuple[Decision, ...]:
        """The decision on each, where all stands as in `glance`; one that is denied denies all."""
        # What requests were made by is what they are decided by, so that a replay comes to the same.
        accounts = {**self._accounts(glance), **self.saw}
        states = dict(zip(self.runs, glance.runs, strict=True))
        decisions: list[Decision] = []
        for ask, drawn, claim in self.members:
            if decisions:
                (before, taken, _) = self.members[len(decisions) - 1]
                accounts, states = _after(accounts, taken.lines), self._gone_on(before, states)
            runs = {run: state.text for run, state in states.items()}
            found = Found(self.engine.counted.uses_left(claim), accounts, runs)
            decisions.append(self._decided(ask, drawn, found))
        if len(decisions) == 1 or all(decision.allowed for decision in decisions):
            return tuple(decisions)
        return tuple(_denied_together(each) if each.allowed else each for each in decisions)

    def reserving(self, decisions: Sequence[Decision]) -> tuple[Decision, ...]:
        """`decisions`, each with the hold that it is to have."""
        if not self.lines:
            return tuple(decisions)
        return tuple(
            [
                self._reserving(ask, drawn, decision)
                for (ask, drawn, _), decision in zip(self.members, decisions, strict=True)
            ]
        )

    def holds(self, decisions: Sequence[Decision]) -> tuple[Hold, ...]:
        """The holds that `decisions` are to have."""
        return tuple(
            [
                Hold(
                    id=HoldId(decision.held.id),
                    lines=drawn.lines,
                    expires=decision.held.expires,
                    facts=facts_of(ask.intent),
                )
                for (ask, drawn, _), decision in zip(self.members, decisions, strict=True)
                if decision.held is not None
            ]
        )

    def remade(self, glance: Glance) -> Self | None:
        """The group with what policies change where all stands as in `glance`; None where they don't ask."""
        if not self.engine.mutates_by_seen or not any(ask.remake for ask, _, _ in self.members):
            return None
        accounts = self._accounts(glance)
        runs = {run: state.text for run, state in zip(self.runs, glance.runs, strict=True)}
        asks = [
            ask
            if ask.remake is None
            else ask.remake(seen_by(ask.intent, drawn.charges(accounts), runs, self.now))
            for ask, drawn, _ in self.members
        ]
        return self.of(self.engine, asks, self.now, self.until, accounts)

    def _accounts(self, glance: Glance) -> dict[AccountName, Standing]:
        return dict(zip((line.account for line in self.lines), glance.standings, strict=True))

    def steps(self, glance: Glance) -> tuple[RunStep, ...]:
        """What is remembered of each run once all were allowed."""
        if not self.runs:
            return ()
        first = dict(zip(self.runs, glance.runs, strict=True))
        states = first
        for ask, _, _ in self.members:
            states = self._gone_on(ask, states)
        forgets = Instant(self.now + IDLE)
        return tuple(
            RunStep(run=run, version=first[run].version, text=state.text, forgets=forgets)
            for run, state in states.items()
            if state is not first[run]
        )

    def clamped(self, decisions: Sequence[Decision]) -> Self | None:
        """The group whose request fits because it writes fewer tokens; None where that helps nothing."""
        if len(self.members) != 1 or not is_clampable(decisions[0]):
            return None
        ((ask, _, _),) = self.members
        usage, charges = ask.intent["usage"], decisions[0].charges
        if ask.clamp is None or "outputTokens" not in usage:
            return None
        read, asked = usage.get("inputTokens", 0), usage["outputTokens"]
        most = most_tokens(
            charges, read, asked, lambda tokens: self.engine.cost_of(ask.intent, tokens, self.now)
        )
        budgets = tuple(sorted({charge.budget for charge in charges if charge.denies}))
        lower = ask.clamp(most, budgets) if 0 < most < asked else None
        return None if lower is None else self.of(self.engine, [lower], self.now, self.until, self.saw)

    def rests_on_uses(self, decisions: Sequence[Decision]) -> bool:
        """Whether any of `decisions` takes uses of waivers."""
        return any(self.engine.counted.rests_on(decision) for decision in decisions)

    def taking_uses(self, decisions: Sequence[Decision]) -> tuple[Decision, ...] | None:
        """`decisions` with their uses taken; None where some were gone.

        Raises:
            UndecidableError: uses can't be counted.
        """
        taken = [
            self.engine.counted.taken(decision, claim)
            for (_, _, claim), decision in zip(self.members, decisions, strict=True)
        ]
        return tuple([decision for decision in taken if decision is not None]) if all(taken) else None

    def _gone_on(self, ask: Ask, states: Mapping[RunId, RunState]) -> dict[RunId, RunState]:
        """`states` once `ask` was allowed."""
        (run, *_) = runs_of(ask.intent) or (None,)
        if run is None or run not in states:
            return dict(states)
        texts = {each: state.text for each, state in states.items()}
        return {**states, run: replace(states[run], text=gone_on(ask.intent, texts, self.now))}

    def _decided(self, ask: Ask, drawn: Drawn, found: Found) -> Decision:
        decision = self.engine.decided(
            ask.intent,
            ask.changes,
            drawn,
            found,
            now=self.now,
            until=self.until,
            request=ask.kubernetes,
        )
        return possible(self.engine.policies, ask.intent, decision) if ask.is_without_arguments else decision

    def _reserving(self, ask: Ask, drawn: Drawn, decision: Decision) -> Decision:
        if not drawn.draws:
            return decision
        name = hold_id(drawn.organization, ask.name or secrets.token_bytes(SECRET))
        return replace(decision, held=Held(name, Instant(self.now + ask.lasts)))


def _runs(asks: Sequence[Ask]) -> tuple[RunId, ...]:
    return tuple(dict.fromkeys(run for ask in asks for run in runs_of(ask.intent)))


def _after(accounts: Mapping[AccountName, Standing], lines: Sequence[Line]) -> dict[AccountName, Standing]:
    """`accounts` once `lines` are held."""
    held = {
        line.account: replace(accounts[line.account], held=accounts[line.account].held + line.amount)
        for line in lines
    }
    return {**accounts, **held}


def _denied_together(decision: Decision) -> Decision:
    return replace(decision, allowed=False, failure=_DENIED_TOGETHER, obligations=(), advice=())
