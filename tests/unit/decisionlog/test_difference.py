"""How records differ."""

from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.decisionlog.difference import Difference, Kind, apart_from_digests, differences
from support.strategies import json_values

_ENTRIES = st.fixed_dictionaries(
    {},
    optional={
        "code": st.sampled_from(["violated", "errored"]),
        "rule": st.sampled_from(["a", "b"]),
        "message": st.sampled_from(["", "no"]),
        "value": st.sampled_from([1, 1.0, True]),
    },
)
_LISTS = st.lists(_ENTRIES | json_values(), max_size=4)
_RECORDS = st.dictionaries(st.sampled_from(["decision", "reasons", "patches"]), _LISTS | json_values())


def _canonical(value: object) -> bytes:
    return msgspec.json.encode(value, order="deterministic")


@given(_RECORDS)
def test_a_record_does_not_differ_from_itself(record: dict[str, Any]) -> None:
    assert differences(record, record) == ()


@given(_RECORDS, _RECORDS)
def test_nothing_differs_only_where_the_bytes_are_the_same(was: dict[str, Any], now: dict[str, Any]) -> None:
    assert (differences(was, now) == ()) == (_canonical(was) == _canonical(now))


@given(_RECORDS, _RECORDS)
def test_seen_from_the_other_side_what_came_went(was: dict[str, Any], now: dict[str, Any]) -> None:
    turned = {Kind.CAME: Kind.WENT, Kind.WENT: Kind.CAME}
    there = Counter((change.field, turned.get(change.kind, change.kind)) for change in differences(was, now))
    assert there == Counter((change.field, change.kind) for change in differences(now, was))


@given(_LISTS, _LISTS)
def test_what_differs_makes_one_list_of_the_other(was: list[Any], now: list[Any]) -> None:
    made = Counter(map(_canonical, was))
    for change in differences({"f": was}, {"f": now}):
        assert change.field == "f"
        if change.kind in {Kind.WENT, Kind.CHANGED}:
            made[_canonical(change.was)] -= 1
        if change.kind in {Kind.CAME, Kind.CHANGED}:
            made[_canonical(change.now)] += 1
    assert made == Counter(map(_canonical, now))


def test_an_entry_of_the_same_rule_and_item_changed() -> None:
    was = {"code": "violated", "rule": "a", "item": "intent", "message": "no", "remedy": "ask"}
    now = {**was, "message": "never", "digest": "sha256:0"}
    (change,) = differences({"reasons": [was]}, {"reasons": [now]})
    assert change == Difference(field="reasons", kind=Kind.CHANGED, was=was, now=now)
    assert change.keys == ["message", "digest"]


@pytest.mark.parametrize(
    "key",
    [
        "code",
        "layer",
        "area",
        "policy",
        "rule",
        "item",
        "path",
        "of",
        "name",
        "budget",
        "unit",
        "key",
        "within",
    ],
)
def test_an_entry_about_something_else_is_another_one(key: str) -> None:
    changes = differences({"reasons": [{key: "a"}]}, {"reasons": [{key: "b"}]})
    assert [change.kind for change in changes] == [Kind.WENT, Kind.CAME]


@pytest.mark.parametrize(("was", "now"), [(1, True), (1, 1.0), ("1", 1), ([], None), ({"a": 1}, {"a": True})])
def test_values_of_other_sorts_differ(was: object, now: object) -> None:
    (change,) = differences({"x": was}, {"x": now})
    assert change == Difference(field="x", kind=Kind.CHANGED, was=was, now=now)


def test_another_order_differs_and_that_of_keys_does_not() -> None:
    was = [{"a": 1, "b": 2}, 3]
    turned = Difference(field="x", kind=Kind.REORDERED)
    assert differences({"x": was}, {"x": [3, {"b": 2, "a": 1}]}) == (turned,)
    assert differences({"x": was}, {"x": [{"b": 2, "a": 1}, 3]}) == ()


def test_digests_are_left_out_wherever_they_name_the_text_of_a_rule() -> None:
    record = {"policySet": "sha256:0", "reasons": [{"rule": "a", "digest": "sha256:1"}, 1], "time": "now"}
    assert apart_from_digests(record) == {"reasons": [{"rule": "a"}, 1], "time": "now"}
