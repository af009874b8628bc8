"""What is true of structured merge, whatever merges."""

from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from interlock.foreign.merging.conformity import mistakes
from interlock.foreign.merging.merge import merged
from support.foreign.structures import NAMED, SET, custom

STRUCTURE: Final = custom(
    {
        "type": "object",
        "properties": {
            "named": NAMED,
            "set": SET,
            "atomic": {"type": "array", "items": {"type": "string"}},
            "map": {"type": "object", "additionalProperties": {"type": "string"}},
            "whole": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "x-kubernetes-map-type": "atomic",
            },
            "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        },
    }
)
NAMES: Final = st.sampled_from("abcdef")
FREE: Final = st.recursive(
    st.integers(0, 3) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
ELEMENTS: Final = st.fixed_dictionaries({"name": NAMES}, optional={"value": st.integers(0, 9)})
VALUES: Final[st.SearchStrategy[dict[str, Any]]] = st.fixed_dictionaries(
    {},
    optional={
        "named": st.lists(ELEMENTS, unique_by=lambda each: each["name"], max_size=5),
        "set": st.lists(NAMES, unique=True, max_size=5),
        "atomic": st.lists(NAMES, max_size=3),
        "map": st.dictionaries(NAMES, NAMES, max_size=3),
        "whole": st.dictionaries(NAMES, NAMES, max_size=3),
        "free": st.dictionaries(NAMES, FREE, max_size=3),
    },
)


@given(VALUES, VALUES)
def test_merging_again_changes_nothing(was: dict[str, Any], change: dict[str, Any]) -> None:
    once = merged(STRUCTURE, was, change)
    assert merged(STRUCTURE, once, change) == once


@given(VALUES)
def test_an_empty_configuration_changes_nothing(was: dict[str, Any]) -> None:
    assert merged(STRUCTURE, was, {}) == was


@given(VALUES)
def test_a_value_merged_into_itself_or_into_nothing_is_itself(value: dict[str, Any]) -> None:
    assert merged(STRUCTURE, value, value) == value
    assert merged(STRUCTURE, {}, value) == value


@given(VALUES, VALUES)
def test_what_fits_still_fits_so_nothing_is_in_a_list_twice(
    was: dict[str, Any], change: dict[str, Any]
) -> None:
    assert not list(mistakes(STRUCTURE, was)) + list(mistakes(STRUCTURE, change))
    assert not list(mistakes(STRUCTURE, merged(STRUCTURE, was, change)))


@given(VALUES, VALUES)
def test_all_that_is_given_is_there(was: dict[str, Any], change: dict[str, Any]) -> None:
    made = merged(STRUCTURE, was, change)
    for field in ("atomic", "whole"):
        assert made.get(field) == change.get(field, was.get(field))
    assert made.get("map", {}) == {**was.get("map", {}), **change.get("map", {})}
    assert set(made.get("set", ())) == {*was.get("set", ()), *change.get("set", ())}
    ordered = [each for each in made.get("set", ()) if each in change.get("set", ())]
    assert ordered == change.get("set", [])
    values: dict[str, dict[str, Any]] = {each["name"]: each for each in was.get("named", ())}
    for each in change.get("named", ()):
        values[each["name"]] = {**values.get(each["name"], {}), **each}
    assert {each["name"]: each for each in made.get("named", ())} == values
