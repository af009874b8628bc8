"""What stands for a part that was cut out has its type."""

import pytest

from interlock.cel.deep.witness import witness
from interlock.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    ERROR,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    UINT,
    CelType,
    list_of,
    map_of,
    optional_of,
)
from interlock.spans import typed_in
from support.checking import check


def type_of(type_: CelType) -> CelType:
    """The type that the checker gives to the witness of `type_`."""
    text, declared = witness(type_, "v")
    checked = check(typed_in(text), {"v": declared})
    assert not isinstance(checked, tuple), checked
    return checked.place.type


def lists(count: int, element: CelType) -> CelType:
    return list_of(lists(count - 1, element)) if count else element


@pytest.mark.parametrize(
    "type_",
    [
        *(BOOL, INT, UINT, DOUBLE, STRING, BYTES, NULL, TIMESTAMP, DURATION, DYN),
        *(CelType("wrapper", (value,)) for value in (BOOL, INT, UINT, DOUBLE, STRING, BYTES)),
        CelType("interlock.Intent"),
        list_of(map_of(STRING, list_of(INT))),
        list_of(CelType("wrapper", (INT,))),
        lists(11, INT),
        optional_of(INT),
        optional_of(optional_of(list_of(STRING))),
        list_of(optional_of(INT)),
        CelType("type", (INT,)),
        list_of(CelType("type", (list_of(INT),))),
    ],
    ids=str,
)
def test_a_witness_has_its_type(type_: CelType) -> None:
    assert type_of(type_) == type_


@pytest.mark.parametrize(
    ("type_", "known"),
    [
        (ERROR, DYN),
        (lists(13, INT), lists(11, DYN)),
        (map_of(DOUBLE, INT), map_of(DYN, INT)),
        (map_of(STRING, optional_of(INT)), map_of(STRING, DYN)),
        (optional_of(optional_of(optional_of(INT))), optional_of(optional_of(DYN))),
    ],
    ids=str,
)
def test_what_no_witness_can_have_is_dynamic(type_: CelType, known: CelType) -> None:
    assert type_of(type_) == known
