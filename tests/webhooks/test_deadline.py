from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import RequestError
from interlock_webhooks.deadline import DEFAULT_TIMEOUT, MAX_TIMEOUT, deadline, duration

_UNITS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("10s", 10_000_000_000),
        ("1.5s", 1_500_000_000),
        ("500ms", 500_000_000),
        ("1m", 60_000_000_000),
        ("1m30s", 90_000_000_000),
        (".5s", 500_000_000),
        ("5.s", 5_000_000_000),
        ("7us", 7_000),
        ("1.0000000009s", 1_000_000_000),
    ],
)
def test_go_durations_are_read_in_nanoseconds_rounded_down(text: str, nanoseconds: int) -> None:
    assert duration(text) == nanoseconds


@given(
    st.lists(
        st.tuples(st.decimals(0, 10**6, places=3), st.sampled_from(sorted(_UNITS))), min_size=1, max_size=3
    )
)
def test_a_duration_is_the_sum_of_its_parts(parts: list[tuple[Decimal, str]]) -> None:
    text = "".join(f"{number:f}{unit}" for number, unit in parts)
    expected = sum(int(number * _UNITS[unit]) for number, unit in parts)
    if expected > 0:
        assert duration(text) == expected


@pytest.mark.parametrize(
    "text", ["", "10", "s", "-1s", "+1s", "1e3s", "1 s", "٣s", ".s", "1d", "0s", "0.4ns", "1s" * 40, "1s\n"]
)
def test_what_is_no_positive_duration_is_refused_with_advice(text: str) -> None:
    with pytest.raises(RequestError, match="timeout is"):
        duration(text)


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    with suppress(RequestError):
        assert duration(text) > 0


def test_without_a_timeout_the_api_servers_default_holds() -> None:
    assert deadline(b"", 0) == deadline(b"other=1", 0) == DEFAULT_TIMEOUT - 500_000_000


def test_a_tenth_of_the_time_is_left_for_the_way_back() -> None:
    assert deadline(b"timeout=100ms", 7) == 7 + 90_000_000


def test_no_request_gets_more_than_the_maximum() -> None:
    assert deadline(b"timeout=9h", 0) == MAX_TIMEOUT - 500_000_000


@pytest.mark.parametrize("query", [b"timeout=1s&timeout=2s", b"timeout=", b"\xff", b"&".join([b"a=1"] * 40)])
def test_an_unclear_query_is_refused(query: bytes) -> None:
    with pytest.raises(RequestError):
        deadline(query, 0)
