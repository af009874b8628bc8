"""JSON Patch as the API server applies it."""

from copy import deepcopy
from typing import Any

import pytest

from interlock.foreign.changes.containers import PatchError
from interlock.foreign.changes.document import DEEPEST, MOST_HANDLED
from interlock.foreign.changes.json_patch import UnmetTestError, patched
from interlock.foreign.changes.operation import ABSENT, Operation, escaped, unescaped


def after(document: Any, *operations: tuple[Any, ...]) -> Any:
    """`document` after operations that are op, path, value; or op, path, ABSENT and source."""
    before = deepcopy(document)
    made = patched(document, [operation(*each) for each in operations])
    assert document == before
    return made


def operation(op: str, path: str, value: Any = ABSENT, source: str = "") -> Operation:
    return Operation(op=op, path=path, value=value, source=source)


def copy(source: str, path: str) -> tuple[Any, ...]:
    return ("copy", path, ABSENT, source)


def move(source: str, path: str) -> tuple[Any, ...]:
    return ("move", path, ABSENT, source)


# The examples of RFC 6902, appendix A, that succeed in json-patch.v4.
@pytest.mark.parametrize(
    ("document", "operations", "made"),
    [
        ({"foo": "bar"}, [("add", "/baz", "qux")], {"baz": "qux", "foo": "bar"}),
        ({"foo": ["bar", "baz"]}, [("add", "/foo/1", "qux")], {"foo": ["bar", "qux", "baz"]}),
        ({"baz": "qux", "foo": "bar"}, [("remove", "/baz")], {"foo": "bar"}),
        ({"foo": ["bar", "qux", "baz"]}, [("remove", "/foo/1")], {"foo": ["bar", "baz"]}),
        ({"baz": "qux", "foo": "bar"}, [("replace", "/baz", "boo")], {"baz": "boo", "foo": "bar"}),
        (
            {"foo": {"bar": "baz", "waldo": "fred"}, "qux": {"corge": "grault"}},
            [move("/foo/waldo", "/qux/thud")],
            {"foo": {"bar": "baz"}, "qux": {"corge": "grault", "thud": "fred"}},
        ),
        (
            {"foo": ["all", "grass", "cows", "eat"]},
            [move("/foo/1", "/foo/3")],
            {"foo": ["all", "cows", "eat", "grass"]},
        ),
        (
            {"baz": "qux", "foo": ["a", 2, "c"]},
            [("test", "/baz", "qux"), ("test", "/foo/1", 2)],
            {"baz": "qux", "foo": ["a", 2, "c"]},
        ),
        ({"foo": "bar"}, [("add", "/child", {"grandchild": {}})], {"foo": "bar", "child": {"grandchild": {}}}),
        ({"/": 9, "~1": 10}, [("test", "/~01", 10)], {"/": 9, "~1": 10}),
        ({"foo": ["bar"]}, [("add", "/foo/-", ["abc", "def"])], {"foo": ["bar", ["abc", "def"]]}),
    ],
)
def test_the_examples_of_the_standard_hold(document: Any, operations: list[Any], made: Any) -> None:
    assert after(document, *operations) == made


@pytest.mark.parametrize(
    ("document", "operation_", "made"),
    [
        ({"a": {}}, ("replace", "/a/b", 1), {"a": {"b": 1}}),
        ({"a": [1, 2]}, ("remove", "/a/-1"), {"a": [1]}),
        ({"a": [1, 2]}, ("add", "/a/-1", 3), {"a": [1, 2, 3]}),
        ({"a": [1, 2]}, ("replace", "/a/+1", 3), {"a": [1, 3]}),
        ({"a": [1, 2]}, ("replace", "/a/01", 3), {"a": [1, 3]}),
        ({"a": 1}, ("replace", "nowhere/a", 2), {"a": 2}),
        ({"a": 1}, ("add", "/b"), {"a": 1, "b": None}),
        ({"a": 1}, copy("/nothing", "/b"), {"a": 1, "b": None}),
        ({"a": 1}, ("replace", "", {"b": 2}), {"b": 2}),
        ({"a": 1}, ("replace", "", [1]), [1]),
        ({"a": {"b": 1}}, copy("/a", "/a/c"), {"a": {"b": 1, "c": {"b": 1}}}),
        ({"a": None}, ("test", "/a"), {"a": None}),
        ({}, ("test", "/a"), {}),
        ({"a": {"b": [1]}}, ("test", "", {"a": {"b": [1.0]}}), {"a": {"b": [1]}}),
        ({"": {"": 1}}, ("replace", "//", 2), {"": {"": 2}}),
    ],
)
def test_the_manners_of_the_api_server_are_kept(document: Any, operation_: Any, made: Any) -> None:
    assert after(document, operation_) == made


