"""What a selector of devices says plainly is read; what could be said otherwise leaves everything open."""

import pytest

from interlock.intents.selectors import attributes_of

_PRODUCT = "device.attributes['gpu.nvidia.com'].productName"
_DRIVER = "device.driver == 'gpu.nvidia.com'"
_MEMORY = "device.capacity['gpu.nvidia.com'].memory.compareTo(quantity('40Gi')) >= 0"


@pytest.mark.parametrize(
    ("expression", "attributes"),
    [
        (f"{_PRODUCT} == 'NVIDIA L4'", {"productName": "NVIDIA L4"}),
        ('device.attributes["gpu.nvidia.com"]["productName"] == "NVIDIA L4"', {"productName": "NVIDIA L4"}),
        (
            f"{_PRODUCT} == 'NVIDIA L4' && device.attributes['gpu.nvidia.com'].profile == '1g.10gb'",
            {"productName": "NVIDIA L4", "profile": "1g.10gb"},
        ),
        (
            f"{_DRIVER} && has({_PRODUCT}) && {_PRODUCT} == 'NVIDIA L4' && {_MEMORY}",
            {"productName": "NVIDIA L4"},
        ),
        (_DRIVER, {}),
    ],
)
def test_conditions_that_all_must_hold_are_read(expression: str, attributes: dict[str, str]) -> None:
    assert attributes_of(expression) == attributes


@pytest.mark.parametrize(
    "expression",
    [
        "",
        f"{_PRODUCT} == 'NVIDIA L4' || true",
        f"!({_PRODUCT} == 'NVIDIA L4')",
        f"{_PRODUCT} != 'NVIDIA L4'",
        f"{_PRODUCT}.lowerAscii().matches('^.*a100.*$')",
        f"true ? true : {_PRODUCT} == 'NVIDIA L4'",
        f"{_PRODUCT} == 'NVIDIA L4' // && x",
        f"'a && {_PRODUCT} == \"NVIDIA L4\" && b' == device.driver",
        f"'\"' + 'a' == 'b && {_PRODUCT} == \"NVIDIA L4\" && ' + '\"'",
        f"{_PRODUCT} == 'NVIDIA \\'L4'",
    ],
)
def test_what_is_not_plain_says_nothing(expression: str) -> None:
    assert attributes_of(expression) == {}
