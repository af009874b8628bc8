"""The routes of gateways that call with protocols of their own: where each is, and what answers there.

All are decided by the same point; only what is read and written differs.
"""

from http import HTTPStatus
from typing import Final

from interlock_webhooks.agentgateway import codec as agentgateway
from interlock_webhooks.agentgateway import handlers as agentgateway_handlers
from interlock_webhooks.closed import closed
from interlock_webhooks.docker import codec as docker
from interlock_webhooks.docker import handlers as docker_handlers
from interlock_webhooks.exchange import Handler
from interlock_webhooks.litellm import codec as litellm
from interlock_webhooks.litellm import handlers as litellm_handlers
from interlock_webhooks.operation import Operation
from interlock_webhooks.service import Service
from interlock_webhooks.toolhive import codec as toolhive
from interlock_webhooks.toolhive import decisions as toolhive_decisions
from interlock_webhooks.toolhive import handlers as toolhive_handlers

_SPENT: Final = "What an allowed call may use at most is spent at once, since nobody tells what it used."
_INSIDE: Final = "What can't be understood is refused inside the answer, too."

LITELLM: Final = Operation(
    path="/beta/litellm_basic_guardrail_api",
    tag="litellm",
    summary="Guard a call of LiteLLM",
    description=f"The endpoint of `generic_guardrail_api`. {_SPENT} {_INSIDE}",
    takes=litellm.GuardrailRequest,
    gives=litellm.GuardrailAnswer,
    answer="`NONE` lets the call go on, `BLOCKED` does not.",
)
AGENTGATEWAY_REQUEST: Final = Operation(
    path="/request",
    tag="agentgateway",
    summary="Guard a request that agentgateway passes on",
    description=f"The guardrail webhook's route before the call. {_SPENT} {_INSIDE}",
    takes=agentgateway.PromptRequest,
    gives=agentgateway.ActionAnswer,
    answer="An action with a `body` rejects the request, any other passes it.",
)
AGENTGATEWAY_RESPONSE: Final = Operation(
    path="/response",
    tag="agentgateway",
    summary="Let an answer pass that agentgateway got",
    description=f"The guardrail webhook's route after the call. Policies are about requests. {_INSIDE}",
    takes=agentgateway.CompletionRequest,
    gives=agentgateway.ActionAnswer,
    answer="An action that passes it.",
)
TOOLHIVE_DECISION: Final = Operation(
    path="/toolhive/decision",
    tag="toolhive",
    summary="Answer ToolHive's HTTP authorizer",
    description="The same question comes for tools that are listed and that are called: nothing is held.",
    takes=toolhive_decisions.Porc,
    gives=toolhive_decisions.Allowance,
)
TOOLHIVE_VALIDATE: Final = Operation(
    path="/toolhive/validate",
    tag="toolhive",
    summary="Decide an MCP message of ToolHive",
    description=f"A validating webhook. {_SPENT}",
    takes=toolhive.WebhookRequest,
    gives=toolhive.WebhookAnswer,
    refusals={HTTPStatus.UNPROCESSABLE_ENTITY: "It is not signed, or can't be understood: always a denial."},
)
TOOLHIVE_MUTATE: Final = Operation(
    path="/toolhive/mutate",
    tag="toolhive",
    summary="Decide an MCP message of ToolHive and make changes",
    description="A mutating webhook: what policies change is a JSON Patch. It holds nothing; `validate` does.",
    takes=toolhive.WebhookRequest,
    gives=toolhive.WebhookAnswer,
    refusals={HTTPStatus.UNPROCESSABLE_ENTITY: "It is not signed, or can't be understood: always a denial."},
)
DOCKER_BEFORE: Final = Operation(
    path="/docker/before",
    tag="docker",
    summary="Decide a tool call of Docker's MCP gateway",
    description=f"An interceptor `before:http:`. {_SPENT} {_INSIDE}",
    takes=docker.ToolCall,
    gives=docker.ToolResult,
    answer="Nothing, where the call goes on; else the result that it gets.",
)

GUARDRAILS: Final = (
    LITELLM,
    AGENTGATEWAY_REQUEST,
    AGENTGATEWAY_RESPONSE,
    TOOLHIVE_DECISION,
    TOOLHIVE_VALIDATE,
    TOOLHIVE_MUTATE,
    DOCKER_BEFORE,
)


def guardrails(service: Service) -> tuple[tuple[Operation, str, Handler], ...]:
    """Each route of `service`, the endpoint that it counts as, and what answers there."""
    gateway, hive = (
        agentgateway_handlers.AgentgatewayHandlers(service),
        toolhive_handlers.ToolhiveHandlers(service),
    )
    proxy, interceptor = litellm_handlers.LitellmHandlers(service), docker_handlers.DockerHandlers(service)
    inside = (
        (LITELLM, "litellm", proxy.guardrail, litellm_handlers.refusal),
        (AGENTGATEWAY_REQUEST, "agentgateway", gateway.request, agentgateway_handlers.refusal),
        (AGENTGATEWAY_RESPONSE, "agentgateway", gateway.response, agentgateway_handlers.refusal),
        (TOOLHIVE_VALIDATE, "toolhive", hive.validate, toolhive_handlers.refusal),
        (TOOLHIVE_MUTATE, "toolhive", hive.mutate, toolhive_handlers.refusal),
        (DOCKER_BEFORE, "docker", interceptor.before, docker_handlers.refusal),
    )
    return (
        *(
            (operation, name, closed(handler, refuse, service, name))
            for operation, name, handler, refuse in inside
        ),
        (TOOLHIVE_DECISION, "toolhive", hive.decision),
    )
