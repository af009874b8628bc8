from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from interlock.identity import PolicyName
from interlock.model.patch import Patch
from interlock_webhooks.kubernetes.patch import json_patch


def _patch(*path: str) -> Patch:
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


_KEYS = st.text(alphabet="ab/~0", min_size=1, max_size=3)
_OBJECTS = st.recursive(
    st.none() | st.just({}), lambda inner: st.dictionaries(_KEYS, inner, max_size=3), max_leaves=8
).map(lambda value: value or {})


@given(_OBJECTS, st.lists(st.tuples(_KEYS, _KEYS, _KEYS), max_size=4, unique=True))
def test_applying_the_operations_puts_each_value_in_its_place(
    document: dict[str, Any], paths: list[tuple[str, ...]]
) -> None:
    changed = deepcopy(document)
    for operation in json_patch(document, [_patch(*path) for path in paths]):
        _apply(changed, operation)
    for first, second, third in paths:
        assert changed[first][second][third] == "v"


def _apply(document: dict[str, Any], operation: dict[str, Any]) -> None:
    """RFC 6902 `add` for objects."""
    *parents, last = [token.replace("~1", "/").replace("~0", "~") for token in operation["path"].split("/")[1:]]
    node = document
    for parent in parents:
        node = node[parent]
    node[last] = deepcopy(operation["value"])
