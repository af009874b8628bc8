"""What a gateway states of whoever makes a call: it has authenticated them, we have not.

Only calls through gateways have a Caller; of a Kubernetes request the API
server says who asks.
"""

from typing import Any, Final, NotRequired, cast

# pydantic refuses the standard library's before Python 3.12.
from typing_extensions import TypedDict

from interlock.intents.agents import set_agent
from interlock.intents.bounds import check_bounds
from interlock.intents.draft import unknown_principal
from interlock.intents.fields import as_mapping, mapping, required_text, text, texts, whole
from interlock.intents.keys import refuse_unknown_keys
from interlock.model.intent import UNKNOWN, Agent, Attribution, Count, Data, Intent, Principal, Run


class CallerPrincipal(TypedDict):
    """Who is authenticated. What is left out is unknown or empty."""

    id: NotRequired[str]
    type: NotRequired[str]
    groups: NotRequired[list[str]]
    claims: NotRequired[dict[str, Any]]


class CallerAgent(TypedDict):
    """The agent that acts; its digest is computed."""

    name: str
    version: NotRequired[str]
    promptDigest: NotRequired[str]
    toolManifestDigest: NotRequired[str]
    contextWindow: NotRequired[Count]
    model: NotRequired[str]


class CallerData(TypedDict):
    """What data the call touches, as far as the gateway knows."""

    classifications: NotRequired[list[str]]
    residency: NotRequired[str]
    region: NotRequired[str]


class CallerTool(TypedDict):
    """What the gateway knows of the tool that is called: the digest of the schema that it was listed with."""

    schemaDigest: NotRequired[str]


class Caller(TypedDict):
    """Everything that a gateway may state. `server` is the tool server that the call goes to."""

    principal: NotRequired[CallerPrincipal]
    agent: NotRequired[CallerAgent]
    run: NotRequired[Run]
    attribution: NotRequired[Attribution]
    data: NotRequired[CallerData]
    server: NotRequired[str]
    tool: NotRequired[CallerTool]


_ROOT: Final = "caller"
_AGENT_TEXTS: Final = ("version", "promptDigest", "toolManifestDigest", "model")


def check_call(body: object, caller: object) -> None:
    """Raise RequestError where a call, or what is stated of its caller, isn't within the bounds."""
    check_bounds(body)
    check_bounds(caller, _ROOT)


def checked_caller(caller: object) -> Caller:
    """`caller`, which is within the bounds, without unknown keys. Raises RequestError."""
    given = as_mapping(caller, _ROOT)
    refuse_unknown_keys(given, Caller.__annotations__, _ROOT)
    # Each part is read, and its types are checked, by who needs it.
    return cast("Caller", given)


def principal_of(caller: Caller) -> Principal:
    """Who asks, as the gateway says."""
    path = f"{_ROOT}.principal"
    given = mapping(caller, "principal", _ROOT)
    refuse_unknown_keys(given, CallerPrincipal.__annotations__, path)
    if not given:
        return unknown_principal()
    return {
        "id": text(given, "id", path) or UNKNOWN,
        "type": text(given, "type", path) or UNKNOWN,
        "groups": texts(given, "groups", path),
        "claims": mapping(given, "claims", path),
    }


def server_of(caller: Caller) -> str:
    """The tool server that the call goes to."""
    return text(caller, "server", _ROOT) or UNKNOWN


def schema_digest_of(caller: Caller) -> str | None:
    """The digest of the called tool's schema, where the gateway states it."""
    path = f"{_ROOT}.tool"
    given = mapping(caller, "tool", _ROOT)
    refuse_unknown_keys(given, CallerTool.__annotations__, path)
    return text(given, "schemaDigest", path)


def add_caller(intent: Intent, caller: Caller) -> None:
    """Add agent, run, attribution and data as the gateway states them."""
    if intent["principal"]["id"] != UNKNOWN:
        intent["provenance"]["principal.id"] = f"{_ROOT}.principal.id"
    _add_agent(intent, caller)
    _add_run(intent, caller)
    _add_attribution(intent, caller)
    _add_data(intent, caller)


def _add_agent(intent: Intent, caller: Caller) -> None:
    given = mapping(caller, "agent", _ROOT)
    if not given:
        return
    path = f"{_ROOT}.agent"
    refuse_unknown_keys(given, CallerAgent.__annotations__, path)
    agent: Agent = {"name": required_text(given, "name", path), "digest": ""}
    for key in _AGENT_TEXTS:
        if key in given and (value := text(given, key, path)) is not None:
            agent[key] = value
    window = whole(given, "contextWindow", path)
    if window is not None:
        agent["contextWindow"] = window
    intent["provenance"] |= {f"agent.{key}": f"{path}.{key}" for key in agent if key != "digest"}
    set_agent(intent, agent)


def _add_run(intent: Intent, caller: Caller) -> None:
    path = f"{_ROOT}.run"
    given = mapping(caller, "run", _ROOT)
    if not given:
        return
    refuse_unknown_keys(given, Run.__annotations__, path)
    run: Run = {"id": required_text(given, "id", path)}
    parent = text(given, "parent", path)
    if parent:
        run["parent"] = parent
    intent["run"] = run
    intent["provenance"] |= {f"run.{key}": f"{path}.{key}" for key in run}


def _add_attribution(intent: Intent, caller: Caller) -> None:
    path = f"{_ROOT}.attribution"
    given = mapping(caller, "attribution", _ROOT)
    refuse_unknown_keys(given, Attribution.__annotations__, path)
    for key in given:
        value = text(given, key, path)
        if value:
            intent["attribution"][key] = value  # type: ignore[literal-required]  # unknown keys are refused above
            intent["provenance"][f"attribution.{key}"] = f"{path}.{key}"


def _add_data(intent: Intent, caller: Caller) -> None:
    path = f"{_ROOT}.data"
    given = mapping(caller, "data", _ROOT)
    refuse_unknown_keys(given, CallerData.__annotations__, path)
    data: Data = {"classifications": texts(given, "classifications", path)}
    for key in ("residency", "region"):
        if key in given and (value := text(given, key, path)) is not None:
            data[key] = value
    intent["data"] = data
    intent["provenance"] |= {f"data.{key}": f"{path}.{key}" for key in given if key in data}
