"""What is remembered of tokens and of who failed is bounded, and never counts for longer than it may."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_webhooks.clients.memory import FAILURES, MOST, Failures, Memory

_KEYS = st.sampled_from([b"a", b"b", b"c"])


@given(st.lists(st.tuples(_KEYS, st.integers(), st.integers(0, 10), st.integers(0, 10))))
def test_what_is_remembered_is_what_was_kept_last_and_is_not_over(
    kept: list[tuple[bytes, int, int, int]],
) -> None:
    memory, expected = Memory[int](), dict[bytes, tuple[int, int]]()
    for key, found, until, now in kept:
        memory.keep(key, found, until)
        expected[key] = found, until
        for each, (value, end) in expected.items():
            assert memory.get(each, now) == (value if now < end else None)


def test_too_much_makes_that_be_forgotten_which_was_not_needed_for_longest() -> None:
    memory = Memory[int]()
    for number in range(MOST):
        memory.keep(str(number).encode(), number, 1)
    assert memory.get(b"0", 0) == 0
    memory.keep(b"new", -1, 1)
    assert memory.get(b"0", 0) == 0
    assert memory.get(b"1", 0) is None


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("", "", True),
        ("/run/socket", "192.0.2.1", False),
    ],
)
def test_who_fails_too_often_has_to_wait_with_its_whole_network(one: str, other: str, *, is_same: bool) -> None:
    failures = Failures()
    for _ in range(FAILURES.burst):
        assert failures.wait(one, 0) == 0
        failures.note(one, 0)
    assert failures.wait(one, 0) > 0
    assert (failures.wait(other, 0) > 0) == is_same
    assert failures.wait(one, failures.wait(one, 0)) == 0


def test_addresses_without_end_take_no_more_room() -> None:
    failures = Failures()
    for number in range(FAILURES.burst):
        failures.note("192.0.2.1", number)
    for number in range(MOST):
        failures.note(f"10.0.{number >> 8}.{number & 255}", 0)
    assert failures.wait("192.0.2.1", 0) == 0
