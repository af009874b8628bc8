"""What clients may be granted to call, by name; and which paths beside the hot routes have which name.

The names are those that metrics have as `endpoint`. Tests hold the table to the routes.
"""

from typing import Final

HOT: Final = frozenset(
    {
        "access-requests",
        "accesslog",
        "agentgateway",
        "approvals",
        "authz",
        "authzen",
        "batch",
        "check",
        "cpex",
        "docker",
        "extend",
        "extmcp",
        "litellm",
        "mcp",
        "ratelimit",
        "release",
        "search",
        "settle",
        "toolhive",
        "traces",
    }
)
"""What gateways wait for."""

BESIDE: Final = {
    "/access/v1/requests/cancel": "access-requests",
    "/access/v1/requests/task": "access-requests",
    "/docs": "docs",
    "/docs/start.js": "docs",
    "/docs/swagger-ui.css": "docs",
    "/docs/swagger-ui-bundle.js": "docs",
    "/metrics": "metrics",
    "/openapi.json": "docs",
    "/v1/approvals": "approvals",
    "/v1/budgets": "budgets",
    "/v1/settlements": "settlements",
}
"""What people and their tools ask for."""

OPEN: Final = frozenset({"/healthz", "/readyz", "/.well-known/authzen-configuration", "/access/v1/jwks"})
"""What is answered to everybody: whether the service is there, and where AuthZEN's clients ask what."""

FREE: Final = frozenset({"health"})
"""What is answered to everybody over gRPC: whether calls should come here."""

OTHER: Final = "other"
"""What a path without a name counts as: only who may call everything learns that nothing is there."""

NAMES: Final = HOT | frozenset(BESIDE.values())
"""All that may be granted."""
