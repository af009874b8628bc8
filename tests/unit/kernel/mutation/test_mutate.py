"""Defaults, bounds and locks: what each makes of a place, and what can't be had together."""

from typing import Any

import pytest

from interlock.kernel.mutation.merges import Proposal
from interlock.model.decision import Conflict
from interlock.model.mutation import Lock
from interlock.model.patch import Patch
from support.mutations import clamp, default, lock, mutated, proposal, reasons, union

LABEL = ("metadata", "labels", "team")
LIMITS = ("spec", "containers", "*", "limit")


def limited(value: Any) -> dict[str, Any]:
    return {"spec": {"limit": value}}


# Defaults


def test_a_default_is_made_where_nothing_is() -> None:
    found = mutated({"kind": "Pod"}, default("search", LABEL))
    assert found.document == {"kind": "Pod", "metadata": {"labels": {"team": "search"}}}
    assert [(patch.path, patch.value, patch.policies) for patch in found.patches] == [(LABEL, "search", ("p",))]
    assert found.conflicts == ()


def test_a_default_leaves_what_is_there() -> None:
    document = {"metadata": {"labels": {"team": "ads"}}}
    assert mutated(document, default("search", LABEL)).document == document


def test_null_is_nothing() -> None:
    found = mutated({"metadata": {"labels": None}}, default("search", LABEL))
    assert found.document == {"metadata": {"labels": {"team": "search"}}}


def test_equal_values_merge_and_name_all_policies() -> None:
    (patch,) = mutated(
        {}, default(1, policy="q"), default(1), default(1), default(1, policy="low", rank=2)
    ).patches
    assert patch.policies == ("low", "p", "q")


def test_policies_of_one_layer_that_differ_are_in_conflict() -> None:
    found = mutated({}, default("x", policy="q"), default("y"))
    assert found.patches == ()
    assert found.conflicts == (
        Conflict(
            subject="`spec.limit`",
            reason='policies of one layer disagree: "x", "y"',
            policies=("p", "q"),  # type: ignore[arg-type]  # names are texts
            path=("spec", "limit"),
        ),
    )


def test_true_and_one_are_different_values() -> None:
    assert len(mutated({}, default(value=True), default(1)).conflicts) == 1
    assert len(mutated(limited(1), lock(value=True)).patches) == 1


def test_the_default_of_the_highest_layer_counts() -> None:
    found = mutated({}, default(1, rank=2), default(2, rank=0, policy="high"), default(3, rank=2))
    assert found.document == limited(2)
    assert [patch.policies for patch in found.patches] == [("high",)]


# Clamps


@pytest.mark.parametrize(
    ("before", "ceiling", "floor", "after"),
    [
        (5, 4, None, 4),
        (4, 4, None, 4),
        (5, None, 6, 6),
        (6, None, 6, 6),
        (5, 5, 5, 5),
        (9, 5, 5, 5),
        (-1, 5, 0, 0),
    ],
)
def test_a_number_is_brought_within_its_bounds(before: int, ceiling: int, floor: int, after: int) -> None:
    found = mutated(limited(before), clamp(ceiling=ceiling, floor=floor))
    assert found.document == limited(after)
    assert len(found.patches) == (before != after)


def test_the_lowest_ceiling_and_the_highest_floor_hold_whatever_the_layer() -> None:
    assert mutated(limited(9), clamp(ceiling=7, rank=0), clamp(ceiling=3, rank=2)).document == limited(3)
    assert mutated(limited(1), clamp(floor=2, rank=2), clamp(floor=5, rank=0)).document == limited(5)


def test_a_patch_of_a_clamp_names_those_that_set_the_bound() -> None:
    (patch,) = mutated(limited(9), clamp(ceiling=7), clamp(ceiling=3)).patches
    assert patch.policies == ("at-most-3",)


def test_where_no_number_is_nothing_is_clamped() -> None:
    assert mutated({}, clamp(ceiling=3)).document == {}


@pytest.mark.parametrize("value", [True, "5", 5.5, [5]])
def test_what_is_no_whole_number_can_not_be_clamped(value: Any) -> None:
    found = mutated(limited(value), clamp(ceiling=3))
    assert found.document == limited(value)
    assert reasons(found) == {"`spec.limit`": "it is clamped, and is no whole number"}


@pytest.mark.parametrize("document", [limited(4), {}])
def test_a_floor_above_a_ceiling_is_a_conflict_whatever_is_there(document: dict[str, Any]) -> None:
    found = mutated(document, clamp(ceiling=3), clamp(floor=5))
    assert found.document == document
    assert reasons(found) == {"`spec.limit`": "the floor of 5 is above the ceiling of 3"}


def test_a_default_is_clamped() -> None:
    found = mutated({}, default(9), clamp(ceiling=3))
    assert [(patch.value, patch.policies) for patch in found.patches] == [(3, ("at-most-3", "p"))]


