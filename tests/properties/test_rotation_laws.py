"""No rotation of certificates ever presents what somebody does not trust yet, or any more."""

from datetime import timedelta
from typing import TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from interlock_webhooks.certificates import AUTHORITY_LIFETIME
from interlock_webhooks.rotation.plan import PUBLISHED_FOR, REPLACE_BEFORE, SKEW, Step
from support.rotating import START, Rotating

_MINUTES = st.sampled_from([0, 1, 4, 6, 15, 16, 60])
_DAYS = st.sampled_from([1, 29, 31, 61, 89, 91])
_SKEWED = st.integers(-5, 5).map(lambda minutes: timedelta(minutes=minutes))
_NEARLY_REPLACED = START + AUTHORITY_LIFETIME - REPLACE_BEFORE - timedelta(hours=1)

Event: TypeAlias = tuple[timedelta, timedelta, bool, int | None]
"""How much later, how far off the leader's clock is, whether it crashes, which replica learns what is there."""

_EVENTS = st.lists(
    st.tuples(
        st.one_of(
            _MINUTES.map(lambda minutes: timedelta(minutes=minutes)),
            _DAYS.map(lambda days: timedelta(days=days)),
        ),
        _SKEWED,
        st.booleans(),
        st.sampled_from([None, 0, 1]),
    ),
    max_size=40,
)


@given(_EVENTS)
@settings(max_examples=150)
def test_every_leaf_that_is_presented_is_trusted_by_every_api_server(events: list[Event]) -> None:
    cluster = Rotating()
    cluster.lead(timedelta())
    cluster.now = _NEARLY_REPLACED
    cluster.lead(timedelta())
    for later, clock, crashes, learns in events:
        cluster.now += later
        assert cluster.refused() == []
        cluster.lead(clock, crashes=crashes)
        assert cluster.refused() == []
        if learns is not None:
            cluster.learn(learns)
            assert cluster.refused() == []


def test_an_authority_is_replaced_before_it_ends_and_forgotten_afterwards() -> None:
    cluster = Rotating()
    while cluster.now < START + 2 * AUTHORITY_LIFETIME:
        cluster.lead(timedelta())
        for replica in range(2):
            cluster.learn(replica)
        assert cluster.refused() == []
        waits = cluster.steps[-1] is Step.WAIT and cluster.secrets[-1].published is None
        cluster.now += timedelta(days=10) if waits else PUBLISHED_FOR + timedelta(minutes=1)
        assert cluster.secrets[-1].facts([], ()).leaf_ends > cluster.now
    replaced = [step for step in cluster.steps if step in {Step.ADD_AUTHORITY, Step.DROP_OLD}]
    assert replaced == [Step.ADD_AUTHORITY, Step.DROP_OLD] * (len(replaced) // 2)
    assert len(replaced) == 4
    assert Step.BEGIN not in cluster.steps[1:]


def test_a_configuration_that_somebody_reverts_makes_the_wait_begin_anew() -> None:
    cluster = Rotating()
    cluster.lead(timedelta())
    first = cluster.secrets[-1].bundle
    cluster.now = START + AUTHORITY_LIFETIME - REPLACE_BEFORE + timedelta(hours=1)
    for _ in range(2):
        cluster.lead(timedelta())
    assert cluster.steps[-2:] == [Step.ADD_AUTHORITY, Step.MARK_PUBLISHED]
    cluster.publish(first)
    cluster.lead(timedelta())
    cluster.now += PUBLISHED_FOR - SKEW
    cluster.lead(timedelta())
    assert cluster.steps[-2:] == [Step.UNMARK, Step.MARK_PUBLISHED]
