from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from interlock.identity import PolicyName
from interlock.model.patch import Patch
from interlock_webhooks.jsonpatch import json_patch
from support.jsonpatch import applied


def _patch(*path: str | int) -> Patch:
    return Patch(path=path, value="v", policies=(PolicyName("defaults"),))


def test_a_value_is_added_where_its_parents_are() -> None:
    assert json_patch({"metadata": {}}, [_patch("metadata", "name")]) == [
        {"op": "add", "path": "/metadata/name", "value": "v"}
    ]


def test_missing_parents_are_made_once_and_first() -> None:
    operations = json_patch({}, [_patch("metadata", "labels", "a"), _patch("metadata", "labels", "b")])
    assert [operation["path"] for operation in operations] == [
        "/metadata",
        "/metadata/labels",
        "/metadata/labels/a",
        "/metadata/labels/b",
    ]


def test_a_parent_that_is_null_is_made_an_object() -> None:
    assert json_patch({"metadata": None}, [_patch("metadata", "name")])[0] == {
        "op": "add",
        "path": "/metadata",
        "value": {},
    }


def test_tilde_and_slash_are_escaped() -> None:
    assert json_patch({"a": {}}, [_patch("a", "x.io/y~z")])[0]["path"] == "/a/x.io~1y~0z"


def test_a_place_in_an_item_of_a_list_is_found_by_its_index() -> None:
    document = {"list": [{"a": 1}, {"b": {}}, {}]}
    operations = json_patch(document, [_patch("list", 1, "b", "c"), _patch("list", 2, "b", "c")])
    assert [operation["path"] for operation in operations] == ["/list/1/b/c", "/list/2/b", "/list/2/b/c"]
    assert applied(document, operations) == {"list": [{"a": 1}, {"b": {"c": "v"}}, {"b": {"c": "v"}}]}


def test_an_item_that_is_null_is_replaced_and_not_inserted_before() -> None:
    document: dict[str, Any] = {"list": [None, {"a": 1}]}
    operations = json_patch(document, [_patch("list", 0, "b"), _patch("list", 1, "b")])
    assert operations[0] == {"op": "replace", "path": "/list/0", "value": {}}
    assert applied(document, operations) == {"list": [{"b": "v"}, {"a": 1, "b": "v"}]}


_KEYS = st.text(alphabet="ab/~0", min_size=1, max_size=3)
_OBJECTS = st.recursive(
    st.none() | st.just({}), lambda inner: st.dictionaries(_KEYS, inner, max_size=3), max_leaves=8
).map(lambda value: value or {})


@given(_OBJECTS, st.lists(st.tuples(_KEYS, _KEYS, _KEYS), max_size=4, unique=True))
def test_applying_the_operations_puts_each_value_in_its_place(
    document: dict[str, Any], paths: list[tuple[str, ...]]
) -> None:
    changed = applied(document, json_patch(document, [_patch(*path) for path in paths]))
    for first, second, third in paths:
        assert changed[first][second][third] == "v"
