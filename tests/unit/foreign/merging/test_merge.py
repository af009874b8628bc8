"""One value in another: what stays, what changes, and in which order."""

from typing import Any

import pytest

from interlock.foreign.merging.conformity import atomics, mistakes
from interlock.foreign.merging.merge import merged
from interlock.foreign.merging.structure import DEDUCED, UNTYPED, Structure
from support.foreign.structures import NAMED, SET, built_in, custom

POD_SPEC = built_in("core.v1.PodSpec")
META = built_in("meta.v1.ObjectMeta")


def named(*names: str) -> list[dict[str, Any]]:
    return [{"name": name} for name in names]


@pytest.mark.parametrize(
    ("structure", "was", "given", "made"),
    [
        (META, {"labels": {"a": "1"}}, {"labels": {"b": "2"}}, {"labels": {"a": "1", "b": "2"}}),
        (META, {"labels": {"a": "1"}}, {"labels": {"a": "2"}}, {"labels": {"a": "2"}}),
        (META, {"labels": {"a": "1"}}, {"labels": {}}, {"labels": {"a": "1"}}),
        (META, {}, {"labels": {}}, {"labels": {}}),
        (META, {"labels": None}, {"labels": {"a": "1"}}, {"labels": {"a": "1"}}),
        (META, {"finalizers": ["a", "b"]}, {"finalizers": ["b", "c"]}, {"finalizers": ["a", "b", "c"]}),
        (
            POD_SPEC,
            {"containers": [{"name": "a", "image": "i"}]},
            {"containers": [{"name": "a", "image": "j"}, {"name": "b"}]},
            {"containers": [{"name": "a", "image": "j"}, {"name": "b"}]},
        ),
        (
            POD_SPEC,
            {"containers": [{"name": "a", "ports": [{"containerPort": 80, "name": "http"}]}]},
            {"containers": [{"name": "a", "ports": [{"containerPort": 80, "protocol": "TCP", "hostPort": 1}]}]},
            {
                "containers": [
                    {
                        "name": "a",
                        "ports": [{"containerPort": 80, "name": "http", "protocol": "TCP", "hostPort": 1}],
                    }
                ]
            },
        ),
        (
            POD_SPEC,
            {"containers": [{"name": "a", "ports": [{"containerPort": 80, "protocol": "UDP"}]}]},
            {"containers": [{"name": "a", "ports": [{"containerPort": 80}]}]},
            {
                "containers": [
                    {"name": "a", "ports": [{"containerPort": 80, "protocol": "UDP"}, {"containerPort": 80}]}
                ]
            },
        ),
        (DEDUCED, {"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}),
        (DEDUCED, {"a": [1]}, {"a": [2]}, {"a": [2]}),
        (DEDUCED, {"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}),
        (UNTYPED, {"a": 1}, {"b": 2}, {"b": 2}),
    ],
)
def test_what_is_given_wins_and_the_rest_stays(structure: Structure, was: Any, given: Any, made: Any) -> None:
    before = repr(was), repr(given)
    assert merged(structure, was, given) == made
    assert (repr(was), repr(given)) == before


# What sigs.k8s.io/structured-merge-diff expects of itself (typed/merge_test.go).
@pytest.mark.parametrize(
    ("was", "given", "made"),
    [
        ("abc", "ab", "abc"),
        ("ab", "abc", "abc"),
        ("abc", "", "abc"),
        ("", "abc", "abc"),
        ("ab", "ba", "ba"),
        ("abc", "def", "abcdef"),
        ("abc", "cdef", "abcdef"),
        ("abcgf", "cdef", "abcgdef"),
        ("abc", "defxyz", "abcdefxyz"),
        ("cdef", "ace", "acdef"),
        ("abcxyz", "def", "abcxyzdef"),
        ("abcxyz", "defxyz", "abcdefxyz"),
        ("cagf", "cfag", "cfag"),
        ("abcd", "defa", "bcdefa"),
        ("cdefghij", "2h3e4kl", "cdfg2hij3e4kl"),
        ("abcdefghij", "1b2h3e4kl", "a1bcdfg2hij3e4kl"),
        ("abc", "cb", "acb"),
        ("abc", "ca", "bca"),
    ],
)
def test_what_is_given_keeps_its_order_and_the_rest_its_neighbours(was: str, given: str, made: str) -> None:
    assert "".join(merged(custom(SET), list(was), list(given))) == made
    assert [each["name"] for each in merged(custom(NAMED), named(*was), named(*given))] == list(made)


def test_what_is_there_twice_stays_unless_it_is_given() -> None:
    was = [{"name": "t", "value": 1}, {"name": "t", "value": 2}, {"name": "f", "value": 3}]
    structure = custom(NAMED)
    assert merged(structure, was, [{"name": "f", "value": 4}]) == [*was[:2], {"name": "f", "value": 4}]
    assert merged(structure, was, [{"name": "t", "value": 5}]) == [{"name": "t", "value": 5}, was[2]]


@pytest.mark.parametrize(
    ("structure", "value", "found"),
    [
        (META, {"labels": {"a": 1}}, [".labels.a: expected string, got 1"]),
        (META, {"labels": [1]}, [".labels: expected map, got [1]"]),
        (META, {"nobody": 1}, [".nobody: field not declared in schema"]),
        (META, {"finalizers": ["a", "a"]}, ['.finalizers: duplicate entries for key [="a"]']),
        (
            META,
            {"finalizers": [None]},
            [".finalizers: element 0: associative list without keys has an element that's an explicit null"],
        ),
        (
            META,
            {"finalizers": [["a"]]},
            [".finalizers: element 0: not supported: associative list with lists as elements"],
        ),
        (
            META,
            {"finalizers": [{}]},
            [".finalizers: element 0: associative list without keys has an element that's a map type"],
        ),
        (META, {"generation": True}, [".generation: expected numeric (int or float), got true"]),
        (META, {"labels": None, "generation": 1.5}, []),
        (POD_SPEC, {"hostNetwork": "yes"}, ['.hostNetwork: expected boolean, got "yes"']),
        (POD_SPEC, {"containers": {}}, [".containers: expected list, got {}"]),
        (
            POD_SPEC,
            {"containers": [{"name": "a", "x": 1, "env": [{"name": "b", "value": 2}]}]},
            [
                '.containers[name="a"].x: field not declared in schema',
                '.containers[name="a"].env[name="b"].value: expected string, got 2',
            ],
        ),
        (
            POD_SPEC,
            {"containers": [None]},
            [".containers: element 0: associative list with keys may not have a null element"],
        ),
        (
            POD_SPEC,
            {"containers": ["a"]},
            [".containers: element 0: associative list with keys may not have non-map elements"],
        ),
        (
            custom(NAMED),
            [{"value": 1}],
            [
                (
                    'element 0: associative list with keys has an element that omits key field "name"'
                    " (and doesn't have default value)"
                )
            ],
        ),
        (POD_SPEC, {"tolerations": [{"key": 1}]}, [".tolerations[0].key: expected string, got 1"]),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(structure: Structure, value: Any, found: list[str]) -> None:
    assert [str(each) for each in mistakes(structure, value)] == found


@pytest.mark.parametrize(
    ("structure", "value", "found"),
    [
        (META, {"labels": {"a": "1"}, "finalizers": ["a"]}, []),
        (POD_SPEC, {"nodeSelector": {"a": "1"}}, [".nodeSelector"]),
        (POD_SPEC, {"containers": [{"name": "a", "args": []}]}, [".containers[0].args"]),
        (POD_SPEC, {"tolerations": [{}], "nodeSelector": {}}, [".tolerations", ".nodeSelector"]),
        (DEDUCED, {"a": {"b": [1]}}, []),
    ],
)
def test_what_is_atomic_is_found_in_the_fields_that_have_names(
    structure: Structure, value: Any, found: list[str]
) -> None:
    assert list(atomics(structure, value)) == found
