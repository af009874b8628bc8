"""What can be called over gRPC: the counterpart of `app`."""

from interlock_webhooks.closed import closed
from interlock_webhooks.cpex import handlers as cpex
from interlock_webhooks.cpex.handlers import CpexHandlers
from interlock_webhooks.envoy.accesslog import handlers as accesslog
from interlock_webhooks.envoy.accesslog.handlers import AccessLogHandlers
from interlock_webhooks.envoy.authz import handlers as authz
from interlock_webhooks.envoy.authz.handlers import AuthorizationHandlers
from interlock_webhooks.envoy.ratelimit import handlers as ratelimit
from interlock_webhooks.envoy.ratelimit.handlers import RateLimitHandlers
from interlock_webhooks.grpc.method import Method, Methods, StreamedMethod
from interlock_webhooks.health import codec as health
from interlock_webhooks.health.handlers import HealthHandlers
from interlock_webhooks.mcp.extmcp import codec as extmcp
from interlock_webhooks.mcp.extmcp.handlers import ENDPOINT, ExtMcpHandlers
from interlock_webhooks.otlp import handlers as otlp
from interlock_webhooks.otlp.handlers import TraceHandlers
from interlock_webhooks.service import Service


def grpc_methods(service: Service) -> Methods:
    """The methods of all protocols of gateways, and what says whether they can be called."""
    authorization, limits = AuthorizationHandlers(service), RateLimitHandlers(service)
    plugin = CpexHandlers(service)
    methods: dict[str, Method | StreamedMethod] = {
        authz.GRPC: Method(authorization.check, authz.ENDPOINT),
        ratelimit.SHOULD_RATE_LIMIT: Method(limits.should_rate_limit, ratelimit.ENDPOINT),
        ratelimit.CHECK_RATE_LIMIT: Method(limits.check_rate_limit, ratelimit.ENDPOINT),
        ratelimit.REPORT: Method(limits.report, ratelimit.ENDPOINT),
        cpex.INVOKE: Method(closed(plugin.invoke, cpex.refusal, service, cpex.ENDPOINT), cpex.ENDPOINT),
        cpex.GET_CONFIG: Method(plugin.config, cpex.ENDPOINT),
        cpex.GET_CONFIGS: Method(plugin.configs, cpex.ENDPOINT),
        cpex.HEALTH: Method(plugin.health, cpex.ENDPOINT),
        otlp.GRPC: Method(TraceHandlers(service).export_message, otlp.ENDPOINT),
        accesslog.GRPC: StreamedMethod(AccessLogHandlers(service).stream, accesslog.ENDPOINT),
    }
    calls = ExtMcpHandlers(service)
    methods |= {
        extmcp.CHECK_REQUEST: Method(
            closed(calls.check_request, extmcp.encode_refused, service, ENDPOINT), ENDPOINT
        ),
        extmcp.CHECK_RESPONSE: Method(
            closed(calls.check_response, extmcp.encode_refused, service, ENDPOINT), ENDPOINT
        ),
    }
    offered = {path.split("/")[1] for path in methods}
    return {**methods, health.PATH: Method(HealthHandlers(service, offered).check, "health")}
