"""What a service has that was killed in the middle of its work and started again; `make chaos` tries longer."""

from random import SystemRandom

from chaos.rounds import tally
from chaos.targets import SQLITE


def test_all_that_was_acknowledged_is_there_once() -> None:
    found = tally(SQLITE, 2, SystemRandom(), longest=0.3)
    assert found.problems == []
    assert found.holds
    assert found.ends
    assert found.again