@pytest.mark.parametrize(
    ("document", "operation_", "message"),
    [
        ({}, ("nothing", "/a"), "Unexpected kind: nothing"),
        ({}, ("add", "/a/b", 1), 'add operation does not apply: doc is missing path: "/a/b": missing value'),
        ({"a": None}, ("add", "/a/b", 1), 'add operation does not apply: doc is missing path: "/a/b"'),
        ({"a": 5}, ("add", "/a/b", 1), 'add operation does not apply: doc is missing path: "/a/b"'),
        ({}, ("add", "", {}), 'add operation does not apply: doc is missing path: "": missing value'),
        (
            {"a": []},
            ("add", "/a/1", 1),
            "error in add for path: '/a/1': Unable to access invalid index: 1: invalid index referenced",
        ),
        (
            {"a": []},
            ("add", "/a/b", 1),
            "error in add for path: '/a/b': value was not a proper array index: 'b': strconv.Atoi: parsing",
        ),
        (
            {},
            ("remove", "/a"),
            "error in remove for path: '/a': Unable to remove nonexistent key: a: missing value",
        ),
        ({"a": []}, ("remove", "/a/0"), "error in remove for path: '/a/0': Unable to access invalid index: 0"),
        ({"a": []}, ("remove", "/a/-"), "error in remove for path: '/a/-': strconv.Atoi"),
        ({}, ("remove", "/a/b"), 'remove operation does not apply: doc is missing path: "/a/b": missing value'),
        ({}, ("replace", "/a/b"), "replace operation does not apply: doc is missing path: /a/b: missing value"),
        (
            {"a": []},
            ("replace", "/a/-", 1),
            "replace operation does not apply: doc is missing key: /a/-: missing value",
        ),
        ({}, ("replace", "", 1), "replace operation value must be object or array"),
        ({}, ("move", "/a"), "move operation failed to decode from: operation, missing from field"),
        ({}, move("/a", "/b"), "error in move for path: 'a': Unable to remove nonexistent key: a"),
        ({}, move("/a/b", "/b"), "move operation does not apply: doc is missing from path: /a/b"),
        ({"a": 1}, move("/a", "/b/c"), "move operation does not apply: doc is missing destination path: /b/c"),
        ({"a": {}}, move("/a", "/a/b"), "move operation does not apply: doc is missing destination path: /a/b"),
        ({}, ("copy", "/a"), "copy operation failed to decode from: operation, missing from field"),
        (
            {},
            copy("/a/b", "/c"),
            "copy operation does not apply: doc is missing from path: /a/b: missing value",
        ),
        ({"a": []}, copy("/a/1", "/c"), "error in copy for from: '/a/1': Unable to access invalid index: 1"),
        ({"a": 1}, copy("/a", "/b/c"), "copy operation does not apply: doc is missing destination path: /b/c"),
        (
            {"a": [1]},
            copy("/a", "/a/2"),
            "error while adding value during copy: Unable to access invalid index: 2",
        ),
        ({}, ("test", "/a/b", 1), "test operation does not apply: is missing path: /a/b: missing value"),
        ({"a": []}, ("test", "/a/0", 1), "error in test for path: '/a/0': Unable to access invalid index: 0"),
    ],
)
def test_what_can_not_be_applied_is_told_in_the_words_of_the_api_server(
    document: Any, operation_: Any, message: str
) -> None:
    with pytest.raises(PatchError) as error:
        after(document, operation_)
    assert str(error.value).startswith(message)
    assert not isinstance(error.value, UnmetTestError)


@pytest.mark.parametrize(
    ("document", "path", "value"),
    [
        ({"a": 1}, "/a", 2),
        ({"a": 1}, "/a", True),
        ({"a": 1}, "/a", "1"),
        ({"a": 1}, "/a", ABSENT),
        ({"a": None}, "/a", None),
        ({}, "/a", None),
        ({"a": {"b": 1}}, "/a", {}),
        ({"a": [1]}, "/a", [1, 1]),
        ({"a": 1}, "", {}),
    ],
)
def test_a_test_that_is_not_met_is_told_from_what_can_not_be_applied(
    document: Any, path: str, value: Any
) -> None:
    with pytest.raises(UnmetTestError, match=f"testing value {path} failed: test failed"):
        after(document, ("test", path, value))


def test_what_is_copied_does_not_change_with_what_it_was_copied_from() -> None:
    made = after(
        {"a": {"b": {"c": 1}}},
        ("add", "/a/b/d", 2),
        copy("/a", "/x"),
        ("replace", "/a/b/c", 3),
        ("remove", "/x/b/d"),
    )
    assert made == {"a": {"b": {"c": 3, "d": 2}}, "x": {"b": {"c": 1}}}


def test_a_patch_can_not_make_without_bounds() -> None:
    doubling = [copy("/a", f"/a/{at}") for at in range(40)]
    with pytest.raises(PatchError, match=f"makes more than {DEEPEST} levels|handles more than {MOST_HANDLED}"):
        after({"a": {"b": "x" * 100}}, *doubling)
    with pytest.raises(PatchError, match=f"handles more than {MOST_HANDLED}"):
        after({"a": ["x" * 1000], "b": {}}, *[copy("/a", f"/b/{at}") for at in range(10_000)])
    deep: Any = []
    for _ in range(DEEPEST):
        deep = [deep]
    with pytest.raises(PatchError, match="levels"):
        after({}, ("add", "/a", deep))
    with pytest.raises(PatchError, match="levels"):
        after({}, ("remove", "/a" * (DEEPEST + 1)))


@pytest.mark.parametrize("key", ["", "a/b", "~", "~0", "~1", "/~", "a~1b/c"])
def test_keys_are_escaped_and_read_again(key: str) -> None:
    assert unescaped(escaped(key)) == key
    assert after({}, ("add", f"/{escaped(key)}", 1)) == {key: 1}
