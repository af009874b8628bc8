"""The routes of messages of MCP: where they are, and what they take and give."""

from typing import Final

from interlock_webhooks.exchange import Handler
from interlock_webhooks.mcp.handlers import McpHandlers
from interlock_webhooks.mcp.requests import McpAnswer, McpRequest, McpResponse
from interlock_webhooks.operation import Operation
from interlock_webhooks.service import Service

ENDPOINT: Final = "mcp"

REQUEST: Final = Operation(
    path="/v1/mcp/request",
    tag=ENDPOINT,
    summary="Ask what becomes of a client's message",
    description="Every message of a client may be sent; policies are asked about those that touch things.",
    takes=McpRequest,
    gives=McpAnswer,
    answer="What the gateway does.",
)
RESPONSE: Final = Operation(
    path="/v1/mcp/response",
    tag=ENDPOINT,
    summary="Ask what becomes of a server's message",
    description="Of a list of tools those go on that may be called; all else goes on as it is.",
    takes=McpResponse,
    gives=McpAnswer,
    answer="What the gateway does.",
)

OPERATIONS: Final = (REQUEST, RESPONSE)


def messages(service: Service) -> tuple[tuple[Operation, str, Handler], ...]:
    """The routes of `service`, each with its endpoint's name and what answers there."""
    handlers = McpHandlers(service)
    return (REQUEST, ENDPOINT, handlers.request), (RESPONSE, ENDPOINT, handlers.response)
