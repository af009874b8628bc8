"""What happens while policies change: they are swapped under load, and go from audit to enforcement."""

import asyncio
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp
from threading import Event

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from interlock.engine import Engine
from interlock.model.decision import Decision
from interlock.model.intent import Intent
from interlock.model.policy import Enforcement
from interlock.model.verdict import Outcome, Verdict
from support.compose.deciding import engine, plainly, recorded
from support.compose.intents import INTENTS
from support.compose.world import World, documents
from support.compose.worlds import worlds
from support.laws import of_outcome
from support.service import LoggedService, service_over
from support.strategies import NOW

THREADS = 3
INTENTS_ASKED = st.lists(INTENTS, min_size=2, max_size=4)
HEAD = "apiVersion: interlock.dev/v1alpha1\nkind: IntentPolicy\nmetadata: {name: broken}\n"
MISSPELT = "{layer: organization, description: d, rules: [{name: r, permit: intent.mdoels == []}]}"
BREAKAGES = ("kind: [", HEAD, f"{HEAD}spec: {MISSPELT}\n")


@pytest.fixture(scope="module", autouse=True)
def _threads_take_turns_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


class ReloadUnderLoad(RuleBasedStateMachine):
    """Threads decide while files change and are loaded again: good ones, broken ones, the same ones."""

    service: LoggedService
    intents: list[Intent]
    good: str
    written: str | None

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp())
        self.alone: dict[str, list[bytes]] = {}

    @initialize(world=worlds(most=2), intents=INTENTS_ASKED)
    def start(self, world: World, intents: list[Intent]) -> None:
        self.intents = intents
        self.write(world)
        self.good = self.learn(world)
        self.service = service_over(self.folder)

    @rule(world=worlds(most=2))
    def write(self, world: World) -> None:
        (self.folder / "world.yaml").write_text("---\n".join(documents(world)))
        (self.folder / "broken.yaml").unlink(missing_ok=True)
        self.written = self.learn(world)

    @rule(text=st.sampled_from(BREAKAGES))
    def spoil(self, text: str) -> None:
        (self.folder / "broken.yaml").write_text(text)
        self.written = None

    @rule()
    def reload(self) -> None:
        expected = self.written or self.good
        with ThreadPoolExecutor(THREADS) as pool:
            done = Event()
            asking = [pool.submit(self.ask, done) for _ in range(THREADS)]
            asyncio.run(self.service.policies.reload())
            done.set()
            logs = [each.result() for each in asking]
        for log in logs:
            assert all(self.alone[digest][number] == said for digest, number, said in log)
            # Once the new ones decide, the old ones never do again.
            in_order = list(dict.fromkeys(digest for digest, _, _ in log))
            assert in_order in ([self.good, expected], [self.good], [expected])
            assert log[-1][0] == expected
        self.good = expected
        assert bool(self.service.policies.in_force.problems) is (self.written is None)

    @invariant()
    def what_decides_is_good(self) -> None:
        if hasattr(self, "service"):
            assert self.engine.policies.digest == self.good

    @property
    def engine(self) -> Engine:
        return self.service.policies.in_force.engine

    def learn(self, world: World) -> str:
        """The digest of `world`, now that what it decides alone is known."""
        made = engine(world)
        digest = made.policies.digest
        self.alone[digest] = [recorded(made.decide(intent, now=NOW)) for intent in self.intents]
        return digest

    def ask(self, done: Event) -> list[tuple[str, int, bytes]]:
        """Decide one Intent after the other until a little after it is `done`."""
        log: list[tuple[str, int, bytes]] = []
        is_last = False
        while not is_last:
            is_last = done.is_set()
            for number, intent in enumerate(self.intents):
                made = self.engine
                log.append((made.policies.digest, number, recorded(made.decide(intent, now=NOW))))
        return log

    def teardown(self) -> None:
        shutil.rmtree(self.folder)


