"""What an Intent says of a workload, in the short words of files of expectations."""

from typing import Any

from interlock.model.intent import MAX_INT64, Accelerator, Intent

_MANY = 6


def facts_of(intent: Intent) -> dict[str, Any]:
    """Pods, accelerators, models and tools, each model once; `?` is what can't be known."""
    return {
        "pods": intent["workload"]["pods"],
        "accelerators": [*map(_accelerator, intent["accelerators"])],
        "models": list(dict.fromkeys(_known(model["name"]) for model in intent["models"])),
        "tools": [f"{_known(tool['server'])}/{_known(tool['name'])}" for tool in intent["tools"]],
    }


def _known(word: str) -> str:
    return "?" if word == "unknown" else word


def _accelerator(accelerator: Accelerator) -> str:
    """`count x pods`, resource and class, and what there is beside them; of many classes their number."""
    count = "?" if accelerator["count"] == MAX_INT64 else accelerator["count"]
    words = [f"{count}x{accelerator['pods']}", accelerator["resource"], accelerator["class"]]
    words += [accelerator["migProfile"]] if "migProfile" in accelerator else []
    words += ["shared"] if accelerator["shared"] else []
    alternatives = accelerator["alternatives"]
    if len(alternatives) > _MANY:
        return " ".join([*words, f"or {len(alternatives)} classes"])
    return " ".join([*words, *(f"or {each}" for each in alternatives)])
