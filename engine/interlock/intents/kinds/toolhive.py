"""ToolHive's kinds: servers of tools, and what says which of them are offered under which names."""

from typing import Final

from interlock.intents.kinds.notation import (
    HERE,
    Elsewhere,
    Kind,
    ModelsAt,
    PodsAt,
    ToolsAt,
)
from interlock.intents.kinds.shapes import names, patterns, times
from interlock.intents.patterns import pattern

_OF_SERVER: Final = ToolsAt(at=HERE)
_POD_TEMPLATE: Final = "podTemplateSpec"


def _hosted(*counts: str) -> PodsAt:
    """A server whose image stands beside a template that is laid over its pods."""
    return PodsAt(
        at=pattern("spec"),
        spec=pattern(f"{_POD_TEMPLATE}.spec"),
        metadata=pattern(f"{_POD_TEMPLATE}.metadata"),
        containers=(HERE,),
        counts=tuple(map(times, counts)),
    )


_PROXY: Final = PodsAt(
    at=pattern("spec"),
    metadata=pattern("resourceOverrides.proxyDeployment"),
    counts=(times("spec.replicas"),),
)
_TOOL_CONFIG: Final = Elsewhere(
    at=pattern("spec.toolConfigRef.name"),
    what="which tools are offered, and under which names, is in the MCPToolConfig",
)
_AGGREGATION: Final = "spec.config.aggregation.tools[]"

TOOLHIVE: Final = {
    ("toolhive.stacklok.dev", "MCPServer"): Kind(
        texts=patterns(f"spec.{_POD_TEMPLATE}"),
        pods=(_hosted("spec.backendReplicas"), _PROXY),
        tools=(_OF_SERVER,),
        elsewhere=(_TOOL_CONFIG,),
    ),
    ("toolhive.stacklok.dev", "MCPRemoteProxy"): Kind(
        pods=(_PROXY,), tools=(_OF_SERVER,), elsewhere=(_TOOL_CONFIG,)
    ),
    ("toolhive.stacklok.dev", "MCPServerEntry"): Kind(tools=(_OF_SERVER,)),
    ("toolhive.stacklok.dev", "MCPToolConfig"): Kind(
        tools=(
            ToolsAt(
                at=pattern("spec"),
                server=pattern("server"),
                names=patterns("toolsFilter[]", "toolsOverride{*}.name"),
            ),
        ),
        elsewhere=(
            Elsewhere(at=pattern("spec.toolsOverride{*}.name"), what="a tool is offered under another name"),
        ),
    ),
    ("toolhive.stacklok.dev", "VirtualMCPServer"): Kind(
        texts=patterns(f"spec.{_POD_TEMPLATE}"),
        pods=(_hosted("spec.replicas"),),
        tools=(
            ToolsAt(
                at=pattern(_AGGREGATION),
                server=pattern("workload"),
                names=patterns("filter[]", "overrides{*}.name"),
            ),
            _OF_SERVER,
        ),
        elsewhere=(
            Elsewhere(at=pattern("spec.groupRef.name"), what="the servers are those of the MCPGroup"),
            Elsewhere(at=pattern(f"{_AGGREGATION}.toolConfigRef.name"), what=_TOOL_CONFIG.what),
        ),
    ),
    ("toolhive.stacklok.dev", "MCPRegistry"): Kind(
        texts=patterns(f"spec.{_POD_TEMPLATE}"),
        pods=(_hosted(),),
    ),
    ("toolhive.stacklok.dev", "EmbeddingServer"): Kind(
        texts=patterns(f"spec.{_POD_TEMPLATE}"),
        pods=(_hosted("spec.replicas"),),
        models=(ModelsAt(at=pattern("spec"), names=names("model"), absent="the server names no model"),),
    ),
    **{
        ("toolhive.stacklok.dev", each): Kind()
        for each in (
            "MCPAuthzConfig",
            "MCPExternalAuthConfig",
            "MCPGroup",
            "MCPOIDCConfig",
            "MCPTelemetryConfig",
            "MCPWebhookConfig",
            "VirtualMCPCompositeToolDefinition",
        )
    },
}
