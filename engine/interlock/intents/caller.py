"""What a gateway states of whoever makes a call: it has authenticated them, we have not.

Only calls through gateways have a Caller; of a Kubernetes request the API
server says who asks.
"""

from typing import Any, Final, NotRequired, cast

# pydantic refuses the standard library's before Python 3.12.
from typing_extensions import TypedDict

from interlock.intents.agents import set_agent
from interlock.intents.bounds import are_within, check_bounds
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
_PRINCIPAL: Final = f"{_ROOT}.principal"
_AGENT: Final = f"{_ROOT}.agent"
_RUN: Final = f"{_ROOT}.run"
_ATTRIBUTION: Final = f"{_ROOT}.attribution"
_DATA: Final = f"{_ROOT}.data"
_TOOL: Final = f"{_ROOT}.tool"
_KEYS: Final = frozenset(Caller.__annotations__)
_PRINCIPAL_KEYS: Final = frozenset(CallerPrincipal.__annotations__)
_TOOL_KEYS: Final = frozenset(CallerTool.__annotations__)
_AGENT_KEYS: Final = frozenset(CallerAgent.__annotations__)
_RUN_KEYS: Final = frozenset(Run.__annotations__)
_ATTRIBUTION_KEYS: Final = frozenset(Attribution.__annotations__)
_DATA_KEYS: Final = frozenset(CallerData.__annotations__)
_AGENT_TEXTS: Final = ("version", "promptDigest", "toolManifestDigest", "model")


def check_call(body: object, caller: object) -> None:
    """Raise RequestError where a call, or what is stated of its caller, isn't within the bounds."""
    if not are_within(body, caller):
        check_bounds(body)
        check_bounds(caller, _ROOT)


def checked_caller(caller: object) -> Caller:
    """`caller`, which is within the bounds, without unknown keys. Raises RequestError."""
    given = as_mapping(caller, _ROOT)
    refuse_unknown_keys(given, _KEYS, _ROOT)
    # Each part is read, and its types are checked, by who needs it.
    return cast("Caller", given)


def principal_of(caller: Caller) -> Principal:
    """Who asks, as the gateway says."""
    given = mapping(caller, "principal", _ROOT)
    refuse_unknown_keys(given, _PRINCIPAL_KEYS, _PRINCIPAL)
    if not given:
        return unknown_principal()
    return {
        "id": text(given, "id", _PRINCIPAL) or UNKNOWN,
        "type": text(given, "type", _PRINCIPAL) or UNKNOWN,
        "groups": texts(given, "groups", _PRINCIPAL),
        "claims": mapping(given, "claims", _PRINCIPAL),
    }


def server_of(caller: Caller) -> str:
    """The tool server that the call goes to."""
    return text(caller, "server", _ROOT) or UNKNOWN


def schema_digest_of(caller: Caller) -> str | None:
    """The digest of the called tool's schema, where the gateway states it."""
    given = mapping(caller, "tool", _ROOT)
    refuse_unknown_keys(given, _TOOL_KEYS, _TOOL)
    return text(given, "schemaDigest", _TOOL)


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
    refuse_unknown_keys(given, _AGENT_KEYS, _AGENT)
    agent: Agent = {"name": required_text(given, "name", _AGENT), "digest": ""}
    for key in _AGENT_TEXTS:
        if key in given and (value := text(given, key, _AGENT)) is not None:
            agent[key] = value
    window = whole(given, "contextWindow", _AGENT)
    if window is not None:
        agent["contextWindow"] = window
    intent["provenance"] |= {f"agent.{key}": f"{_AGENT}.{key}" for key in agent if key != "digest"}
    set_agent(intent, agent)


def _add_run(intent: Intent, caller: Caller) -> None:
    given = mapping(caller, "run", _ROOT)
    if not given:
        return
    refuse_unknown_keys(given, _RUN_KEYS, _RUN)
    run: Run = {"id": required_text(given, "id", _RUN)}
    parent = text(given, "parent", _RUN)
    if parent:
        run["parent"] = parent
    intent["run"] = run
    intent["provenance"] |= {f"run.{key}": f"{_RUN}.{key}" for key in run}


def _add_attribution(intent: Intent, caller: Caller) -> None:
    given = mapping(caller, "attribution", _ROOT)
    refuse_unknown_keys(given, _ATTRIBUTION_KEYS, _ATTRIBUTION)
    for key in given:
        value = text(given, key, _ATTRIBUTION)
        if value:
            intent["attribution"][key] = value  # type: ignore[literal-required]  # unknown keys are refused above
            intent["provenance"][f"attribution.{key}"] = f"{_ATTRIBUTION}.{key}"


def _add_data(intent: Intent, caller: Caller) -> None:
    given = mapping(caller, "data", _ROOT)
    refuse_unknown_keys(given, _DATA_KEYS, _DATA)
    data: Data = {"classifications": texts(given, "classifications", _DATA)}
    for key in ("residency", "region"):
        if key in given and (value := text(given, key, _DATA)) is not None:
            data[key] = value
    intent["data"] = data
    intent["provenance"] |= {f"data.{key}": f"{_DATA}.{key}" for key in given if key in data}
