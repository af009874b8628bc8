"""What Kubernetes expects an expression to cost before it has seen any data."""

import pytest

from interlock.cel.cost.estimate import estimate
from interlock.cel.cost.ranges import MAX, Range
from interlock.cel.cost.sizes import Path, Sizer, nothing, requests
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.libraries.available import AVAILABLE
from interlock.cel.types import BOOL, BYTES, DYN, INT, STRING, CelType, list_of, map_of
from interlock.spans import typed_in

TYPES = {
    "b": BOOL,
    "d": DYN,
    "i": INT,
    "l": list_of(INT),
    "m": map_of(STRING, list_of(STRING)),
    "s": STRING,
    "ss": list_of(STRING),
}
ENVIRONMENT = Environment(declare([]), TYPES, {}, AVAILABLE)
MOST = 3 * 1024 * 1024 - 2


def estimated(text: str, sizes: Sizer) -> Range:
    return estimate(ENVIRONMENT.compile(typed_in(text)).node, sizes).cost


def known(**ranges: tuple[int, int]) -> Sizer:
    """A sizer of paths, which are written with two underscores for a dot."""
    paths = {tuple(name.split("__")): Range(*ends) for name, ends in ranges.items()}

    def sizer(path: Path, _type: CelType) -> Range | None:
        return paths.get(tuple(part.removeprefix("@") for part in path))

    return sizer


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("i == 1", 2, 2),
        ("b ? i + 1 : 0", 1, 3),
        ("b && i > 0", 1, 3),
        ("[1, 2].all(e, e > 0)", 10 + 2 * 3 + 1, 10 + 2 * 5 + 1),
        ("[1, 2].exists(e, e > 0)", 10 + 2 * 4 + 1, 10 + 2 * 6 + 1),
        ("[1, 2].exists_one(e, e > 0)", 10 + 2 * 3 + 2, 10 + 2 * 4 + 2),
        ("[1, 2].map(e, e)", 10 + 10 + 2 * 13 + 1, 10 + 10 + 2 * 13 + 1),
        ("[1, 2].filter(e, e > 0)", 10 + 10 + 2 * 3 + 1, 10 + 10 + 2 * 15 + 1),
        ("['abcdefghijk', 'a'].exists(e, e == 'abcdefghijkl')", 10 + 2 * 4 + 1, 10 + 2 * (4 + 3) + 1),
        ("['abcdefghijk'].map(e, e)[0] == 'abcdefghijkl'", 10 + 10 + 13 + 1 + 1 + 1, 10 + 10 + 13 + 1 + 1 + 2),
        ("cel.bind(v, i + 1, v + v)", 10 + 2 + 3, 10 + 2 + 3),
        ("optional.of(1).optMap(v, v + 1)", 1 + 1 + 1, 1 + 1 + 1 + 10 + 2 + 2),
        ("has(d.a.b)", 1, 1),
        ("d.a.b", 1, 1),
        ("dyn([1, 2]).size()", 12, 12),
    ],
)
def test_what_is_written_down_is_known_without_data(text: str, least: int, most: int) -> None:
    assert estimated(text, nothing) == Range(least, most)


@pytest.mark.parametrize("text", ["s == s", "l.all(e, e > 0)", "i in l", "s.contains(s)", "d.all(e, true)"])
def test_what_nobody_limits_may_cost_anything(text: str) -> None:
    assert estimated(text, nothing).max == MAX or estimated(text, nothing).max > 10**18


@pytest.mark.parametrize(
    ("text", "sizes", "least", "most"),
    [
        ("s == 'a'", {"s": (0, 100)}, 2, 2),
        ("s == s", {"s": (0, 100)}, 3, 12),
        ("i in l", {"l": (2, 5)}, 2 + 2, 2 + 5),
        ("l.all(e, e > 0)", {"l": (2, 5)}, 1 + 2 * 3 + 1, 1 + 5 * 5 + 1),
        ("ss.exists(e, e == e)", {"ss": (1, 3), "ss__items": (5, 50)}, 1 + 4 + 1, 1 + 3 * (4 + 7) + 1),
        ("ss[0] == ss[1]", {"ss__items": (5, 50)}, 2 * 2 + 1, 2 * 2 + 5),
        ("m.all(k, k == k)", {"m": (1, 2), "m__keys": (1, 30)}, 1 + 3 + 1, 1 + 2 * (3 + 5) + 1),
        ("m['a'].size()", {}, 3, 3),
        ("m.a[0] == m.b[0]", {"m__a__items": (0, 20), "m__b__items": (0, 40)}, 2 * 3 + 1, 2 * 3 + 2),
        ("m.all(k, v, v.size() > 0)", {"m": (1, 2)}, 1 + 3 + 1, 1 + 2 * (3 + 3) + 1),
        ("cel.bind(v, ss, v.all(e, e == e))", {"ss": (1, 1), "ss__items": (0, 10)}, 16, 10 + 1 + 1 + 6 + 1),
    ],
)
def test_sizes_are_asked_for_by_path(
    text: str, sizes: dict[str, tuple[int, int]], least: int, most: int
) -> None:
    assert estimated(text, known(**sizes)) == Range(least, most)


@pytest.mark.parametrize(
    ("type_", "most"),
    [
        (STRING, MOST),
        (BYTES, MOST),
        (list_of(INT), MOST // 2),
        (list_of(STRING), MOST // 3),
        (list_of(list_of(STRING)), MOST // 3),
        (map_of(STRING, INT), MOST // 7),
        (map_of(STRING, STRING), MOST // 8),
        (INT, 0),
        (CelType("type", (INT,)), 0),
    ],
)
def test_nothing_is_larger_than_a_request(type_: CelType, most: int) -> None:
    assert requests(("object",), type_) == Range(0, most)


def test_a_computed_number_has_a_size_and_a_requests_has_none() -> None:
    assert requests((), INT) is None
    assert estimated("i == i", requests) == Range(2, 2)
    assert estimated("i + 1 == i + 1", requests) == Range(5, 5)
    assert estimated("type(i) == int", requests) == Range(3, 3)


def test_a_variable_of_a_policy_is_a_part_of_them_all() -> None:
    program = ENVIRONMENT.compile(typed_in("i + 1"))
    environment = ENVIRONMENT.with_variable("variables.x", program)
    node = environment.compile(typed_in("variables.x")).node
    assert estimate(node, nothing).cost == Range(2, 2)
    assert estimate(node, nothing).path == ("variables", "x")
