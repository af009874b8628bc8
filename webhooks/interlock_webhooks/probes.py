"""Whether the service lives, whether it should get requests, and what it counts."""

from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from interlock_webhooks.service import Service

PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """Whether requests should come here, and by which policies they are decided."""

    status: Literal["ready", "draining"]
    policySet: Annotated[str, Field(description="Digest of the policy set in force.")]  # noqa: N815 - the wire's name
    stale: Annotated[bool, Field(description="Whether the policy files hold a newer set that failed to load.")]
    problems: Annotated[
        int, Field(description="How many problems keep that set from loading; the log lists them.")
    ]


def probes(service: Service) -> APIRouter:
    """The routes `/healthz`, `/readyz` and `/metrics` of `service`."""
    router = APIRouter(tags=["operation"])

    @router.get("/healthz", summary="Whether the process answers")
    async def healthz() -> Health:
        return Health()

    @router.get(
        "/readyz",
        summary="Whether the service takes requests",
        responses={503: {"model": Readiness, "description": "About to stop."}},
    )
    async def readyz(response: Response) -> Readiness:
        in_force = service.policies.in_force
        if service.draining:
            response.status_code = 503
        return Readiness(
            status="draining" if service.draining else "ready",
            policySet=in_force.engine.policies.digest,
            stale=in_force.problems > 0,
            problems=in_force.problems,
        )

    @router.get(
        "/metrics",
        summary="Counters for Prometheus",
        response_class=Response,
        responses={200: {"content": {PROMETHEUS_TEXT: {"schema": {"type": "string"}}}}},
    )
    async def metrics() -> Response:
        return Response(service.metrics.exposition(), media_type=PROMETHEUS_TEXT)

    return router
