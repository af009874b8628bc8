"""The standard library as a whole."""

from collections import Counter

from interlock.cel.libraries.overloads import functions
from interlock.cel.libraries.standard import STANDARD
from interlock.cel.types import DYN


def test_every_overload_has_an_id_of_its_own() -> None:
    assert Counter(overload.id for overload in STANDARD.overloads).most_common(1)[0][1] == 1


def test_numbers_of_different_types_are_ordered() -> None:
    ids = {overload.id for overload in STANDARD.overloads}
    for order in ("less", "less_equals", "greater", "greater_equals"):
        for pair in ("int64_double", "double_int64", "int64_uint64", "uint64_int64", "uint64_double"):
            assert f"{order}_{pair}" in ids


def test_what_takes_anything_takes_what_is_left_over() -> None:
    for name in functions([STANDARD]):
        overloads = [overload for overload in STANDARD.overloads if overload.function == name]
        assert all(DYN not in overload.parameters for overload in overloads[:-1])
