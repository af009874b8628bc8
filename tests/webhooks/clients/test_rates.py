"""How often a client may ask, held to a count of what was let through."""

from hypothesis import given
from hypothesis import strategies as st

from interlock_webhooks.clients.rates import Meter, Rate

_SECOND = 1_000_000_000
_RATES = st.builds(Rate, per_second=st.integers(1, 1_000), burst=st.integers(1, 20))
_PAUSES = st.lists(st.integers(0, _SECOND), max_size=60)


@given(_RATES, _PAUSES)
def test_no_stretch_of_time_lets_through_more_than_the_rate_and_a_burst(rate: Rate, pauses: list[int]) -> None:
    meter, now, taken = Meter(rate), 0, list[int]()
    for pause in pauses:
        now += pause
        if not meter.take(now):
            taken.append(now)
    for index, start in enumerate(taken):
        for count, end in enumerate(taken[index:], 1):
            assert (count - rate.burst) * _SECOND <= (end - start) * rate.per_second


@given(_RATES, _PAUSES)
def test_who_waits_as_long_as_it_is_told_is_let_through_and_no_sooner(rate: Rate, pauses: list[int]) -> None:
    meter, now = Meter(rate), 0
    for pause in pauses:
        now += pause
        wait = meter.take(now)
        if wait:
            assert meter.wait(now + wait - 1) > 0
            now += wait
            assert meter.take(now) == 0


@given(_RATES, st.integers(0, 10**18))
def test_a_burst_is_let_through_at_once_after_a_time_without_requests(rate: Rate, now: int) -> None:
    meter = Meter(rate)
    assert [meter.take(now) for _ in range(rate.burst)] == [0] * rate.burst
    assert meter.take(now) > 0


@given(_RATES)
def test_what_is_refused_takes_nothing(rate: Rate) -> None:
    meter = Meter(rate)
    for _ in range(rate.burst):
        meter.take(0)
    assert len({meter.take(0) for _ in range(5)}) == 1
