"""What outlives requests is spared by the garbage collector, and policies that decide no more are gone."""

import asyncio
import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from interlock.ledger.waivers.memory import MemoryUses
from interlock_webhooks import garbage
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.reload import LivePolicies
from support.policies import write_policies


class _Knot:
    """Something that refers to itself, so that only the collector finds it gone."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_there_is_looked_at_no_more_and_what_comes_after_is() -> None:
    kept = _Knot()
    garbage.spare()
    assert all(each is not kept for each in gc.get_objects())
    later = _Knot()
    assert any(each is later for each in gc.get_objects())


def test_what_nobody_refers_to_is_gone_also_of_what_was_spared() -> None:
    knots = [_Knot(), _Knot()]
    spared, later = map(weakref.ref, knots)
    garbage.spare()
    knots.clear()
    gc.collect()
    assert spared() is not None
    garbage.spare()
    assert (spared(), later()) == (None, None)


def test_policies_that_decide_no_more_are_gone_once_others_are_in_force(tmp_path: Path) -> None:
    folder = write_policies(tmp_path)
    policies = LivePolicies((folder,), MemoryUses(), Metrics(), structlog.get_logger(), swapped=garbage.spare)
    garbage.spare()
    before = weakref.ref(policies.in_force.engine)
    asyncio.run(policies.reload())
    assert before() is None


def test_documents_that_do_not_load_swap_nothing(tmp_path: Path) -> None:
    folder, swaps = write_policies(tmp_path), list[str]()
    log = structlog.wrap_logger(structlog.ReturnLogger())
    policies = LivePolicies((folder,), MemoryUses(), Metrics(), log, swapped=lambda: swaps.append("swapped"))
    (folder / "more.yaml").write_text("nonsense: [")
    asyncio.run(policies.reload())
    assert swaps == []
    (folder / "more.yaml").unlink()
    asyncio.run(policies.reload())
    assert swaps == ["swapped"]
