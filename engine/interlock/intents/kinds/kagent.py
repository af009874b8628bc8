"""kagent's kinds: agents with their tools and models, and servers of tools."""

from dataclasses import replace
from typing import Final

from interlock.intents.kinds.notation import (
    HERE,
    Kind,
    ModelsAt,
    PodsAt,
    ToolsAt,
)
from interlock.intents.kinds.shapes import names, patterns, times
from interlock.intents.patterns import pattern

_DEFAULT: Final = "the agent uses the model that is configured as default"
_OF_SERVER: Final = ToolsAt(at=HERE)
_AGENT_ROOTS: Final = ("spec.declarative", "spec")


def _deployment(at: str, spec: str) -> PodsAt:
    """Pods that are described by a Deployment's and a container's fields in one."""
    inner = f"{at}.{spec}" if spec else at
    return PodsAt(
        at=pattern(at),
        spec=pattern(spec),
        metadata=pattern(spec),
        containers=(pattern(spec), pattern(f"{spec}.extraContainers[]" if spec else "extraContainers[]")),
        counts=(times(f"{inner}.replicas"),),
    )


def _tools(root: str) -> tuple[ToolsAt, ...]:
    return (
        ToolsAt(
            at=pattern(f"{root}.tools[].mcpServer"),
            server=pattern("{name|toolServer}"),
            names=patterns("toolNames[]"),
        ),
        ToolsAt(at=pattern(f"{root}.tools[].mcp"), server=pattern("server.name"), names=patterns("tools[]")),
        ToolsAt(at=pattern(f"{root}.tools[].agent"), of="agent", names=patterns("{name|ref}")),
        ToolsAt(at=pattern(f"{root}.tools[].subAgent"), of="agent", names=patterns("name")),
        ToolsAt(at=pattern(f"{root}.tools[].builtin"), of="builtin", names=patterns("name")),
    )


_CONFIGS: Final = ("modelConfig", "context.compaction.summarizer.modelConfig", "memory.modelConfig")

_AGENT: Final = Kind(
    pods=(
        _deployment("spec.declarative", "deployment"),
        PodsAt(
            at=pattern("spec"),
            spec=pattern("deployment"),
            metadata=pattern("deployment"),
            containers=patterns("deployment"),
            counts=(times("spec.deployment.replicas"),),
            lacking=pattern("{declarative|byo}"),
        ),
        PodsAt(
            at=pattern("spec.byo"),
            spec=pattern("deployment"),
            metadata=pattern("deployment"),
            containers=(HERE, pattern("deployment"), pattern("deployment.extraContainers[]")),
            counts=(times("spec.byo.deployment.replicas"),),
        ),
    ),
    models=(
        *(
            ModelsAt(at=pattern(root), names=names(f"{each}.name", each), elsewhere="ModelConfig")
            for root in _AGENT_ROOTS
            for each in _CONFIGS
        ),
        ModelsAt(
            at=pattern("spec"),
            absent=_DEFAULT,
            unless=patterns("declarative.modelConfig", "modelConfig", "byo"),
        ),
    ),
    tools=tuple(tool for root in _AGENT_ROOTS for tool in _tools(root)),
    images=patterns("spec.skills.refs[]"),
)

_MODEL_CONFIG: Final = Kind(
    models=(ModelsAt(at=pattern("spec"), names=names("model"), absent=_DEFAULT),),
    regions=patterns("spec.bedrock.region", "spec.{anthropicVertexAI|geminiVertexAI}.location"),
)

KAGENT: Final = {
    **{
        (group, kind): described
        for group in ("kagent.dev", "api.kagent.dev")
        for kind, described in (
            ("Agent", _AGENT),
            # A template says how an agent behaves; whoever runs it makes the pods.
            ("AgentTemplate", replace(_AGENT, pods=())),
            ("Harness", _AGENT),
            ("ModelConfig", _MODEL_CONFIG),
            ("RemoteMCPServer", Kind(tools=(_OF_SERVER,))),
        )
    },
    ("kagent.dev", "AgentHarness"): _AGENT,
    ("kagent.dev", "SandboxAgent"): _AGENT,
    ("kagent.dev", "Memory"): Kind(),
    ("kagent.dev", "ModelProviderConfig"): Kind(),
    ("kagent.dev", "ToolServer"): Kind(tools=(_OF_SERVER,)),
    ("kagent.dev", "MCPServer"): Kind(
        pods=(_deployment("spec.deployment", ""),),
        images=patterns("spec.deployment.initContainer.image"),
        tools=(_OF_SERVER,),
    ),
}
