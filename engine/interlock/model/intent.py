"""What somebody wants to do, free of any protocol.

An Intent is plain data: the same dicts and lists are what extractors build,
what pydantic and msgspec validate at the edge, what the CEL checker knows the
types of and what compiled policies read. Nothing is converted in between.

Rules that hold for every Intent, however it was made:

- required keys are there, also where their list is empty; an optional key is
  absent, never null, where the fact was not given;
- what can't be known is the word `unknown`, which policies can deny;
- integers fit into 64 signed bits;
- every fact says where it came from: items in their `source`, all others in
  `provenance`, which maps the path of the fact to the path in the original.
"""

from enum import StrEnum
from typing import Annotated, Any, Final, NotRequired

from annotated_types import Interval
from msgspec import Meta

# pydantic refuses the standard library's before Python 3.12.
from typing_extensions import TypedDict

UNKNOWN: Final = "unknown"

MAX_INT64: Final = 2**63 - 1
MIN_INT64: Final = -(2**63)

# msgspec reads the one bound and pydantic the other.
Count = Annotated[int, Interval(ge=0, le=MAX_INT64), Meta(ge=0, le=MAX_INT64)]


class Action(StrEnum):
    """What is about to happen."""

    WORKLOAD_CREATE = "workload.create"
    WORKLOAD_UPDATE = "workload.update"
    WORKLOAD_DELETE = "workload.delete"
    WORKLOAD_CONNECT = "workload.connect"
    MODEL_CHAT = "model.chat"
    MODEL_EMBED = "model.embed"
    TOOL_CALL = "tool.call"
    TOOL_LIST = "tool.list"
    RESOURCE_ACCESS = "resource.access"


class Principal(TypedDict):
    """Who asks: `id` is unknown where nobody said.

    `type` is user, serviceAccount, agent or unknown; of an access it is the subject's own word.
    """

    id: str
    type: str
    groups: list[str]
    claims: dict[str, Any]


class Agent(TypedDict):
    """The agent that acts. `digest` covers all other keys: a changed prompt is a changed agent.

    `contextWindow` is the agent's budget for its context, in tokens;
    `model` is the model that it was built for.
    """

    name: str
    version: NotRequired[str]
    promptDigest: NotRequired[str]
    toolManifestDigest: NotRequired[str]
    contextWindow: NotRequired[Count]
    model: NotRequired[str]
    digest: str


class Attribution(TypedDict):
    """Who answers and pays for it. An absent key means that nobody said."""

    organization: NotRequired[str]
    team: NotRequired[str]
    project: NotRequired[str]
    useCase: NotRequired[str]
    environment: NotRequired[str]
    costCenter: NotRequired[str]


# `class` is the field's standard word and no identifier in Python.
Model = TypedDict(
    "Model",
    {
        "name": str,
        "provider": str,
        "class": str,
        "hosting": str,
        "confidence": str,
        "inputPrice": NotRequired[Count],
        "outputPrice": NotRequired[Count],
        "priceDigest": NotRequired[str],
        "source": str,
    },
)
"""A model that is used or served.

`name` is as asked for; `provider`, `class` and `hosting` (external or
selfHosted) come from the Catalog and are unknown where it doesn't know.
`confidence` is declared where a field or argument for it names the model,
inferred where a convention does, and unknown. Prices are in micro-USD per
million tokens; `priceDigest` is that of the prices that a call's cost rests on.
"""

Accelerator = TypedDict(
    "Accelerator",
    {
        "vendor": str,
        "resource": str,
        "class": str,
        "product": str,
        "migProfile": NotRequired[str],
        "memoryMib": NotRequired[Count],
        "count": Count,
        "pods": Count,
        "total": Count,
        "shared": bool,
        "allocation": str,
        "alternatives": list[str],
        "source": str,
    },
)
"""Accelerators of one kind that a workload asks for.

`count` is per pod, `total` is count times `pods`. `class` is the Catalog's
name for the product, or unknown. Where node affinity or a claim leaves several products
open, `alternatives` lists the classes of all of them, `class` is unknown and a
policy has to allow each; where it leaves several MIG profiles open, `migProfile`
is unknown. `allocation` is resource (an extended resource), annotation (a part of
a device), claim (dynamic resource allocation) or selector (only the node was chosen).
"""

Tool = TypedDict(
    "Tool",
    {
        "name": str,
        "server": str,
        "class": str,
        "arguments": dict[str, Any],
        "schemaDigest": NotRequired[str],
        "pinned": bool,
        "source": str,
    },
)
"""A tool that is called, offered to a model or declared by a workload.

`pinned` is true where the Catalog pins the tool's schema and `schemaDigest`
is the pinned one.
"""


class Operation(TypedDict):
    """What is to be done with a resource, in the words of whoever guards it: `read` or `GET`."""

    name: str
    properties: dict[str, Any]


class Resource(TypedDict):
    """Something that is accessed: its type and id are the words of whoever guards it."""

    type: str
    id: str
    properties: dict[str, Any]
    source: str


class Data(TypedDict):
    """What data is touched: its classifications, where it must stay, where it would go."""

    classifications: list[str]
    residency: NotRequired[str]
    region: NotRequired[str]


class Usage(TypedDict):
    """What this may use, at most, before it runs.

    Tokens are estimated by a stated rule from the request; `cost` is in
    micro-USD and absent where a price or a limit is missing. `gpuTime` is in
    milliseconds of one device, summed over devices, and absent where nothing
    says when the workload ends.
    """

    inputTokens: NotRequired[Count]
    outputTokens: NotRequired[Count]
    cost: NotRequired[Count]
    gpuTime: NotRequired[Count]


class Run(TypedDict):
    """What the request is a step of: a conversation, a workflow or an invocation of an agent.

    `parent` is the run that started it.
    """

    id: str
    parent: NotRequired[str]


class Image(TypedDict):
    """A container image. `registry` is as the container runtime resolves it."""

    reference: str
    registry: str
    repository: str
    tag: NotRequired[str]
    digest: NotRequired[str]
    source: str


class Workload(TypedDict):
    """The Kubernetes object that would be stored. `pods` is how many pods it may run at once."""

    group: str
    version: str
    kind: str
    namespace: str
    name: str
    labels: dict[str, str]
    annotations: dict[str, str]
    pods: Count


class Unresolved(TypedDict):
    """A fact that is somewhere, but could not be read: where, and why not."""

    path: str
    reason: str


class Intent(TypedDict):
    """Who wants to do what, with which models, accelerators, tools, resources and data, at what cost.

    `subresource` is the part of the object that the request is about, such as
    `scale`; absent where it is about the whole. `discharges` are the obligations
    that the caller knows how to meet; without it, none. `operation` is what an
    access would do, and `context` what whoever guards the resource says beside.
    """

    action: str
    kind: str
    subresource: NotRequired[str]
    principal: Principal
    agent: NotRequired[Agent]
    run: NotRequired[Run]
    attribution: Attribution
    models: list[Model]
    accelerators: list[Accelerator]
    tools: list[Tool]
    resources: list[Resource]
    operation: NotRequired[Operation]
    context: dict[str, Any]
    data: Data
    usage: Usage
    images: list[Image]
    workload: NotRequired[Workload]
    unresolved: list[Unresolved]
    provenance: dict[str, str]
    object: dict[str, Any]
    discharges: NotRequired[list[str]]
