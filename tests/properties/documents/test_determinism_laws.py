"""A decision is a function of policies, Intent and time, to the byte and in every process."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, Phase, given, settings

from interlock.model.intent import Intent
from support.compose.deciding import engine
from support.compose.intents import INTENTS
from support.compose.world import World, documents
from support.compose.worlds import costly_worlds, worlds
from support.strategies import NOW

SEEDS: Final = range(10)
_SCRIPT: Final = """\
import json, sys
from pathlib import Path
from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.loading.policyset import load

folder = Path(sys.argv[1])
intents = json.loads((folder / "intents.json").read_text())
for place in sorted(folder.glob("world-*")):
    engine = Engine(load([place]))
    for intent in intents:
        print(json.dumps(record(engine.decide(intent, now=int(sys.argv[2])))))
"""


def few_worlds(count: int) -> tuple[list[World], list[Intent]]:
    """The same worlds and Intents in every run."""
    drawn: list[tuple[World, Intent]] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(costly_worlds() | worlds(), INTENTS)
    def keep(world: World, intent: Intent) -> None:
        drawn.append((world, intent))

    keep()
    return [world for world, _ in drawn], [intent for _, intent in drawn]


def test_deterministic(tmp_path: Path) -> None:
    """Byte for byte, whatever PYTHONHASHSEED a fresh process has."""
    drawn, intents = few_worlds(25)
    (tmp_path / "intents.json").write_text(json.dumps(intents))
    for number, world in enumerate(drawn):
        place = tmp_path / f"world-{number:02}"
        place.mkdir()
        (place / "world.yaml").write_text("---\n".join(documents(world)))
    running = [_started(tmp_path, seed) for seed in SEEDS]
    outputs = [process.communicate()[0] for process in running]
    assert {process.returncode for process in running} == {0}
    assert len(outputs[0].splitlines()) == len(drawn) * len(intents) >= 400
    assert set(outputs) == {outputs[0]}
    decisions = {json.loads(line)["decision"] for line in outputs[0].splitlines()}
    assert decisions == {"allow", "deny"}


def _started(folder: Path, seed: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _SCRIPT, str(folder), str(NOW)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
    )


@given(worlds(), INTENTS)
def test_a_decision_asked_for_twice_is_the_same(world: World, intent: Intent) -> None:
    """Whatever was asked before, and whatever the engine keeps of it."""
    made = engine(world)
    before = json.dumps(intent, sort_keys=True)
    first = made.decide(intent, now=NOW)
    assert made.decide(intent, now=NOW) == first
    assert engine(world).decide(intent, now=NOW).allowed is first.allowed
    assert json.dumps(intent, sort_keys=True) == before
