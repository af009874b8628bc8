"""Of a map that is known in part, what is known has its value, and all else is an error of its own."""

from typing import Any

import pytest

from interlock.cel.cost.meter import Meter
from interlock.cel.libraries.kubernetes.versions import NEWEST, libraries
from interlock.cel.untyped.expression import read
from interlock.cel.values import OpenMap, UnknownError


def _value(text: str) -> Any:  # any CEL value
    bound = {"m": OpenMap({"a": 1, "inner": OpenMap({"b": 2})})}
    return read(text, libraries(NEWEST), ("m",)).evaluate(bound, Meter())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("m.a", 1),
        ("m['a']", 1),
        ("m.inner.b + m['inner']['b']", 4),
        ("has(m.a)", True),
        ("'a' in m", True),
        ("m.?a.orValue(0)", 1),
        ("m[?'a'].orValue(0)", 1),
        ("m.z == 1 || m.a == 1", True),
        ("m.z == 1 && m.a == 2", False),
        ("type(m) == map", True),
    ],
)
def test_what_is_known_has_its_value(text: str, value: Any) -> None:
    assert _value(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "m.z",
        "m['z']",
        "has(m.z)",
        "'z' in m",
        "!('z' in m)",
        "m.?z.orValue(0)",
        "m[?'z'].orValue(0)",
        "m.inner.z.y",
        "size(m)",
        "m.size() > 0",
        "m == {}",
        "{} == m",
        "m == m",
        "m != m.inner",
        "m == 1",
        "m in [1]",
        "m.all(k, k == 'a')",
        "m.exists(k, v, v == 1)",
        "m.map(k, k)",
        "m.transformMap(k, v, v)",
        "m.z == 1 || m.a == 2",
    ],
)
def test_what_is_not_known_is_an_error_of_its_own(text: str) -> None:
    with pytest.raises(UnknownError):
        _value(text)
