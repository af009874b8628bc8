"""What every store of uses keeps, whether it forgets with its process or not."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from interlock.identity import Digest
from interlock.ledger.waivers.memory import MemoryUses
from interlock.ledger.waivers.sqlite import SqliteUses
from interlock.ledger.waivers.uses import REMEMBERED, Claim, Quota, Uses
from interlock.units import Instant
from support.strategies import NOW

TRIAL: Final = Quota(Digest("sha256:trial"), 2)
OTHER: Final = Quota(Digest("sha256:other"), 1)


@pytest.fixture(params=["memory", "sqlite"])
def uses(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Uses]:
    """An empty store."""
    if request.param == "memory":
        yield MemoryUses()
        return
    with SqliteUses(tmp_path / "state" / "uses.sqlite") as store:
        yield store


def claim(request: str = "", now: int = NOW) -> Claim:
    return Claim(Instant(now), Digest(request) if request else None)


def test_a_quota_starts_whole(uses: Uses) -> None:
    assert uses.left(TRIAL, claim()) == 2


def test_asking_takes_nothing(uses: Uses) -> None:
    assert [uses.left(TRIAL, claim("a")) for _ in range(3)] == [2, 2, 2]


def test_each_take_takes_one_until_none_is_left(uses: Uses) -> None:
    assert [uses.take([TRIAL], claim()) for _ in range(4)] == [
        {TRIAL.approval: 2},
        {TRIAL.approval: 1},
        None,
        None,
    ]
    assert uses.left(TRIAL, claim()) == 0


def test_approvals_are_counted_apart(uses: Uses) -> None:
    uses.take([TRIAL], claim())
    assert uses.left(OTHER, claim()) == 1


def test_several_are_taken_together_or_none_is(uses: Uses) -> None:
    assert uses.take([TRIAL, OTHER], claim()) == {TRIAL.approval: 2, OTHER.approval: 1}
    assert uses.take([TRIAL, OTHER], claim()) is None
    assert uses.left(TRIAL, claim()) == 1


def test_a_request_that_is_made_again_has_its_use_already(uses: Uses) -> None:
    for _ in range(3):
        assert uses.left(OTHER, claim("a")) == 1
        assert uses.take([OTHER], claim("a")) == {OTHER.approval: 1}
    assert uses.left(OTHER, claim("b")) == 0
    assert uses.take([OTHER], claim("b")) is None


def test_a_request_that_is_made_again_takes_only_what_it_lacks(uses: Uses) -> None:
    uses.take([OTHER], claim("a"))
    assert uses.take([TRIAL, OTHER], claim("a")) == {TRIAL.approval: 2, OTHER.approval: 1}
    assert uses.left(TRIAL, claim()) == 1


def test_nobody_else_holds_what_a_nameless_request_took(uses: Uses) -> None:
    uses.take([OTHER], claim())
    assert uses.left(OTHER, claim()) == 0
    assert uses.left(OTHER, claim("a")) == 0


def test_a_request_keeps_its_use_when_the_quota_shrinks(uses: Uses) -> None:
    for request in ("a", "b"):
        uses.take([TRIAL], claim(request))
    shrunk = Quota(TRIAL.approval, 1)
    assert uses.left(shrunk, claim("c")) == 0
    assert uses.take([shrunk], claim("a")) == {TRIAL.approval: 1}


def test_a_quota_that_grows_has_had_the_uses_that_it_had(uses: Uses) -> None:
    for _ in range(2):
        uses.take([TRIAL], claim())
    assert uses.left(Quota(TRIAL.approval, 5), claim()) == 3


def test_a_request_is_remembered_for_an_hour(uses: Uses) -> None:
    uses.take([TRIAL], claim("a"))
    assert uses.left(TRIAL, claim("a", NOW + REMEMBERED - 1)) == 2
    assert uses.left(TRIAL, claim("a", NOW + REMEMBERED)) == 1
    assert uses.take([TRIAL], claim("a", NOW + REMEMBERED - 1)) == {TRIAL.approval: 2}
    assert uses.take([TRIAL], claim("a", NOW + REMEMBERED)) == {TRIAL.approval: 1}
    assert uses.take([TRIAL], claim("a", NOW + REMEMBERED)) == {TRIAL.approval: 1}
    assert uses.left(TRIAL, claim()) == 0


def test_a_clock_that_is_set_back_gives_no_use_back(uses: Uses) -> None:
    uses.take([TRIAL], claim("a", NOW + 2 * REMEMBERED))
    assert uses.take([TRIAL], claim("a", NOW)) == {TRIAL.approval: 2}
    assert uses.take([TRIAL], claim("b", NOW)) == {TRIAL.approval: 1}
    assert uses.take([TRIAL], claim("c", NOW)) is None


def test_threads_that_compete_take_each_use_once(uses: Uses) -> None:
    quota = Quota(Digest("sha256:many"), 40)
    granted: list[int] = []
    together = threading.Barrier(8)

    def compete() -> None:
        together.wait()
        while taken := uses.take([quota], claim()):
            granted.append(taken[quota.approval])

    _run([compete] * 8)
    assert sorted(granted) == list(range(1, 41))


def test_threads_that_make_one_request_take_one_use(uses: Uses) -> None:
    quota = Quota(Digest("sha256:many"), 40)
    together = threading.Barrier(8)

    def repeat() -> None:
        together.wait()
        uses.take([quota], claim("a"))

    _run([repeat] * 8)
    assert uses.left(quota, claim()) == 39


def _run(works: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
