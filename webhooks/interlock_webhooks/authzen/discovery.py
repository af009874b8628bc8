"""Where what is asked, and which obligations may come: the metadata of the Authorization API (section 9)."""

from typing import Final

from fastapi import APIRouter

from interlock_webhooks.approvals.routes import KEYS
from interlock_webhooks.authzen.obligations import types_of
from interlock_webhooks.authzen.shapes import Metadata
from interlock_webhooks.service import Service

EVALUATION: Final = "/access/v1/evaluation"
EVALUATIONS: Final = "/access/v1/evaluations"
SEARCH_SUBJECT: Final = "/access/v1/search/subject"
SEARCH_RESOURCE: Final = "/access/v1/search/resource"
SEARCH_ACTION: Final = "/access/v1/search/action"
ACCESS_REQUESTS: Final = "/access/v1/requests"
CONFIGURATION: Final = "/.well-known/authzen-configuration"


def discovery(service: Service) -> APIRouter:
    """The route of the metadata of `service`."""
    router = APIRouter(tags=["authzen"])

    @router.get(CONFIGURATION, summary="Where what is asked, and which obligations may come")
    async def configuration() -> Metadata:
        declared = service.policies.in_force.engine.policies.vocabulary.obligations
        found = Metadata(
            policy_decision_point=service.url,
            access_evaluation_endpoint=f"{service.url}{EVALUATION}",
            access_evaluations_endpoint=f"{service.url}{EVALUATIONS}",
            search_subject_endpoint=f"{service.url}{SEARCH_SUBJECT}",
            search_resource_endpoint=f"{service.url}{SEARCH_RESOURCE}",
            search_action_endpoint=f"{service.url}{SEARCH_ACTION}",
            access_request_endpoint=f"{service.url}{ACCESS_REQUESTS}",
            jwks_uri=f"{service.url}{KEYS}",
            capabilities=["urn:openid:authzen:capability:access-request"],
        )
        if declared:
            found["obligations_supported"] = types_of(each.name for each in declared)
        return found

    return router
