"""WAIVER_USES_LINEAR: uses are taken one by one, by allowed requests that rest on the waiver, never too many.

Whatever happens between: denials, dry runs, requests made again, policies
loaded anew, restarts, time that passes. The same among requests that come at
once is in test_waiver_contests.py.
"""

from dataclasses import replace
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from interlock.engine import Engine
from interlock.identity import WaiverName
from interlock.kernel.waivers import lift
from interlock.ledger.waivers.sqlite import SqliteUses
from interlock.ledger.waivers.uses import Claim, quota_of
from interlock.model.decision import Decision
from interlock.model.waiver import Waiver
from interlock.units import Instant
from support.admitting import admitted
from support.laws import TWO_LAYERS, VIOLATION, WAIVER
from support.uses import HOUR, SETS, Lifted, UseBook, loaded
from support.waivers import EXPIRES, NOW, STARTS, asks_for

_MOST: Final = {("a", False): 4, ("a", True): 2, ("b", False): 1, ("c", False): 3}
"""The most uses that each approval ever has."""

_models = st.sampled_from(["small", "large", "beta", "large-beta", "large-banned"])
_teams = st.sampled_from(["free", "paid"])


def _told(decision: Decision) -> tuple[bool, Lifted]:
    assert not decision.failure
    return decision.allowed, {each.rule.rule: str(each.waiver) for each in decision.waived}


class _Service(RuleBasedStateMachine):
    """One service and its file, against the book of who took what."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.book = UseBook()
        self.now = NOW
        self.number = 0
        self.start()

    @initialize(at=st.sampled_from([STARTS - 1, NOW, EXPIRES - HOUR]))
    def it_is(self, at: int) -> None:
        self.now = Instant(at)

    def start(self) -> None:
        self.store = SqliteUses(Path(self.folder.name, "uses.sqlite"))
        self.engine = Engine(loaded(self.number), self.store)

    def stop(self) -> None:
        self.store.__exit__(None, None, None)

    @rule(number=st.sampled_from(range(len(SETS))))
    def policies_areloaded(self, number: int) -> None:
        self.number = number
        self.engine = Engine(loaded(number), self.store)

    @rule()
    def the_service_restarts(self) -> None:
        self.stop()
        self.start()

    @rule(passed=st.sampled_from([1, HOUR - 1, HOUR, 24 * HOUR]))
    def time_passes(self, passed: int) -> None:
        self.now = Instant(self.now + passed)

    @rule(at=st.sampled_from([STARTS, EXPIRES - 1, EXPIRES, EXPIRES + 24 * HOUR - 1, EXPIRES + 24 * HOUR]))
    def a_boundary_comes(self, at: int) -> None:
        self.now = Instant(max(self.now, at))

    @rule(model=_models, team=_teams)
    def a_dry_run(self, model: str, team: str) -> None:
        intent = asks_for(model, self.engine, attribution={"team": team})
        expected = self.book.expected(SETS[self.number], model, team, "", self.now)
        assert _told(self.engine.decide(intent, now=self.now)) == expected

    @rule(model=_models, team=_teams, uid=st.sampled_from(["", "1", "2"]))
    def a_request(self, model: str, team: str, uid: str) -> None:
        # The same uid with other contents is another request.
        request = f"{uid} {model} {team}" if uid else ""
        granted = SETS[self.number]
        expected = self.book.expected(granted, model, team, request, self.now)
        decision = admitted(
            self.engine,
            asks_for(model, self.engine, attribution={"team": team}),
            now=self.now,
            request={"uid": uid, "model": model, "team": team} if uid else None,
        )
        assert _told(decision) == expected
        for balance in decision.uses:
            (waiver,) = [each for each in granted if each.name == balance.waiver]
            assert balance.left == self.book.left(waiver, request, self.now)
        if decision.allowed:
            self.book.write(granted, expected[1], request, self.now)

    @invariant()
    def the_file_says_what_the_book_says(self) -> None:
        granted = {each.name: each for each in SETS[self.number]}
        for waiver in loaded(self.number).waivers:
            if quota := quota_of(waiver):
                assert self.store.left(quota, Claim(self.now)) == self.book.left(
                    granted[waiver.name], "", self.now
                )

    @invariant()
    def no_approval_was_used_too_often(self) -> None:
        taken = [entry.approval for entry in self.book.entries]
        assert all(taken.count(approval) <= _MOST[approval] for approval in set(taken))

    def teardown(self) -> None:
        self.stop()
        self.folder.cleanup()


def test_waiver_uses_linear() -> None:
    run_state_machine_as_test(_Service)


@pytest.mark.parametrize(("able", "lifting"), [("abcd", "b"), ("acd", "d"), ("ac", "a"), ("c", "c")])
def test_what_nobody_counts_is_used_first_whatever_the_order(able: str, lifting: str) -> None:
    counted = [replace(WAIVER, name=WaiverName(name), max_uses=1) for name in ("a", "c")]
    uncounted = [replace(WAIVER, name=WaiverName(name)) for name in ("b", "d")]
    for given_out in permutations(counted + uncounted):
        found = lift(VIOLATION, given_out, TWO_LAYERS, now=WAIVER.starts, covers=lambda each: each.name in able)
        assert found.waiver == lifting


def test_who_is_not_needed_is_not_asked() -> None:
    asked: list[str] = []

    def covers(waiver: Waiver) -> bool:
        asked.append(waiver.name)
        return waiver.name == "c"

    given_out = [
        replace(WAIVER, name=WaiverName(name), max_uses=most)
        for name, most in (("a", 1), ("b", None), ("c", 1), ("d", 1))
    ]
    assert lift(VIOLATION, given_out, TWO_LAYERS, now=WAIVER.starts, covers=covers).waiver == "c"
    assert asked == ["b", "a", "c"]