def test_a_policy_that_writes_a_place_twice_is_named_once() -> None:
    (patch,) = mutated({}, default(9, policy="at-most-3"), clamp(ceiling=3)).patches
    assert (patch.value, patch.policies) == (3, ("at-most-3",))


# Unions


def test_items_that_a_list_lacks_are_added_in_canonical_order() -> None:
    found = mutated({"spec": {"list": ["x", "b"]}}, union("z", "b"), union({"k": 1}, "a", policy="q"))
    assert found.document == {"spec": {"list": ["x", "b", "a", "z", {"k": 1}]}}
    assert [patch.policies for patch in found.patches] == [("p", "q")]


def test_a_list_is_made_where_none_is() -> None:
    assert mutated({}, union("a")).document == {"spec": {"list": ["a"]}}


def test_who_gives_nothing_new_is_not_named() -> None:
    (patch,) = mutated({"spec": {"list": ["a"]}}, union("a", policy="old"), union("b", policy="new")).patches
    assert patch.policies == ("new",)


def test_any_number_of_policies_can_add_items() -> None:
    found = mutated({}, *(union(f"{number:03}", policy=f"p{number}") for number in range(300)))
    assert found.document["spec"]["list"] == [f"{number:03}" for number in range(300)]
    assert found.conflicts == ()


def test_a_list_that_has_all_items_stays() -> None:
    assert mutated({"spec": {"list": [1, "a"]}}, union("a")).patches == ()


def test_what_is_no_list_can_not_be_added_to() -> None:
    found = mutated({"spec": {"list": "a"}}, union("b"))
    assert reasons(found) == {"`spec.list`": "items are added to it, and it is no list"}


def test_a_place_can_not_be_both_added_to_and_clamped() -> None:
    found = mutated({}, union("a", path=("spec", "limit")), clamp(ceiling=1))
    assert reasons(found) == {"`spec.limit`": "it is clamped, and items are added to it"}


# Locks


@pytest.mark.parametrize("document", [limited(9), limited(None), {}, limited("x")])
def test_a_lock_holds_whatever_was_there(document: dict[str, Any]) -> None:
    found = mutated(document, lock(3))
    assert found.document == limited(3)
    assert [patch.path for patch in found.patches] == [("spec", "limit")]


def test_what_is_locked_already_stays() -> None:
    assert mutated(limited(3), lock(3)).patches == ()


def test_the_lock_of_the_highest_layer_counts() -> None:
    assert mutated(limited(9), lock(1, rank=2), lock(2, rank=1)).document == limited(2)


def test_locks_of_one_layer_that_differ_are_in_conflict() -> None:
    lower = lock(3, rank=2, policy="lower")
    found = mutated(limited(9), lock(1, rank=1), lock(2, rank=1, policy="q"), lower)
    assert found.document == limited(9)
    assert reasons(found) == {"`spec.limit`": "policies of one layer disagree: 1, 2"}
    assert found.conflicts[0].policies == ("p", "q")


def test_values_are_compared_by_what_they_are_and_not_by_where_they_are_kept() -> None:
    made, other = ("".join(reversed("eulav")) for _ in range(2))
    assert mutated(limited(made), lock(other)).patches == ()


def test_a_policy_that_locks_outside_of_its_own_clamp_is_named_once() -> None:
    found = mutated(limited(1), lock(9, policy="at-most-5"), clamp(ceiling=5))
    assert found.conflicts[0].policies == ("at-most-5",)


@pytest.mark.parametrize("rank", [0, 1])
def test_a_lock_yields_to_the_clamps_of_its_layer_and_of_those_above(rank: int) -> None:
    found = mutated(limited(4), lock(9, rank=1, policy="locking"), clamp(ceiling=5, rank=rank))
    assert reasons(found) == {"`spec.limit`": "it is locked to a value that is above the ceiling of 5"}
    assert found.conflicts[0].policies == ("at-most-5", "locking")


def test_clamps_of_lower_layers_yield_to_a_lock() -> None:
    assert mutated(limited(4), lock(9, rank=1), clamp(ceiling=5, rank=2)).document == limited(9)


def test_what_ends_up_as_it_was_is_no_patch() -> None:
    found = mutated(limited(9), clamp(ceiling=5, rank=2), lock(9, rank=1))
    assert found.document == limited(9)
    assert found.patches == ()


def test_a_lock_within_the_clamps_holds() -> None:
    assert mutated(limited(4), lock(5, rank=1), clamp(ceiling=5, rank=0)).document == limited(5)


def test_a_text_is_not_within_a_clamp() -> None:
    found = mutated({}, lock("x"), clamp(ceiling=5))
    assert "no whole number" in reasons(found)["`spec.limit`"]


