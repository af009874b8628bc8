from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import RequestError
from interlock.intents.bounds import MAX_DEPTH, MAX_NODES, MAX_TEXT, Bounded, are_within, bounded, check_bounds

_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**63), max_value=2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), inner, max_size=4
        )
    ),
    max_leaves=20,
)
_NOT_JSON: st.SearchStrategy[Any] = st.sampled_from(
    [
        "a\0b",
        "\ud800",
        2**63,
        -(2**63) - 1,
        float("nan"),
        float("inf"),
        (1,),
        b"x",
        {1},
        {1: "x"},
        {"\0": 1},
        {"\udfff": 1},
        datetime(2026, 1, 1, tzinfo=UTC),
    ]
)

_WRITTEN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def _nested(levels: int) -> Any:  # raw JSON
    value: Any = "leaf"
    for level in range(levels):
        value = [value] if level % 2 else {"k": value}
    return value


@given(_JSON)
def test_json_values_are_within_the_bounds(value: object) -> None:
    check_bounds(value)


@given(_NOT_JSON, st.lists(st.sampled_from(["list", "dict"]), max_size=5), _JSON)
def test_whatever_is_no_plain_json_value_is_refused_at_any_depth(
    culprit: object, wrappers: list[str], beside: object
) -> None:
    value = culprit
    for wrapper in wrappers:
        value = [beside, value] if wrapper == "list" else {"beside": beside, "x": value}
    with pytest.raises(RequestError) as caught:
        check_bounds(value)
    assert caught.value.path.startswith("$")
    assert "\n" not in str(caught.value)


def test_the_deepest_level_is_allowed_and_the_next_is_not() -> None:
    check_bounds(_nested(MAX_DEPTH))
    with pytest.raises(RequestError, match="nests deeper than 64 levels"):
        check_bounds(_nested(MAX_DEPTH + 1))


def test_a_nest_of_any_depth_is_refused_without_running_out_of_stack() -> None:
    with pytest.raises(RequestError, match="nests deeper"):
        check_bounds(_nested(100_000))


def test_as_many_values_as_allowed_pass_and_one_more_does_not() -> None:
    check_bounds([0] * (MAX_NODES - 1))
    with pytest.raises(RequestError, match="more than 100000 values"):
        check_bounds([0] * MAX_NODES)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": [{"b c": "x\0"}]}, '`a[0]["b c"]`: holds a string with NUL'),
        ({"a": {"\0": 1}}, "`a`: holds a string with NUL"),
        ({"a": {2: 1}}, "`a`: has a key that is no string"),
        (["\ud83d"], "`[0]`: holds a string with a lone surrogate"),
        ({"n": 2**63}, "`n`: holds an integer that does not fit into 64 bits"),
        ({"n": float("nan")}, "`n`: holds a number that is not finite"),
        ({"t": ()}, "`t`: must be a JSON value"),
        ("\0", "`.`: holds a string with NUL"),
    ],
)
def test_the_message_names_the_place(value: object, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        check_bounds(value)
    assert str(caught.value) == message


def test_the_path_starts_where_the_value_stands() -> None:
    with pytest.raises(RequestError, match=r"`request\.a`") as caught:
        check_bounds({"a": "\0"}, "request")
    assert caught.value.path == "$.request.a"


@pytest.mark.parametrize("join", [str, "é".__add__])
def test_two_halves_of_a_pair_in_two_strings_are_still_lone(join: Callable[[str], str]) -> None:
    with pytest.raises(RequestError):
        check_bounds([join("\ud83d"), "\ude00"])


def test_texts_are_bounded_together() -> None:
    check_bounds({"a": "a" * (MAX_TEXT // 2), "b": "é" * (MAX_TEXT // 2 - 2)})
    with pytest.raises(RequestError, match=f"more than {MAX_TEXT} characters"):
        check_bounds(["a" * (MAX_TEXT // 2), "é" * (MAX_TEXT // 2 + 1)])


@given(st.lists(st.one_of(_JSON, _NOT_JSON), max_size=3))
def test_parts_of_a_request_are_within_the_bounds_exactly_if_each_is(parts: list[Any]) -> None:
    assert are_within(*parts) is all(are_within(part) for part in parts)


def test_what_parts_of_a_request_hold_counts_together() -> None:
    assert are_within([0] * (MAX_NODES // 2), [0] * (MAX_NODES // 2 - 2))
    with pytest.raises(RequestError, match="more than 100000 values"):
        are_within([0] * (MAX_NODES // 2), [0] * (MAX_NODES // 2))


@given(st.dictionaries(st.text(), _WRITTEN))
def test_what_the_text_tells_is_what_a_look_at_every_value_finds(value: dict[str, Any]) -> None:
    written = msgspec.json.encode(value)
    read = bounded(msgspec.json.decode(written), written)
    assert read == value
    if type(read) is Bounded:
        check_bounds(dict(read))


@pytest.mark.parametrize(
    "written",
    [
        b"{}",
        b'{"a": [1, -2.5, true, null, "\xc3\xa9", {"b": ""}]}',
        b'{"a": 999999999999999999, "b": -999999999999999999}',
        b'{"a": "\\u0001"}',
        b'{"a": ' + b"[" * 63 + b"]" * 63 + b"}",
    ],
)
def test_the_text_of_an_ordinary_object_tells_that_it_is_within_the_bounds(written: bytes) -> None:
    assert type(bounded(msgspec.json.decode(written), written)) is Bounded


@pytest.mark.parametrize(
    "written",
    [
        b'{"a": 9223372036854775808}',
        b'{"a": -9223372036854775809}',
        b'{"a": [{"b": 12345678901234567890}]}',
        b'{"a": "\\u0000"}',
        b'{"\\u0000": 1}',
        b'{"a": ' + b"[" * 64 + b"]" * 64 + b"}",
        b'{"a": ' + b'{"a":' * 64 + b"1" + b"}" * 64 + b"}",
        b'{"a": [' + b"1," * MAX_NODES + b"1]}",
        b'{"a": "' + b"x" * (MAX_TEXT + 1) + b'"}',
    ],
)
def test_the_text_of_what_is_out_of_bounds_tells_nothing(written: bytes) -> None:
    value = msgspec.json.decode(written)
    assert bounded(value, written) is value
    with pytest.raises(RequestError):
        check_bounds(value)
