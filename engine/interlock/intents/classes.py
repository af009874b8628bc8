"""Models and tools with the class that the Catalog gives them."""

from typing import Any, Final

from interlock.model.catalog import Catalog, ModelEntry
from interlock.model.intent import UNKNOWN, Model, Tool

_HUBS: Final = ("hf://", "huggingface://", "https://huggingface.co/", "hf.co/", "huggingface.co/")

# What clients that speak to many providers write before the name of a provider's own model. Others'
# prefixes, such as `azure/`, say that somebody else runs the model, so they aren't left out.
_PROVIDER_PREFIXES: Final = {
    "anthropic": "anthropic",
    "cohere": "cohere",
    "deepseek": "deepseek",
    "gemini": "google",
    "google": "google",
    "mistral": "mistral",
    "mistralai": "mistral",
    "openai": "openai",
    "x-ai": "xai",
    "xai": "xai",
}


def model_entry(name: str, catalog: Catalog) -> ModelEntry | None:
    """What the Catalog knows of the model `name`.

    The name may be the address of weights on a hub, or say before a slash
    which provider's API serves it.
    """
    found = catalog.model(name)
    if found is None and "/" in name:
        hub = next((prefix for prefix in _HUBS if name.startswith(prefix)), "")
        return catalog.model(name.removeprefix(hub)) if hub else _of_provider(name, catalog)
    return found


def _of_provider(name: str, catalog: Catalog) -> ModelEntry | None:
    prefix, _, rest = name.partition("/")
    entry = catalog.model(rest)
    served = (
        entry is not None and entry.hosting == "external" and entry.provider == _PROVIDER_PREFIXES.get(prefix)
    )
    return entry if served else None


def model_of(name: str, source: str, confidence: str, entry: ModelEntry | None) -> Model:
    """The model `name` at `source`; of an unknown entry everything else is unknown."""
    if entry is None:
        return {
            "name": name,
            "provider": UNKNOWN,
            "class": UNKNOWN,
            "hosting": UNKNOWN,
            "confidence": confidence,
            "source": source,
        }
    model: Model = {
        "name": name,
        "provider": entry.provider,
        "class": entry.class_name,
        "hosting": entry.hosting,
        "confidence": confidence,
        "source": source,
    }
    if entry.input_price is not None:
        model["inputPrice"] = entry.input_price
    if entry.output_price is not None:
        model["outputPrice"] = entry.output_price
    return model


def tool_of(server: str, name: str, source: str, catalog: Catalog) -> Tool:
    """The tool `name` of `server` at `source`, without arguments and with no schema to compare."""
    entry = catalog.tool(server, name)
    return {
        "name": name,
        "server": server,
        "class": entry.class_name if entry else UNKNOWN,
        "arguments": {},
        "pinned": False,
        "source": source,
    }


def called(tool: Tool, arguments: dict[str, Any], schema_digest: str | None, catalog: Catalog) -> Tool:
    """`tool` with the arguments of a call; pinned if the Catalog pins the schema of exactly this digest."""
    if schema_digest is None:
        return {**tool, "arguments": arguments}
    entry = catalog.tool(tool["server"], tool["name"])
    pinned = entry is not None and entry.schema_digest == schema_digest
    return {**tool, "arguments": arguments, "schemaDigest": schema_digest, "pinned": pinned}
