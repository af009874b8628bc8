"""Types, keys and what CEL does not have."""

import pytest

from interlock.cel.types import DYN, INT, STRING, list_of, map_of
from interlock.cel.values import BoolKey, EvaluationError, Uint, entries, from_key, keys, to_key, type_of
from support.evaluation import value_of


def test_a_type_is_written_with_its_parameters() -> None:
    assert str(INT) == "int"
    assert str(map_of(STRING, list_of(DYN))) == "map(string, list(dyn))"


@pytest.mark.parametrize("value", [object(), (1,), {1}, 1j], ids=["object", "tuple", "set", "complex"])
def test_what_cel_does_not_have_has_no_type(value: object) -> None:
    with pytest.raises(EvaluationError, match="no CEL value"):
        type_of(value)


@pytest.mark.parametrize("value", [True, False, 1, 0, Uint(2), "a"], ids=repr)
def test_a_key_is_its_value_again(value: object) -> None:
    back = from_key(to_key(value))
    assert back == value
    assert type(back) is type(value)


def test_bools_and_numbers_are_different_keys() -> None:
    made = entries([(True, "a"), (1, "b"), (False, "c"), (0, "d")])
    assert [(type(key), key) for key in keys(made)] == [(bool, True), (int, 1), (bool, False), (int, 0)]
    assert made[BoolKey.TRUE] == "a"


def test_an_unsigned_key_is_the_integer_that_it_equals() -> None:
    assert value_of("{1u: 'a'}[dyn(1)]") == "a"
    assert value_of("{1: 'a'}[dyn(1u)]") == "a"
    with pytest.raises(EvaluationError, match="duplicate key"):
        entries([(1, "a"), (Uint(1), "b")])