class Promotion(RuleBasedStateMachine):
    """Policies go from audit to warnings to enforcement and back, one at a time.

    What each step brings was announced before it: nobody is surprised.
    """

    world: World
    intents: list[Intent]
    decisions: list[Decision]

    @initialize(world=worlds(), intents=INTENTS_ASKED)
    def start(self, world: World, intents: list[Intent]) -> None:
        self.world = world
        self.intents = intents
        self.decisions = self.decide()

    @rule(data=st.data(), mode=st.sampled_from(Enforcement))
    def move(self, data: st.DataObject, mode: Enforcement) -> None:
        policy = data.draw(st.sampled_from(self.world.policies))
        self.world = self.world.with_policies(replace(policy, enforcement=mode))
        before, self.decisions = self.decisions, self.decide()
        for old, new in zip(before, self.decisions, strict=True):
            for at, denials, permits in channels(new):
                expected = announced(old, policy.name, mode, at)
                assert (plainly(denials), plainly(permits)) == tuple(map(plainly, expected)), at
            met = {(permit.rule.layer, permit.rule.area, permit.item) for permit in new.permits}
            demanded = {
                *((d.layer, d.area, d.item) for d in old.missing),
                *((p.rule.layer, p.rule.area, p.item) for p in old.permits if self.closes(p)),
            }
            assert {(d.layer, d.area, d.item) for d in new.missing} == demanded - met
            assert new.allowed is not bool(new.denials or new.missing)

    @precondition(lambda self: any(not policy.is_enforced for policy in self.world.policies))
    @rule()
    def promote_all(self) -> None:
        enforced = [replace(policy, enforcement=Enforcement.ENFORCE) for policy in self.world.policies]
        self.world = self.world.of(enforced)
        before, self.decisions = self.decisions, self.decide()
        for old, new in zip(before, self.decisions, strict=True):
            assert plainly(new.denials) == plainly((*old.denials, *old.warnings, *old.audits))
            assert plainly(new.permits) == plainly((*old.permits, *of_outcome(Outcome.PERMITTED, old.tried)))
            assert (new.warnings, new.audits, new.tried) == ((), (), ())

    def decide(self) -> list[Decision]:
        made = engine(self.world)
        return [made.decide(intent, now=NOW) for intent in self.intents]

    def closes(self, permit: Verdict) -> bool:
        (layer,) = (each for each in self.world.layers if each.name == permit.rule.layer)
        return permit.rule.area in layer.closed


Channel = tuple[Enforcement, tuple[Verdict, ...], tuple[Verdict, ...]]


def channels(decision: Decision) -> list[Channel]:
    """The denials and permits of `decision`, real or announced, by the mode of their policies."""
    tried = {
        mode: tuple(
            verdict
            for verdict in of_outcome(Outcome.PERMITTED, decision.tried)
            if verdict.rule.enforcement is mode
        )
        for mode in (Enforcement.WARN, Enforcement.AUDIT)
    }
    return [
        (Enforcement.ENFORCE, decision.denials, decision.permits),
        (Enforcement.WARN, decision.warnings, tried[Enforcement.WARN]),
        (Enforcement.AUDIT, decision.audits, tried[Enforcement.AUDIT]),
    ]


def announced(
    old: Decision, policy: str, after: Enforcement, at: Enforcement
) -> tuple[list[Verdict], list[Verdict]]:
    """The denials and permits that mode `at` has once `policy` is at mode `after`."""
    denials: list[Verdict] = []
    permits: list[Verdict] = []
    for mode, denying, permitting in channels(old):
        for kept, found in ((denials, denying), (permits, permitting)):
            kept += [each for each in found if (after if each.rule.policy == policy else mode) is at]
    return denials, permits


TestReloadUnderLoad = ReloadUnderLoad.TestCase
# Each step takes as long as it takes to load policies while threads decide.
TestReloadUnderLoad.settings = settings(max_examples=settings().max_examples // 4, stateful_step_count=8)
TestPromotion = Promotion.TestCase
TestPromotion.settings = settings(stateful_step_count=8)
