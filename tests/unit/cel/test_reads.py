"""What an expression reads of a variable, as far as its text tells."""

import pytest

from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.libraries.available import AVAILABLE
from interlock.cel.reads import reads, touches
from interlock.cel.types import DYN
from interlock.spans import typed_in

_ENVIRONMENT = Environment(declare([]), {"object": DYN, "other": DYN}, {}, AVAILABLE)


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("true", []),
        ("other.spec == 1", []),
        ("object.spec.a == other.b", [("spec", "a")]),
        ("has(object.spec.a)", [("spec", "a")]),
        ("object.?spec.?a.orValue(1) == 1", [("spec", "a")]),
        ("object['spec']['a'] == 1", [("spec", "a")]),
        ("object[?'spec'].hasValue()", [("spec",)]),
        ("object.spec[other.key] == 1", [("spec",)]),
        ("object.spec[object.key] == 1", [("spec",), ("key",)]),
        ("object.spec.list[0].a == 1", [("spec", "list")]),
        ("object.list.exists(each, each.a == object.b)", [("list", "*", ""), ("list", "*", "a"), ("b",)]),
        ("object.list.all(each, true)", [("list", "*", "")]),
        ("object.list.exists(each, each == 1)", [("list", "*", ""), ("list", "*")]),
        ("object.map.exists(key, value, value.a == key)", [("map", "*", ""), ("map", "*", "a")]),
        (
            "object.list.filter(each, each.a).exists(each, each.b)",
            [("list", "*", ""), ("list", "*", "a"), ("list", "*")],
        ),
        (
            "object.list.exists(l, l.list.exists(l, l.a))",
            [("list", "*", ""), ("list", "*", "list", "*", ""), ("list", "*", "list", "*", "a")],
        ),
        ("object.?spec.optMap(spec, spec.a == 1).orValue(false)", [("spec",), ("spec", "a")]),
        ("cel.bind(unread, object.a, true)", []),
        ("'a' in object.labels", [("labels",)]),
        ("size(object) > 0", [()]),
        ("cel.bind(whole, object, whole.spec.a == 1)", [("spec", "a")]),
        ("cel.bind(sum, object.a + object.b, sum == 1)", [("a",), ("b",)]),
        ("object.a == 1 || object.a == 2", [("a",)]),
    ],
)
def test_an_expression_reads_the_longest_paths_of_constant_keys(
    text: str, paths: list[tuple[str, ...]]
) -> None:
    assert reads(_ENVIRONMENT.compile(typed_in(text)).checked, "object") == set(paths)


@pytest.mark.parametrize(
    ("path", "written", "is_touched"),
    [
        ("a.b", "a.b", True),
        ("a.b", "a", True),
        ("a", "a.b", True),
        ("", "a.b", True),
        ("a.b", "a.c", False),
        ("a.*.b", "a.*.c", False),
        ("a.*.b", "a.*.b", True),
        ("a.*.b", "a.k.b", True),
        # Which elements there are: a key that is written is made, items that are gone through are there.
        ("a.*.", "a", True),
        ("a.*.", "a.k", True),
        ("a.*.", "a.k.x", True),
        ("a.*.", "a.*.x", False),
        ("a.*.", "b.k", False),
    ],
)
def test_what_is_read_changes_with_what_is_written_there(path: str, written: str, is_touched: bool) -> None:  # noqa: FBT001  # what is told
    split = [tuple(each.split(".")) if each else () for each in (path, written)]
    assert touches(*split) is is_touched
