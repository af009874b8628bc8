import pytest

from support.intents import intent_of, pod


def _noted(name: str, value: str | None) -> list[str]:
    environment = [
        {"name": "A", "value": "b"},
        {"name": name} if value is None else {"name": name, "value": value},
    ]
    return [each["path"] for each in intent_of(pod({"env": environment}))["unresolved"]]


@pytest.mark.parametrize("name", ["NVIDIA_VISIBLE_DEVICES", "AMD_VISIBLE_DEVICES", "HABANA_VISIBLE_DEVICES"])
@pytest.mark.parametrize("value", ["all", "0", "GPU-8f2", "$(DEVICES)"])
def test_a_container_that_lists_devices_for_itself_is_noted(name: str, value: str) -> None:
    assert _noted(name, value) == ["spec.containers[0].env[1]"]


@pytest.mark.parametrize("value", ["none", "void", "", None])
def test_a_container_that_lists_none_is_not(value: str | None) -> None:
    assert _noted("NVIDIA_VISIBLE_DEVICES", value) == []


def test_other_variables_are_none_of_it() -> None:
    assert _noted("CUDA_VISIBLE_DEVICES", "0") == []
