"""Types as documents write them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.types import BOOL, DYN, INT, STRING, TIMESTAMP, CelType, list_of, map_of
from interlock.loading.types import TYPE_NAMES, UnknownTypeError, is_assignable, parse_type, write_type

_TYPES = st.recursive(
    st.sampled_from(sorted(TYPE_NAMES)),
    lambda inner: (
        inner.map("list({})".format)
        | st.tuples(st.sampled_from(["bool", "dyn", "int", "string", "uint"]), inner).map(
            lambda pair: f"map({pair[0]}, {pair[1]})"
        )
    ),
    max_leaves=3,
)


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("string", STRING),
        ("timestamp", TIMESTAMP),
        ("tool", CelType("interlock.Tool")),
        ("list(string)", list_of(STRING)),
        (" list ( list(int) ) ", list_of(list_of(INT))),
        ("map(string, dyn)", map_of(STRING, DYN)),
        ("map(int,list(image))", map_of(INT, list_of(CelType("interlock.Image")))),
    ],
)
def test_a_type_is_read(text: str, type_: CelType) -> None:
    assert parse_type(text) == type_


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "can't be ``: choose `accelerator`"),
        ("strng", "can't be `strng`: did you mean `string`?"),
        ("list", "can't be `list`: write a type such as `list(string)` or `map(string, dyn)`"),
        ("list()", "can't be `list()`: choose `accelerator`"),
        ("list(int", "can't be `list(int`: write a type such as"),
        ("list(int))", "can't be `list(int))`: write a type such as"),
        ("list(int, int)", "can't be `list(int, int)`: write a type such as"),
        ("map(int)", "can't be `map(int)`: write a type such as"),
        ("int string", "can't be `int string`: write a type such as"),
        (
            "map(double, int)",
            "can't have keys of type `double`: choose `bool`, `dyn`, `int`, `string` or `uint`",
        ),
        ("Tool", "can't be `Tool`: did you mean `tool`?"),
        ("list(" * 10 + "int" + ")" * 10, "nests more than 8 deep: write `dyn`"),
    ],
)
def test_what_is_no_type_says_why(text: str, told: str) -> None:
    with pytest.raises(UnknownTypeError) as caught:
        parse_type(text)
    assert str(caught.value).startswith(told)


@given(_TYPES)
def test_a_type_is_written_as_it_is_read(text: str) -> None:
    assert write_type(parse_type(text)) == text


@given(
    st.text(max_size=30) | st.lists(st.sampled_from(["list", "map", "(", ")", ",", "int", " "])).map("".join)
)
def test_every_text_is_a_type_or_is_told_why_not(text: str) -> None:
    with suppress(UnknownTypeError):
        assert parse_type(write_type(parse_type(text))) == parse_type(text)


@pytest.mark.parametrize(
    ("type_", "target", "is_fitting"),
    [
        (STRING, STRING, True),
        (STRING, INT, False),
        (DYN, STRING, True),
        (STRING, DYN, True),
        (list_of(DYN), list_of(STRING), True),
        (list_of(INT), list_of(STRING), False),
        (map_of(STRING, BOOL), map_of(STRING, DYN), True),
        (list_of(INT), map_of(INT, INT), False),
    ],
)
def test_a_value_fits_where_its_type_is_asked_for(type_: CelType, target: CelType, is_fitting: bool) -> None:  # noqa: FBT001
    assert is_assignable(type_, target) is is_fitting