@pytest.mark.parametrize(
    ("before", "after"), [("old", "new"), ("older", "new"), ("other", "other"), (None, None)]
)
def test_a_lock_may_take_the_place_of_some_values_alone(before: Any, after: Any) -> None:
    swap = proposal(Lock("new", ("old", "older")))
    assert mutated(limited(before), swap).document == limited(after)


def test_where_a_lock_of_a_higher_layer_is_not_meant_a_lower_one_counts() -> None:
    swap = proposal(Lock("new", ("old",)))
    assert mutated(limited("other"), swap, lock("low", rank=1)).document == limited("low")
    assert mutated(limited("old"), swap, lock("low", rank=1)).document == limited("new")


# Places


def test_a_star_stands_for_every_item_of_a_list() -> None:
    document = {"spec": {"containers": [{"limit": 9}, {"limit": 1}, {}]}}
    found = mutated(document, clamp(LIMITS, ceiling=3), default(2, LIMITS))
    assert found.document == {"spec": {"containers": [{"limit": 3}, {"limit": 1}, {"limit": 2}]}}
    assert [patch.path for patch in found.patches] == [
        ("spec", "containers", 0, "limit"),
        ("spec", "containers", 2, "limit"),
    ]


def test_patches_are_in_the_order_of_their_places() -> None:
    document: dict[str, Any] = {"spec": {"containers": [{} for _ in range(11)]}}
    found = mutated(document, default("b", ("z",)), default(1, LIMITS), default("a", ("a",)))
    assert [patch.path for patch in found.patches] == [
        ("a",),
        *[("spec", "containers", index, "limit") for index in range(11)],
        ("z",),
    ]


def test_a_key_that_sorts_before_a_star_is_a_key() -> None:
    assert mutated({}, lock(1, ("spec", "!"))).document == {"spec": {"!": 1}}


def test_conflicts_at_items_come_before_those_of_all_items() -> None:
    document = {"spec": {"containers": [{"limit": "x"}, {"limit": 1}], "z": "x"}}
    asked = (
        clamp(LIMITS, ceiling=3),
        lock(1, (*LIMITS[:3], "broken")),
        clamp(("spec", "a"), ceiling=1, floor=2),
    )
    found = mutated(document, *asked, holds=lambda each, _: each.mutation.path[-1] != "broken" or "no such key")
    assert [conflict.path for conflict in found.conflicts] == [
        ("spec", "a"),
        ("spec", "containers", 0, "limit"),
        ("spec", "containers", "*", "broken"),
    ]


def test_a_proposal_is_itself_whatever_it_proposes() -> None:
    asked = {union({"key": "gpu"}): 1, union({"key": "gpu"}): 2}
    assert list(asked.values()) == [1, 2]


def test_where_there_is_no_list_a_star_stands_for_nothing() -> None:
    assert mutated({}, lock(1, LIMITS)).document == {}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"spec": {"containers": {}}}, "`spec.containers` is no list"),
        ({"spec": ["x"]}, "`spec` is no object"),
        ({"spec": {"containers": [{}, "x"]}}, "`spec.containers[1]` is no object"),
    ],
)
def test_a_path_through_something_else_is_a_conflict(document: dict[str, Any], reason: str) -> None:
    found = mutated(document, default(1, LIMITS))
    assert found.document == document
    assert reasons(found) == {"`spec.containers.*.limit`": reason}


def test_the_original_is_kept() -> None:
    document = {"spec": {"containers": [{"limit": 9}], "other": {"kept": []}}}
    found = mutated(document, lock(1, LIMITS))
    assert document == {"spec": {"containers": [{"limit": 9}], "other": {"kept": []}}}
    assert found.document["spec"]["other"] is document["spec"]["other"]


# Conditions


def test_conditions_read_the_object_as_it_was_before_their_stratum() -> None:
    seen: list[tuple[str, dict[str, Any]]] = []

    def holds(each: Proposal, current: dict[str, Any]) -> bool:
        seen.append((each.policy, current))
        return True

    asked = (
        default(1, ("a",), policy="one"),
        default(1, ("b",), policy="two"),
        lock(2, ("c",), policy="three"),
    )
    mutated({}, *asked, holds=holds)
    assert seen == [("one", {}), ("two", {}), ("three", {"a": 1, "b": 1})]


def test_where_a_condition_is_false_nothing_is_changed() -> None:
    assert mutated({}, lock(1), holds=lambda _, __: False).patches == ()


def test_a_condition_that_fails_is_a_conflict() -> None:
    found = mutated(
        {},
        lock(1),
        lock(1, ("other",)),
        holds=lambda each, _: each.mutation.path == ("other",) or "no such key",
    )
    assert found.patches == (Patch(path=("other",), value=1, policies=("p",)),)  # type: ignore[arg-type]
    assert reasons(found) == {"`spec.limit`": "its condition failed: no such key"}
