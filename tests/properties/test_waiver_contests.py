"""WAIVER_USES_LINEAR among requests that come at once: whoever is overtaken is decided again."""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.engine import Engine
from interlock.ledger.waivers.memory import MemoryUses
from interlock.ledger.waivers.sqlite import SqliteUses
from interlock.ledger.waivers.uses import Claim, Left, Quota, Uses, quota_of
from interlock.model.decision import Decision
from support.admitting import admitted
from support.uses import loaded
from support.waivers import NOW, asks_for


class _Interrupted(MemoryUses):
    """Whatever one request asks, others come between: as many each time as `plan` says."""

    def __init__(self) -> None:
        super().__init__()
        self._plan: list[int] = []
        self._waiting: list[Callable[[], None]] = []

    def run(self, requests: Sequence[Callable[[], None]], plan: Sequence[int]) -> None:
        """Let all `requests` come, some between the steps of others."""
        self._waiting, self._plan = list(requests), list(plan)
        while self._waiting:
            self._waiting.pop()()

    def left(self, quota: Quota, claim: Claim) -> int:
        self._let_others_go_on()
        return super().left(quota, claim)

    def take(self, quotas: Collection[Quota], claim: Claim) -> Left | None:
        self._let_others_go_on()
        return super().take(quotas, claim)

    def _let_others_go_on(self) -> None:
        for _ in range(self._plan.pop() if self._plan else 0):
            if self._waiting:
                self._waiting.pop()()


class _Contest:
    """Requests for models that need waivers `a`, `b` and `c`, and what became of each."""

    def __init__(self, store: Uses) -> None:
        self.store = store
        self.engine = Engine(loaded(0), store)
        self.decided: list[tuple[str, Decision]] = []

    def ask(self, model: str) -> None:
        self.decided.append((model, admitted(self.engine, asks_for(model, self.engine), now=NOW)))

    def check(self) -> None:
        """Each allowance has its own use of each waiver that it rests on, and nobody else has one."""
        used = Counter(name for _, decision in self.decided for name in _used(decision))
        quotas = {waiver.name: quota for waiver in loaded(0).waivers if (quota := quota_of(waiver))}
        assert used == Counter(
            {name: quota.most - self.store.left(quota, Claim(NOW)) for name, quota in quotas.items()}
        )
        assert len(set(self._numbers())) == len(self._numbers())
        # Uses never come back: who was denied would be denied now.
        denied = {model for model, decision in self.decided if not decision.allowed}
        assert not any(self.engine.decide(asks_for(model, self.engine), now=NOW).allowed for model in denied)

    def _numbers(self) -> list[tuple[str, int]]:
        """Which use, counted from the last, each allowance has of each waiver that it rests on."""
        return [
            (balance.waiver, balance.left)
            for _, decision in self.decided
            for balance in decision.uses
            if balance.waiver in _used(decision)
        ]


def _used(decision: Decision) -> set[str]:
    """The waivers that an allowance rests on."""
    return {str(verdict.waiver) for verdict in decision.waived} if decision.allowed else set()


@given(
    st.lists(st.sampled_from(["large", "beta", "large-beta"]), min_size=2, max_size=9),
    st.lists(st.integers(0, 2), max_size=12),
)
def test_waiver_uses_linear_where_requests_come_between_each_other(models: list[str], plan: list[int]) -> None:
    store = _Interrupted()
    contest = _Contest(store)
    store.run([partial(contest.ask, model) for model in models], plan)
    assert len(contest.decided) == len(models)
    contest.check()


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@pytest.mark.parametrize("attempt", range(10))
def test_waiver_uses_linear_under_threads(tmp_path: Path, kind: str, attempt: int) -> None:
    models = ("large", "beta", "large-beta") * 2
    together = threading.Barrier(len(models))
    with SqliteUses(tmp_path / f"{attempt}.sqlite") as file:
        contest = _Contest(MemoryUses() if kind == "memory" else file)

        def compete(model: str) -> None:
            together.wait()
            for _ in range(3):
                contest.ask(model)

        threads = [threading.Thread(target=compete, args=[model]) for model in models]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(contest.decided) == 3 * len(models)
        contest.check()
