"""What is true of the difference of two values."""

from copy import deepcopy
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from interlock.foreign.changes.difference import difference
from interlock.foreign.changes.equality import is_same
from interlock.foreign.changes.json_patch import patched
from support.jsonpatch import applied

KEYS: Final = st.sampled_from(["a", "b", "c", "d/e", "f~g", ""])
JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.5, 1.0]) | st.text("xy", max_size=2),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)
DOCUMENTS: Final = st.dictionaries(KEYS, JSON, max_size=4)


@given(DOCUMENTS, DOCUMENTS)
def test_the_difference_makes_one_value_of_the_other(was: dict[str, Any], now: dict[str, Any]) -> None:
    before = deepcopy(was)
    operations = list(difference(was, now))
    assert is_same(patched(was, operations), now)
    assert is_same(was, before)


@given(DOCUMENTS, DOCUMENTS)
def test_another_implementation_makes_the_same_of_it(was: dict[str, Any], now: dict[str, Any]) -> None:
    assert is_same(applied(was, [dict(each.wire()) for each in difference(was, now)]), now)


@given(JSON)
def test_what_is_the_same_has_no_difference(value: Any) -> None:
    assert not list(difference(value, deepcopy(value)))


@given(JSON, JSON)
def test_what_has_no_difference_is_the_same(left: Any, right: Any) -> None:
    assert is_same(left, right) is not bool(list(difference(left, right)))
