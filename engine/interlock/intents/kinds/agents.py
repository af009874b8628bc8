"""Kinds of agents that have no pods of their own: ARK and ACP."""

from typing import Final

from interlock.intents.kinds.notation import (
    HERE,
    Elsewhere,
    Kind,
    ModelsAt,
    ToolsAt,
)
from interlock.intents.kinds.shapes import names, patterns
from interlock.intents.patterns import pattern

_DEFAULT: Final = "the agent uses the model that is configured as default"
_OF_SERVER: Final = ToolsAt(at=HERE)

_BEHIND_ADDRESS: Final = Kind(
    elsewhere=(Elsewhere(at=pattern("spec.address"), what="what it runs is behind an address"),)
)

ARK: Final = {
    ("ark.mckinsey.com", "Agent"): Kind(
        models=(
            ModelsAt(at=pattern("spec"), names=names("modelRef.name"), elsewhere="Model", absent=_DEFAULT),
        ),
        tools=(ToolsAt(at=pattern("spec.tools[]"), server=pattern("type"), names=patterns("name")),),
    ),
    ("ark.mckinsey.com", "Model"): Kind(
        models=(
            ModelsAt(
                at=pattern("spec.model"), names=names("value", ""), absent="the model is in another object"
            ),
        ),
        regions=patterns("spec.config.bedrock.region.value"),
    ),
    ("ark.mckinsey.com", "Query"): Kind(
        models=(
            ModelsAt(at=pattern("spec.targets[type=model]"), names=names("name"), elsewhere="Model"),
            ModelsAt(at=pattern("spec.target[type=model]"), names=names("name"), elsewhere="Model"),
        ),
        elsewhere=(
            Elsewhere(at=pattern("spec.targets[].name"), what="what answers is the object of this name"),
            Elsewhere(at=pattern("spec.target.name"), what="what answers is the object of this name"),
            Elsewhere(at=pattern("spec.selector"), what="what answers are the objects that are selected"),
        ),
    ),
    ("ark.mckinsey.com", "Team"): Kind(
        elsewhere=(
            Elsewhere(at=pattern("spec.members[].name"), what="models and tools are those of the member"),
        )
    ),
    ("ark.mckinsey.com", "Tool"): Kind(
        tools=(ToolsAt(at=HERE, server=pattern("spec.mcp.mcpServerRef.name"), names=patterns("metadata.name")),)
    ),
    ("ark.mckinsey.com", "MCPServer"): Kind(tools=(_OF_SERVER,)),
    ("ark.mckinsey.com", "Evaluator"): _BEHIND_ADDRESS,
    ("ark.mckinsey.com", "Evaluation"): Kind(
        elsewhere=(
            Elsewhere(at=pattern("spec.evaluator.name"), what="what evaluates is the Evaluator of this name"),
        ),
    ),
    ("ark.mckinsey.com", "Memory"): Kind(),
    ("ark.mckinsey.com", "A2AServer"): _BEHIND_ADDRESS,
    ("ark.mckinsey.com", "ExecutionEngine"): _BEHIND_ADDRESS,
}

ACP: Final = {
    ("acp.humanlayer.dev", "Agent"): Kind(
        models=(ModelsAt(at=pattern("spec"), names=names("llmRef.name"), elsewhere="LLM", absent=_DEFAULT),),
        tools=(
            ToolsAt(at=pattern("spec.mcpServers[]"), server=pattern("name")),
            ToolsAt(at=pattern("spec.tools[]"), server=pattern("type"), names=patterns("name")),
            ToolsAt(at=pattern("spec.subAgents[]"), of="agent", names=patterns("name")),
            ToolsAt(at=pattern("spec.humanContactChannels[]"), of="human", names=patterns("name")),
        ),
    ),
    ("acp.humanlayer.dev", "LLM"): Kind(
        models=(ModelsAt(at=pattern("spec"), names=names("parameters.model"), absent=_DEFAULT),),
        regions=patterns("spec.vertex.cloudLocation"),
    ),
    ("acp.humanlayer.dev", "MCPServer"): Kind(tools=(_OF_SERVER,)),
    ("acp.humanlayer.dev", "Task"): Kind(
        elsewhere=(Elsewhere(at=pattern("spec.agentRef.name"), what="models and tools are those of the Agent"),)
    ),
    ("acp.humanlayer.dev", "ToolCall"): Kind(
        tools=(ToolsAt(at=pattern("spec"), server=pattern("toolType"), names=patterns("toolRef.name")),)
    ),
    ("acp.humanlayer.dev", "ContactChannel"): Kind(),
}
