"""Extraction of any document, for those who don't know which protocol they hold.

It recognizes by shape. The command line uses it; services know what they get.
"""

from typing import Any, Final

from interlock.errors import RequestError
from interlock.intents.access import from_access
from interlock.intents.admission import from_admission, from_manifest
from interlock.intents.chat import from_chat, from_embeddings
from interlock.intents.check import SUBJECTS, CheckRequest, from_check
from interlock.intents.context import ExtractionContext
from interlock.intents.fields import as_mapping
from interlock.intents.mcp import from_mcp
from interlock.model.intent import Intent

_REVIEW_VERSION: Final = "admission.k8s.io/v1"
_REVIEW_GROUP: Final = "admission.k8s.io/"

# A request for a response has an `input` too, and may do what an embedding never does.
_OF_RESPONSES: Final = frozenset(
    {"instructions", "max_output_tokens", "previous_response_id", "stream", "tool_choice", "tools"}
)


def extract(document: dict[str, Any], context: ExtractionContext) -> Intent:
    """The Intent of an AdmissionReview, manifest, check request, MCP message, call of a model or access.

    Raises RequestError, also where it is none of them.
    """
    if not isinstance(document, dict):
        raise RequestError("a request is an object", path="$")
    version = document.get("apiVersion")
    if isinstance(version, str) and version.startswith(_REVIEW_GROUP):
        return _of_review(document, version, context)
    if "apiVersion" in document:
        return from_manifest(document, context)
    if any(key in document for key in SUBJECTS):
        request: CheckRequest = document  # type: ignore[assignment]  # its keys are checked there
        return from_check(request, context)
    return _of_call(document, context)


def _of_review(review: dict[str, Any], version: str, context: ExtractionContext) -> Intent:
    if version != _REVIEW_VERSION:
        raise RequestError(f"`apiVersion`: only `{_REVIEW_VERSION}` can be reviewed", path="$.apiVersion")
    return from_admission(as_mapping(review.get("request"), "request"), context)


def _of_call(body: dict[str, Any], context: ExtractionContext) -> Intent:
    if "method" in body:
        return from_mcp(body, {}, context)
    if "messages" in body:
        return from_chat(body, {}, context)
    if "input" in body and _OF_RESPONSES.isdisjoint(body):
        return from_embeddings(body, {}, context)
    if body.keys() >= {"subject", "action", "resource"}:
        return from_access(body, {}, context)
    raise RequestError(
        "the document is none of these: AdmissionReview, manifest, check request, MCP message, "
        "chat completion, embeddings request, access",
        path="$",
    )
