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

    status: Literal["starting", "ready", "draining"]
    policySet: Annotated[  # noqa: N815 - the wire's name
        str | None, Field(description="Digest of the policy set in force; null while there is none.")
    ]
    missing: Annotated[
        list[str], Field(description="What has to be there before a first policy set can be in force.")
    ]
    stale: Annotated[bool, Field(description="Whether there is a newer set that failed to load.")]
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
        responses={503: {"model": Readiness, "description": "Not started yet, or about to stop."}},
    )
    async def readyz(response: Response) -> Readiness:
        missing = service.policies.missing()
        in_force = None if missing else service.policies.in_force
        if service.draining or missing:
            response.status_code = 503
        return Readiness(
            status="draining" if service.draining else "starting" if missing else "ready",
            policySet=None if in_force is None else in_force.engine.policies.digest,
            missing=missing,
            stale=in_force is not None and in_force.problems > 0,
            problems=0 if in_force is None else in_force.problems,
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
