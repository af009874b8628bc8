"""Every store answers every call as the one in memory does, whatever was called before."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.ledgers import steps
from support.ledgerwalks import Walk, everything
from support.stores import STORES, opening


@pytest.mark.parametrize("store", [store for store in STORES if store != "memory"])
@given(seed=st.integers(0, 2**64), length=st.integers(20, 120))
def test_a_store_answers_as_memory_does(
    store: str, tmp_path_factory: pytest.TempPathFactory, seed: int, length: int
) -> None:
    folder = tmp_path_factory.mktemp(store)
    with (
        opening("memory", folder) as remembered,
        steps(remembered) as memory,
        opening(store, folder) as opened,
        steps(opened) as kept,
    ):
        walk = Walk(Random(seed))  # noqa: S311 - a walk is no secret
        for _ in range(length):
            walk.wait()
            call = walk.call()
            assert call.made(kept) == call.made(memory), call
        assert everything(kept) == everything(memory)
