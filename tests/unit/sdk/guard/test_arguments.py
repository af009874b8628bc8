"""Arguments of functions, as policies see them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from inspect import signature
from typing import Any

import pytest
from pydantic import BaseModel

from interlock import RequestError
from interlock.sdk.guard.arguments import arguments_of, itself


class _Order(BaseModel):
    id: str
    placed: datetime


@dataclass
class _Line:
    sku: str
    price: Decimal


class _Color(StrEnum):
    RED = "red"


_AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (None, None),
        (1.5, 1.5),
        ((1, 2), [1, 2]),
        ({1: "a"}, {"1": "a"}),
        (b"ab", "YWI="),
        (_Color.RED, "red"),
        (_AT, "2026-01-01T00:00:00Z"),
        (_Line("a", Decimal("1.50")), {"sku": "a", "price": "1.50"}),
        (_Order(id="a", placed=_AT), {"id": "a", "placed": "2026-01-01T00:00:00Z"}),
        ([_Order(id="a", placed=_AT)], [{"id": "a", "placed": "2026-01-01T00:00:00Z"}]),
    ],
)
def test_values_are_seen_as_json(value: object, seen: object) -> None:
    assert arguments_of(signature(lambda a: a), (value,), {}, ()) == {"a": seen}


def _every(a: int, /, b: int = 2, *c: int, d: int = 4, **e: int) -> None: ...


@pytest.mark.parametrize(
    ("args", "kwargs", "seen"),
    [
        ((1,), {}, {"a": 1, "b": 2, "c": [], "d": 4}),
        ((1, 3, 5, 6), {"d": 7, "f": 8}, {"a": 1, "b": 3, "c": [5, 6], "d": 7, "f": 8}),
    ],
)
def test_arguments_have_their_names(args: tuple[int, ...], kwargs: dict[str, int], seen: Any) -> None:
    assert arguments_of(signature(_every), args, kwargs, ()) == seen


@pytest.mark.parametrize(("args", "kwargs"), [((1,), {"a": 9}), ((1, 2, 3), {"c": 9})])
@pytest.mark.parametrize("left_out", [(), ("a", "c")])
def test_no_argument_is_hidden_behind_another_of_its_name(
    args: tuple[int, ...], kwargs: dict[str, int], left_out: tuple[str, ...]
) -> None:
    with pytest.raises(RequestError, match="is there with a name and without"):
        arguments_of(signature(_every), args, kwargs, left_out)


def test_what_is_left_out_is_not_looked_at() -> None:
    assert arguments_of(signature(_every), (object(),), {}, {"a", "c"}) == {"b": 2, "d": 4}


def test_what_has_no_form_in_json_is_named() -> None:
    with pytest.raises(RequestError, match="argument `a` can't be checked: `object` has no form") as raised:
        arguments_of(signature(_every), (object(),), {}, ())
    assert raised.value.path == "$.mcp.params.arguments.a"


def _loop() -> list[Any]:
    loop: list[Any] = []
    loop.append(loop)
    return loop


@pytest.mark.parametrize(
    "value",
    [_loop(), {1.5: [float("nan")]}, (float("inf"),), "\ud800"],
    ids=["loop", "nan", "inf", "surrogate"],
)
def test_what_would_be_another_value_in_json_is_refused(value: object) -> None:
    with pytest.raises(RequestError, match="argument `a` can't be checked"):
        arguments_of(signature(_every), (value,), {}, ())


@pytest.mark.parametrize(
    ("function", "left_out"),
    [
        (lambda self: self, {"self"}),
        (lambda cls, a: (cls, a), {"cls"}),
        (lambda a, self: (a, self), set()),
        (lambda: 1, set()),
    ],
    ids=["method", "class method", "second", "none"],
)
def test_a_method_is_not_told_what_it_is_of(function: Callable[..., Any], left_out: set[str]) -> None:
    assert itself(signature(function)) == left_out
