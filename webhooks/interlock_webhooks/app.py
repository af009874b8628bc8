"""The two ASGI applications: one for the API server, one for gateways.

They are apart because what listens where differs: the webhook is the API
server's, the check API has clients, and asks them who they are. Hot routes are
raw ASGI; FastAPI has all others and describes both.
"""

from collections.abc import Mapping
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from interlock.errors import InterlockError, OperatorError, RequestError
from interlock_webhooks import openapi, operations, wire
from interlock_webhooks.accounts.handlers import AccountHandlers
from interlock_webhooks.accounts.reports import reports
from interlock_webhooks.approvals.handlers import ApprovalHandlers
from interlock_webhooks.approvals.routes import routes as approval_routes
from interlock_webhooks.authzen.discovery import discovery
from interlock_webhooks.authzen.handlers import AuthzenHandlers
from interlock_webhooks.authzen.searches import SearchHandlers
from interlock_webhooks.clients.authenticator import EVERYBODY, Authenticator
from interlock_webhooks.clients.guarded import Guarded
from interlock_webhooks.clients.neighbours import Neighbours
from interlock_webhooks.docs import docs
from interlock_webhooks.envoy.authz import web
from interlock_webhooks.envoy.authz.handlers import ENDPOINT, AuthorizationHandlers
from interlock_webhooks.exchange import Handler
from interlock_webhooks.guardrails import guardrails
from interlock_webhooks.hot import ANYTHING, HotRoute
from interlock_webhooks.kubernetes.handlers import KubernetesHandlers
from interlock_webhooks.mcp.operations import messages
from interlock_webhooks.operation import Operation
from interlock_webhooks.otlp import handlers as otlp
from interlock_webhooks.otlp.handlers import TraceHandlers
from interlock_webhooks.probes import probes
from interlock_webhooks.refusal import RefusedError, error_body, status_of
from interlock_webhooks.runtime.handlers import RuntimeHandlers
from interlock_webhooks.service import Service
from interlock_webhooks.text import quoted

_DESCRIPTION: Final = (
    "Decides Kubernetes admissions and gateway calls by one set of policies. "
    "The webhook listener has `/validate`, `/mutate` and `/guard`, the check listener all others; "
    "`/healthz`, `/readyz` and `/metrics` are on both. Any method on any path below `/ext-authz` is for "
    "proxies that ask whether requests may pass, which OpenAPI has no words for."
)


_NOTHING: Final[Mapping[str, HotRoute]] = {}


class Application:
    """Sends each request to its hot route, or to the application beside them.

    `below` has routes of whatever is below a path of one part, such as `/ext-authz`.
    """

    def __init__(
        self, hot: dict[str, HotRoute], beside: ASGIApp, below: Mapping[str, HotRoute] = _NOTHING
    ) -> None:
        self.hot = hot
        self.below = below
        self.beside = beside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        route = self._route(scope["path"]) if scope["type"] == "http" else None
        await (route or self.beside)(scope, receive, send)

    def _route(self, path: str) -> HotRoute | None:
        first, _, _ = path[1:].partition("/")
        return self.hot.get(path) or self.below.get(f"/{first}")


def webhook_app(service: Service) -> Application:
    """What the API server talks to: the webhooks and the probes."""
    handlers = KubernetesHandlers(service)
    routes = (
        (operations.VALIDATE, "validate", handlers.validate),
        (operations.MUTATE, "mutate", handlers.mutate),
        (operations.GUARD, "guard", handlers.guard),
    )
    return Application(_hot(service, EVERYBODY, *routes), _beside(service))


