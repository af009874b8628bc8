"""Every store of ledgers answers as the one in memory does, step by step, whatever is asked of it."""

from collections.abc import Awaitable, Callable
from operator import methodcaller
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.identity import AccountName, Digest, OrganizationName, RunId
from interlock.ledger.account import MOST, PARTS
from interlock.ledger.hold import FOREVER, LATE, REMEMBERED, Hold, Line, Memo, RunStep, Taking
from interlock.ledger.ledger import Ledger
from interlock.ledger.stores.memory import MemoryLedger
from interlock.units import Instant
from support.ledgers import NOW, Steps, named, steps
from support.stores import STORES, opening

Call = Callable[[Ledger], Awaitable[object]]

# Few of each, so that calls meet; what is seldom worth trying is seldom tried.
NAMES: Final = st.sampled_from(("team", "team", "team", "", "a{b}c ünï/\x00 ~%" + "x" * 200))
ORGANIZATIONS: Final = st.sampled_from(("acme", "acme", "acme", "acme", "")).map(OrganizationName)
AMOUNTS: Final = st.integers(0, 5) | st.sampled_from((MOST, MOST - 2, MOST // 2))
LIMITS: Final = st.sampled_from((None, None, None, MOST, 5))
INSTANTS: Final = st.builds(
    lambda jump, rest: Instant(NOW + jump + rest),
    st.sampled_from((0, 0, 0, REMEMBERED, LATE)),
    st.integers(0, 4),
)
NOWS: Final = st.integers(0, 4).map(lambda rest: Instant(NOW + rest))
UNITS: Final = st.sampled_from(("tokens", "tokens", "cost"))
PARTS_USED: Final = st.sampled_from((PARTS // 2, PARTS // 2, MOST * PARTS, 10**30)) | st.integers(0, 3 * PARTS)
TEXTS: Final = st.text(max_size=3)
KEYS: Final = st.sampled_from(("key", "\x00{")).map(Digest)
NUMBERS: Final = st.integers(0, 4)
LINES: Final = st.lists(
    st.builds(
        lambda bucket, back, **line: Line(bucket=Instant(bucket), since=Instant(bucket - back), **line),
        st.integers(NOW, NOW + 1),
        st.integers(0, 1),
        account=NAMES.map(AccountName),
        unit=UNITS,
        amount=AMOUNTS,
        limit=LIMITS,
        forgets=INSTANTS | st.just(FOREVER),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda line: line.account,
)
MEMOS: Final = st.builds(Memo, key=KEYS, body=KEYS, answer=TEXTS, forgets=INSTANTS)
RUN_STEPS: Final = st.builds(
    RunStep, run=NAMES.map(RunId), version=st.sampled_from((0, 0, 0, 1)), text=TEXTS, forgets=INSTANTS
)


def _holds(organization: OrganizationName) -> st.SearchStrategy[Hold]:
    return st.builds(
        Hold,
        id=NUMBERS.map(lambda number: named(number, organization)),
        lines=LINES.map(tuple),
        expires=INSTANTS | st.just(Instant(NOW + REMEMBERED)),
        facts=st.dictionaries(TEXTS, TEXTS, max_size=2),
    )


@st.composite
def takes(draw: st.DrawFn) -> Call:
    organization = draw(ORGANIZATIONS)
    taking = Taking(
        organization=organization,
        holds=tuple(draw(st.lists(_holds(organization), max_size=2, unique_by=lambda hold: hold.id))),
        steps=tuple(draw(st.just([]) | st.lists(RUN_STEPS, max_size=2))),
        memo=draw(st.none() | st.none() | MEMOS),
    )
    now = draw(NOWS)
    return methodcaller("take", taking, now)


@st.composite
def peeks(draw: st.DrawFn) -> Call:
    organization, lines, now = draw(ORGANIZATIONS), draw(LINES), draw(NOWS)
    runs = draw(st.lists(NAMES.map(RunId), max_size=2))
    memo = draw(st.none() | st.tuples(KEYS, KEYS))
    return methodcaller("peek", organization, lines, runs, now, memo)


@st.composite
def endings(draw: st.DrawFn) -> Call:
    hold, now, expires = named(draw(NUMBERS), draw(ORGANIZATIONS)), draw(NOWS), draw(INSTANTS)
    actual = draw(st.dictionaries(UNITS, PARTS_USED, max_size=2))
    calls: tuple[Call, ...] = (
        *[methodcaller("settle", hold, actual, now)] * 3,
        methodcaller("release", hold, now),
        methodcaller("extend", hold, expires, now),
    )
    return draw(st.sampled_from(calls))


def sweeps() -> st.SearchStrategy[Call]:
    return (NOWS | INSTANTS).map(lambda now: methodcaller("sweep", now))


@pytest.fixture(scope="module", params=[store for store in STORES if store != "memory"])
def store(request: pytest.FixtureRequest) -> str:
    """A store that is not in memory."""
    return str(request.param)


# Each example opens the store anew, empty: what the folder has of others is theirs.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    calls=st.lists(
        st.one_of(takes(), takes(), endings(), endings(), peeks(), sweeps()), min_size=20, max_size=80
    )
)
def test_a_store_answers_as_memory_does(store: str, tmp_path: Path, calls: list[Call]) -> None:
    memory = MemoryLedger()
    with opening(store, tmp_path) as opened, steps(opened) as own:
        for call in calls:
            assert own.do(call(own.ledger)) == own.do(call(memory))
            assert _kept(own, own.ledger) == _kept(own, memory)


def _kept(own: Steps, ledger: Ledger) -> tuple[object, object, object]:
    """All that can be read of `ledger`, whatever the order."""
    booked = {(each.organization, each.account, each.bucket): each for each in own.do(ledger.accounts())}
    held = {each.id: each for each in own.do(ledger.holds(NOW))}
    settled = {
        (each.hold, each.at, frozenset(each.facts.items()), frozenset(each.actual.items()))
        for each in own.every(ledger.settlements(Instant(0), FOREVER))
    }
    return booked, held, settled
