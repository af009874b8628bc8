"""Workloads as people write them give the facts that a platform engineer reads off them."""

from pathlib import Path
from typing import Any

import pytest

from interlock.model.intent import Accelerator
from support.intents import intent_of, parse_yaml

_CASES = [
    parse_yaml(text)
    for text in Path(__file__).with_name("in_practice.yaml").read_text(encoding="utf-8").split("\n---\n")
]


def _written(accelerator: Accelerator) -> str:
    words = [f"{accelerator['count']}x{accelerator['pods']}", accelerator["resource"], accelerator["class"]]
    words += [accelerator["migProfile"]] if "migProfile" in accelerator else []
    words += ["shared"] if accelerator["shared"] else []
    return " ".join([*words, *(f"or {each}" for each in accelerator["alternatives"])])


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case["name"])
def test_a_workload_as_people_write_it_gives_its_facts(case: dict[str, Any]) -> None:
    intent = intent_of(case["manifest"])
    facts = {
        "accelerators": list(map(_written, intent["accelerators"])),
        "models": [f"{model['name']} {model['class']} {model['confidence']}" for model in intent["models"]],
        "images": [f"{image['registry']} {image['repository']}" for image in intent["images"]],
        "unresolved": [each["path"] for each in intent["unresolved"]],
    }
    assert {name: each for name, each in facts.items() if each} == case["facts"]