def check_app(service: Service) -> Application:
    """What gateways and people talk to: the check API, the probes and the description of all."""
    handlers = RuntimeHandlers(service)
    accounts = AccountHandlers(service)
    authzen, searches = AuthzenHandlers(service), SearchHandlers(service)
    approvals = ApprovalHandlers(service)
    routes = (
        (operations.CHECK, "check", handlers.check),
        (operations.CHECK_BATCH, "batch", handlers.check_batch),
        (operations.SETTLE, "settle", accounts.settle),
        (operations.RELEASE, "release", accounts.release),
        (operations.EXTEND, "extend", accounts.extend),
        (operations.EVALUATION, "authzen", authzen.evaluation),
        (operations.EVALUATIONS, "authzen", authzen.evaluations),
        (operations.SEARCH_SUBJECT, "search", searches.subjects),
        (operations.SEARCH_RESOURCE, "search", searches.resources),
        (operations.SEARCH_ACTION, "search", searches.actions),
        (operations.ACCESS_REQUEST, "access-requests", approvals.submit),
        (operations.APPROVALS, "approvals", approvals.decide),
        *guardrails(service),
        *messages(service),
    )
    beside = _beside(service)
    beside.include_router(reports(service))
    beside.include_router(discovery(service))
    beside.include_router(approval_routes(approvals))
    described = openapi.describe(beside.openapi())

    async def description() -> Response:
        return _json(HTTPStatus.OK, described)

    beside.add_api_route("/openapi.json", description, include_in_schema=False)
    beside.include_router(docs())
    hot = {**_hot(service, service.authenticator, *routes), otlp.PATH: _traces(service)}
    return Application(hot, Guarded(beside, service), {web.PREFIX: _forwarded(service)})


def _forwarded(service: Service) -> HotRoute:
    """The route of requests that proxies send on, to ask whether they may pass."""
    handler = AuthorizationHandlers(service).forwarded
    metrics = service.metrics.route(ENDPOINT)
    # The host is that of the request, and says nothing of the proxy.
    is_open = isinstance(service.authenticator, Neighbours)
    authenticator = EVERYBODY if is_open else service.authenticator
    return HotRoute(handler, metrics, service.log, authenticator, ANYTHING)


def _traces(service: Service) -> HotRoute:
    """The route of traces, which say what calls used."""
    metrics = service.metrics.route(otlp.ENDPOINT)
    return HotRoute(TraceHandlers(service).export, metrics, service.log, service.authenticator, otlp.TAKES)


def _hot(
    service: Service, authenticator: Authenticator, *routes: tuple[Operation, str, Handler]
) -> dict[str, HotRoute]:
    return {
        operation.path: HotRoute(handler, service.metrics.route(endpoint), service.log, authenticator)
        for operation, endpoint, handler in routes
    }


def _beside(service: Service) -> FastAPI:
    app = FastAPI(
        title="Interlock",
        version=version("interlock"),
        description=_DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.include_router(probes(service))

    async def failed(_request: Request, error: Exception) -> Response:
        """Our own errors; what the operator has to mend is logged, too."""
        if isinstance(error, OperatorError):
            service.log.error("request failed", error=str(error))
        return _json(status_of(error), error_body(error))

    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _misasked)
    app.add_exception_handler(InterlockError, failed)
    return app


async def _refused(_request: Request, error: Exception) -> Response:
    """The routing errors of FastAPI in the form that all our errors have."""
    assert isinstance(error, HTTPException)  # noqa: S101 - what the handler is registered for
    status = HTTPStatus(error.status_code)
    refusal = RefusedError(status, f"{error.detail.lower()}: `/docs` on the check listener says what there is")
    return _json(status, error_body(refusal), error.headers)


async def _misasked(_request: Request, error: Exception) -> Response:
    """What FastAPI finds wrong with parameters, in the form that all our errors have."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what the handler is registered for
    return _json(HTTPStatus.BAD_REQUEST, error_body(RequestError(_wrong(error.errors()[0]))))


def _wrong(found: dict[str, Any]) -> str:
    """What is wrong with one parameter."""
    name = quoted(str(found["loc"][-1]))
    match found["type"]:
        case "missing":
            return f"the parameter {name} is missing"
        case "extra_forbidden":
            return f"there is no parameter {name}: `/docs` on the check listener says which there are"
        case _:
            return f"the parameter {name} {found['msg']}"


def _json(status: HTTPStatus, value: Any, headers: Any = None) -> Response:  # noqa: ANN401 - raw JSON
    return Response(wire.encode(value), status, headers, media_type="application/json")
