"""Kinds that say which models and tools requests may reach: gateways, routes and pools."""

from typing import Final

from interlock.intents.kinds.notation import HERE, Elsewhere, Kind, ModelsAt, PodsAt, ToolsAt
from interlock.intents.kinds.shapes import names, patterns, times
from interlock.intents.patterns import pattern

_CALLERS: Final = "whoever calls chooses the model"
_PROVIDERS: Final = "openai|anthropic|gemini|vertexai|bedrock|azure|azureopenai|mistral|custom"
_MODEL_HEADER: Final = "name=x-ai-eg-model"
_TARGETS: Final = "spec.virtualModel.{weighted|failover|conditional}.targets[]"


def _provider(at: str) -> ModelsAt:
    return ModelsAt(
        at=pattern(f"{at}.{{{_PROVIDERS}}}"), names=names("model", "deploymentName"), absent=_CALLERS
    )


ENVOY: Final = {
    ("aigateway.envoyproxy.io", "AIGatewayRoute"): Kind(
        models=(
            ModelsAt(
                at=pattern("spec.rules[]"),
                names=names(f"matches[].headers[{_MODEL_HEADER}].value"),
                absent="the rule is for any model",
                unread=pattern(f"matches[].headers[{_MODEL_HEADER},type=RegularExpression].value"),
            ),
            ModelsAt(at=pattern("spec.rules[].backendRefs[]"), names=names("modelNameOverride")),
            ModelsAt(
                at=pattern("spec.rules[].backendRefs[].bodyMutation.set[path=model]"),
                names=names("value"),
                absent="the model is replaced",
            ),
        ),
    ),
    ("aigateway.envoyproxy.io", "AIServiceBackend"): Kind(
        models=(
            ModelsAt(
                at=pattern("spec.bodyMutation.set[path=model]"),
                names=names("value"),
                absent="the model is replaced",
            ),
        )
    ),
    ("aigateway.envoyproxy.io", "BackendSecurityPolicy"): Kind(regions=patterns("spec.awsCredentials.region")),
    ("aigateway.envoyproxy.io", "GatewayConfig"): Kind(),
    ("aigateway.envoyproxy.io", "QuotaPolicy"): Kind(
        models=(ModelsAt(at=pattern("spec.perModelQuotas[]"), names=names("modelName"), absent=_CALLERS),)
    ),
    ("aigateway.envoyproxy.io", "MCPRoute"): Kind(
        tools=(
            ToolsAt(
                at=pattern("spec.backendRefs[]"),
                server=pattern("name"),
                names=patterns("toolSelector.include[]"),
                unread=patterns("toolSelector.includeRegex[]"),
            ),
            ToolsAt(
                at=pattern("spec.securityPolicy.authorization.rules[].target.tools[]"),
                server=pattern("backend"),
                names=patterns("tool"),
            ),
        ),
        elsewhere=(
            Elsewhere(
                at=pattern("spec.securityPolicy.authorization.rules[].cel"),
                what="an expression decides which calls are allowed",
            ),
        ),
    ),
}

AGENTGATEWAY: Final = {
    ("agentgateway.dev", "AgentgatewayBackend"): Kind(
        models=(
            _provider("spec.ai.provider"),
            _provider("spec.ai.groups[].providers[]"),
            ModelsAt(
                at=pattern("spec.ai"),
                absent=_CALLERS,
                unless=patterns(f"provider.{{{_PROVIDERS}}}", f"groups[].providers[].{{{_PROVIDERS}}}"),
            ),
            ModelsAt(
                at=pattern("spec.policies.ai.{defaults|overrides}[field=model]"),
                names=names("value"),
                absent="the model is replaced",
            ),
        ),
        tools=(ToolsAt(at=pattern("spec.mcp.targets[]"), server=pattern("name")),),
        regions=patterns(
            "spec.ai.provider.{bedrock|vertexai}.region",
            "spec.ai.groups[].providers[].{bedrock|vertexai}.region",
        ),
    ),
    ("agentgateway.dev", "AgentgatewayModel"): Kind(
        models=(
            ModelsAt(at=HERE, names=names("spec.match.model", "metadata.name"), absent=_CALLERS, globs=True),
            _provider("spec"),
            ModelsAt(at=pattern(f"{_TARGETS}.modelRef"), names=names("name"), elsewhere="AgentgatewayModel"),
            ModelsAt(at=pattern(_TARGETS), names=names("model")),
            ModelsAt(
                at=pattern("spec.policies.transformations[field=model]"),
                absent="an expression replaces the model",
            ),
        ),
        regions=patterns("spec.{bedrock|vertexai}.region"),
    ),
    ("agentgateway.dev", "AgentgatewayPolicy"): Kind(
        elsewhere=(
            Elsewhere(
                at=pattern("spec.backend.mcp.authorization.policy.matchExpressions[]"),
                what="an expression decides which tools may be called",
            ),
            Elsewhere(
                at=pattern("spec.traffic.transformation.request.body"),
                what="an expression replaces the request",
            ),
        ),
        models=(
            ModelsAt(
                at=pattern("spec.backend.ai.{defaults|overrides}[field=model]"),
                names=names("value"),
                absent="the model is replaced",
            ),
            ModelsAt(at=pattern("spec.backend.ai.modelAliases{*}"), names=names("")),
        ),
    ),
    ("agentgateway.dev", "AgentgatewayParameters"): Kind(
        pods=(
            PodsAt(
                at=pattern("spec"),
                spec=pattern("{deployment|daemonSet}.spec.template.spec"),
                metadata=pattern("{deployment|daemonSet}.spec.template.metadata"),
                containers=(HERE,),
                counts=(times("spec.deployment.spec.replicas"),),
            ),
        )
    ),
}

_REWRITE: Final = Kind(
    models=(
        ModelsAt(at=pattern("spec.rules[].matches[].model"), names=names("value"), absent=_CALLERS),
        ModelsAt(at=pattern("spec.rules[].targets[]"), names=names("modelRewrite"), absent=_CALLERS),
    )
)
_MODEL: Final = Kind(
    pods=(
        PodsAt(
            at=pattern("spec"),
            containers=(HERE,),
            having=pattern("resources"),
        ),
    ),
    models=(
        ModelsAt(
            at=pattern("spec"),
            names=names("targetModels[].name", "modelSource.modelId", "modelName"),
            aliases=patterns("modelName"),
            absent=_CALLERS,
        ),
    ),
)

INFERENCE: Final = {
    ("inference.networking.k8s.io", "InferencePool"): Kind(),
    ("inference.networking.x-k8s.io", "InferencePool"): Kind(),
    ("inference.networking.x-k8s.io", "InferencePoolImport"): Kind(),
    ("inference.networking.x-k8s.io", "InferenceObjective"): Kind(),
    ("inference.networking.x-k8s.io", "InferenceModelRewrite"): _REWRITE,
    ("inference.networking.x-k8s.io", "InferenceModel"): _MODEL,
    ("llm-d.ai", "InferenceObjective"): Kind(),
    ("llm-d.ai", "InferenceModelRewrite"): _REWRITE,
}
