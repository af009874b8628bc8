"""Budgets as documents and by hand, requests that draw on them, and a service that admits them one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self, TypeAlias

from hypothesis import strategies as st

from interlock.engine.admission import Admission
from interlock.engine.group import Ask
from interlock.ledger.stores.memory import MemoryLedger
from interlock.model.decision import Decision
from interlock.units import Instant, Milliseconds
from support.admitting import at_once
from support.budgets import call, engine_of, intent_of, limited
from support.ledgers import HOUR, MINUTE, NOW

READ: Final = 4
"""Tokens that every request reads."""

_PRICES: Final = {"input": 1, "output": 2}
_LASTS: Final = Milliseconds(26 * HOUR)
"""So long that no hold expires meanwhile."""

_TEAMS: Final = ("a", "b", "")
_WINDOWS: Final = {
    "lifetime": "{lifetime: true}",
    "hour": "{calendar: {every: hour}}",
    "run": "{run: {}}",
}


@dataclass(frozen=True, slots=True)
class Request:
    """A call of a model that comes some time after the one before."""

    team: str
    run: str
    writes: int
    wait: int

    @property
    def document(self) -> dict[str, Any]:
        return call(most=self.writes, attribution={"team": self.team}, run={"id": self.run})


@dataclass(frozen=True)
class Spec:
    """A Budget, and by hand what a request draws on it."""

    unit: str
    most: int
    window: str
    key: bool
    when: bool
    on_exceed: str

    def document(self, name: str) -> str:
        key = "  key: intent.attribution.?team.orValue('')\n" if self.key else ""
        when = "  match: {when: \"intent.attribution.?team.orValue('') == 'a'\"}\n" if self.when else ""
        most = f'"{self.most / 1_000_000:.6f}"' if self.unit == "cost" else self.most
        spec = f"{key}{when}  onExceed: {self.on_exceed}\n"
        return limited(self.unit, most, spec, name=name, window=_WINDOWS[self.window])

    def matches(self, request: Request) -> bool:
        return request.team == "a" or not self.when

    def account(self, request: Request, now: int) -> tuple[str, ...]:
        key = request.team if self.key else ""
        place = {"lifetime": "", "hour": str(now // HOUR), "run": request.run}[self.window]
        return key, place

    def amount(self, request: Request) -> int:
        return {
            "calls": 1,
            "tokens": READ + request.writes,
            "inputTokens": READ,
            "outputTokens": request.writes,
            "cost": READ * _PRICES["input"] + request.writes * _PRICES["output"],
        }[self.unit]


SPECS: Final = st.builds(
    Spec,
    unit=st.sampled_from(("calls", "tokens", "inputTokens", "outputTokens", "cost")),
    most=st.sampled_from((0, 1, 3, 30, 100)),
    window=st.sampled_from(tuple(_WINDOWS)),
    key=st.booleans(),
    when=st.booleans(),
    on_exceed=st.sampled_from(("deny", "deny", "warn")),
)
BUDGETS: Final = st.lists(SPECS, max_size=4)
REQUESTS: Final = st.lists(
    st.builds(
        Request,
        team=st.sampled_from(_TEAMS),
        run=st.sampled_from(("r", "q/1")),
        writes=st.sampled_from((1, 10, 40)),
        wait=st.sampled_from((0, 0, MINUTE, HOUR)),
    ),
    min_size=1,
    max_size=8,
)
Budgets: TypeAlias = Sequence[Spec]


class Service:
    """An engine with these documents and a ledger of its own, asked one request after the other."""

    def __init__(self, *documents: str) -> None:
        self.engine = engine_of(*documents)
        self.ledger = MemoryLedger()
        self.now = NOW

    @classmethod
    def of(cls, budgets: Budgets, *others: str) -> Self:
        return cls(*[budget.document(f"b{number}") for number, budget in enumerate(budgets)], *others)

    @cached_property
    def admission(self) -> Admission:
        return Admission(self.engine, self.ledger)

    def ask(self, request: Request) -> Ask:
        return Ask(intent=intent_of(self.engine, request.document), lasts=_LASTS)

    def consider(self, request: Request) -> Decision:
        return at_once(self.admission.consider(self.ask(request), now=self.now))

    def admit(self, *requests: Request) -> tuple[Decision, ...]:
        answer = at_once(self.admission.admit([self.ask(each) for each in requests], now=self.now))
        assert isinstance(answer, tuple)
        return answer

    def goes_on(self, wait: int) -> None:
        self.now = Instant(self.now + wait)

    def all_that_is_kept(self) -> str:
        return repr(vars(self.ledger))
