"""What a webhook may answer: the response of `admission.k8s.io/v1`, to the letter."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any, Final

from support.kubernetes import jsonpatch
from support.kubernetes.patches import PatchError

_FIELDS: Final[dict[str, type]] = {
    "uid": str,
    "allowed": bool,
    "status": dict,
    "patch": str,
    "patchType": str,
    "auditAnnotations": dict,
    "warnings": list,
}
_STATUS: Final[dict[str, type]] = {
    "kind": str,
    "apiVersion": str,
    "metadata": dict,
    "status": str,
    "message": str,
    "reason": str,
    "details": dict,
    "code": int,
}
_DETAILS: Final[dict[str, type]] = {
    "name": str,
    "group": str,
    "kind": str,
    "uid": str,
    "causes": list,
    "retryAfterSeconds": int,
}
_CAUSE: Final[dict[str, type]] = {"reason": str, "message": str, "field": str}


class ContractError(Exception):
    """The answer breaks the contract: the webhook counts as not called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a webhook answered, within the contract."""

    allowed: bool
    status: dict[str, Any] | None = None
    patch: list[dict[str, Any]] = field(default_factory=list)
    annotations: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def response_of(code: int, body: bytes, uid: str, *, mutating: bool) -> Response:
    """The response in an HTTP answer.

    Raises:
        ContractError: it is none to the review with `uid`.
    """
    if code != 200:
        raise ContractError(f"the webhook answers with HTTP {code}: {body[:200].decode(errors='replace')}")
    found = _decoded(body)
    if (found.get("apiVersion"), found.get("kind")) != ("admission.k8s.io/v1", "AdmissionReview"):
        raise ContractError(
            "expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, "
            f"got {found.get('apiVersion')}, Kind={found.get('kind')}"
        )
    response = found.get("response")
    if not isinstance(response, dict):
        raise ContractError("webhook response was absent")
    _typed(response, _FIELDS, "response")
    if response.get("uid") != uid:
        raise ContractError(f'expected response.uid="{uid}", got "{response.get("uid")}"')
    if "allowed" not in response:
        raise ContractError("response.allowed is missing")
    return Response(
        allowed=response["allowed"],
        status=_status(response.get("status")),
        patch=_patch(response) if mutating else _no_patch(response),
        annotations=_texts(response.get("auditAnnotations") or {}),
        warnings=_lines(response.get("warnings") or []),
    )


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError as error:
        raise ContractError(f"couldn't decode the response: {error}") from error
    if not isinstance(found, dict):
        raise ContractError("the response is no object")
    return found


def _typed(found: dict[str, Any], fields: dict[str, type], at: str) -> None:
    for key, value in found.items():
        if key not in fields:
            raise ContractError(f"{at}.{key} is no field")
        if not isinstance(value, fields[key]) or (fields[key] is int and isinstance(value, bool)):
            raise ContractError(f"{at}.{key} is no {fields[key].__name__}")


def _status(status: dict[str, Any] | None) -> dict[str, Any] | None:
    if status is not None:
        _typed(status, _STATUS, "response.status")
        details = status.get("details") or {}
        _typed(details, _DETAILS, "response.status.details")
        for each in details.get("causes") or ():
            _typed(each, _CAUSE, "response.status.details.causes")
    return status


def _no_patch(response: dict[str, Any]) -> list[dict[str, Any]]:
    for key in ("patch", "patchType"):
        if key in response:
            raise ContractError(f"validating webhook may not return response.{key}")
    return []


def _patch(response: dict[str, Any]) -> list[dict[str, Any]]:
    if not response.get("patch"):
        if "patchType" in response:
            raise ContractError("webhook returned response.patchType but not response.patch")
        return []
    if "patchType" not in response:
        raise ContractError("webhook returned response.patch but not response.patchType")
    if response["patchType"] != "JSONPatch":
        raise ContractError(f'unsupported patch type "{response["patchType"]}"')
    try:
        return jsonpatch.decoded(json.loads(base64.b64decode(response["patch"], validate=True)))
    except (ValueError, PatchError) as error:
        raise ContractError(f"received undecodable patch in webhook response: {error}") from error


def _texts(found: dict[str, Any]) -> dict[str, str]:
    for key, value in found.items():
        if not isinstance(value, str):
            raise ContractError(f"response.auditAnnotations.{key} is no str")
    return found


def _lines(found: list[Any]) -> list[str]:
    if not all(isinstance(each, str) for each in found):
        raise ContractError("response.warnings are no strings")
    return found
