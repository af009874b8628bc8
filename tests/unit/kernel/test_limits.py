"""Bounds in words, and what limits together leave."""

import pytest
from msgspec.structs import replace

from interlock.identity import PolicyName, WaiverName
from interlock.kernel.limits import contradiction, limitations, meet, outside
from interlock.model.decision import Conflict, Limitation
from interlock.model.limit import Bounds
from interlock.model.verdict import Outcome
from support.limits import kept

_MANY = frozenset(f"m{number:02}" for number in range(13))


@pytest.mark.parametrize(
    ("bounds", "value", "way"),
    [
        (Bounds(ceiling=4), 4, ""),
        (Bounds(ceiling=4), 5, "is above the ceiling of 4"),
        (Bounds(floor=4), 4, ""),
        (Bounds(floor=4), 3, "is below the floor of 4"),
        (Bounds(floor=0), -1, "is below the floor of 0"),
        (Bounds(ceiling=0), 1, "is above the ceiling of 0"),
        (Bounds(ceiling=4, floor=5), 5, "is above the ceiling of 4"),
        (Bounds(allowed=frozenset({"b", "a"})), "a", ""),
        (Bounds(allowed=frozenset({"b", "a"})), "c", "is none of `a`, `b`"),
        (Bounds(allowed=frozenset()), "c", "is none of the 0 that are allowed"),
        (Bounds(allowed=_MANY), "c", "is none of the 13 that are allowed"),
        (Bounds(allowed=_MANY - {"m12"}), "c", "is none of " + ", ".join(f"`m{n:02}`" for n in range(12))),
        (Bounds(blocked=frozenset({"b", "a"})), "c", ""),
        (Bounds(blocked=frozenset({"b", "a"})), "b", "is one of `a`, `b`"),
        (Bounds(blocked=_MANY), "m01", "is one of the 13 that are blocked"),
        (Bounds(allowed=frozenset({"a"}), blocked=frozenset({"a"})), "a", "is one of `a`"),
        (Bounds(), 5, ""),
        (Bounds(), "a", ""),
    ],
)
def test_a_value_out_of_bounds_says_which_bound(bounds: Bounds, value: int | str, way: str) -> None:
    assert outside(bounds, value) == way


@pytest.mark.parametrize(
    ("bounds", "reason"),
    [
        (Bounds(), ""),
        (Bounds(ceiling=4, floor=4), ""),
        (Bounds(ceiling=4), ""),
        (Bounds(floor=4), ""),
        (Bounds(ceiling=0, floor=1), "the floor of 1 is above the ceiling of 0"),
        (Bounds(ceiling=-1, floor=0), "the floor of 0 is above the ceiling of -1"),
        (Bounds(allowed=frozenset({"a", "b"}), blocked=frozenset({"a"})), ""),
        (Bounds(allowed=frozenset({"a"}), blocked=frozenset({"a", "b"})), "no value is allowed"),
        (Bounds(allowed=frozenset()), "no value is allowed"),
        (Bounds(blocked=frozenset({"a"})), ""),
    ],
)
def test_bounds_that_leave_nothing_say_why(bounds: Bounds, reason: str) -> None:
    assert contradiction(bounds) == reason


def test_what_only_one_bounds_is_bounded() -> None:
    one = Bounds(ceiling=0, allowed=frozenset({"a"}))
    other = Bounds(floor=0, blocked=frozenset({"b"}))
    both = Bounds(ceiling=0, floor=0, allowed=frozenset({"a"}), blocked=frozenset({"b"}))
    assert meet(one, other) == meet(other, one) == both


def test_limits_on_one_measure_of_one_item_meet() -> None:
    limits, conflicts = limitations(
        [
            kept("b", Bounds(ceiling=4)),
            kept("a", Bounds(ceiling=6, floor=1)),
            kept("a", Bounds(ceiling=5)),
            kept("c", Bounds(ceiling=3), of="cost"),
            kept("d", Bounds(ceiling=2), item="models[0]"),
        ]
    )
    assert limits == (
        Limitation("cost", "intent", Bounds(ceiling=3), (PolicyName("c"),)),
        Limitation("tokens", "intent", Bounds(ceiling=4, floor=1), (PolicyName("a"), PolicyName("b"))),
        Limitation("tokens", "models[0]", Bounds(ceiling=2), (PolicyName("d"),)),
    )
    assert conflicts == ()


def test_what_a_waiver_lifts_bounds_nothing() -> None:
    lifted = replace(kept("a", Bounds(ceiling=1)), outcome=Outcome.VIOLATED, waiver=WaiverName("w"))
    limits, _ = limitations([lifted, kept("b", Bounds(ceiling=4))])
    assert limits == (Limitation("tokens", "intent", Bounds(ceiling=4), (PolicyName("b"),)),)
    assert limitations([lifted]) == ((), ())


def test_what_is_no_limit_bounds_nothing() -> None:
    assert limitations([replace(kept("a", Bounds()), bound=None)]) == ((), ())


def test_limits_that_leave_nothing_of_several_items_are_one_conflict() -> None:
    bounds = (("b", Bounds(ceiling=4)), ("a", Bounds(floor=5)))
    _, conflicts = limitations(
        kept(name, each, item=f"tools[{at}]") for name, each in bounds for at in range(3)
    )
    assert len(conflicts) == 1


def test_limits_that_leave_nothing_are_a_conflict_of_their_policies() -> None:
    _, conflicts = limitations([kept("b", Bounds(ceiling=4)), kept("a", Bounds(floor=5))])
    assert conflicts == (
        Conflict(
            subject="limits of `tokens`",
            reason="the floor of 5 is above the ceiling of 4",
            policies=(PolicyName("a"), PolicyName("b")),
        ),
    )
