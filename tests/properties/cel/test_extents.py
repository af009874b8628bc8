"""What is bound is never larger than it is taken to be, or loops would cost more than is sure."""

from typing import Any

from hypothesis import given

from interlock.cel.activation import Activation
from support.strategies import json_values


def size(value: Any) -> tuple[int, int]:
    """The characters and elements of `value` together, and the elements alone."""
    if isinstance(value, str):
        return len(value), 0
    if not isinstance(value, list | dict):
        return 0, 0
    parts = list(value) if isinstance(value, list) else [*value.keys(), *value.values()]
    sizes = [size(part) for part in parts]
    elements = len(value) + sum(own for _, own in sizes)
    return len(value) + sum(total for total, _ in sizes), elements


@given(json_values())
def test_an_extent_has_room_for_all_that_is_bound(value: Any) -> None:
    total, elements = size({"v": value})
    extent = Activation(v=value).extent
    assert extent.total >= total
    assert extent.elements >= elements


@given(json_values())
def test_a_copy_is_as_large(value: Any) -> None:
    activation = Activation(v=value)
    assert activation.extended({}).extent == activation.extent
