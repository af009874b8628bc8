"""AdmissionReview v1 to its request, and a recorded decision to the response. Pure.

The limits are the API server's: it takes no patch from a validating webhook,
no message without bounds into its audit log, and no long warning to a client.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec

from interlock.decisionlog.codes import ReasonCode
from interlock.decisionlog.refusals import refused
from interlock.errors import RequestError
from interlock.model.charge import Level
from interlock_webhooks import wire
from interlock_webhooks.kubernetes.review import (
    API_VERSION,
    KIND,
    AdmissionRequest,
    AdmissionResponse,
    Review,
    ReviewAnswer,
    Status,
)
from interlock_webhooks.text import listed, one_line, quoted

MAX_WARNING: Final = 120
"""Characters of one warning: clients cut what is longer."""

MAX_WARNINGS: Final = 3_500
"""Characters of all warnings; past 4,096 the API server cuts."""

MAX_ANNOTATION: Final = 10 * 1024
"""Bytes of one audit annotation's value: what the API server grants its own admission policies."""

MAX_KEY: Final = 63
"""Characters of an audit annotation's key; the API server puts the name of the webhook before it."""

MAX_MESSAGE: Final = 8 * 1024
"""Bytes of a denial's message, all its lines together."""

MAX_CAUSES: Final = 50
MAX_CAUSE: Final = 1024
"""Characters of one cause."""

MAX_REFUSAL: Final = 6 * 1024
"""Bytes of what is told of one of Kubernetes' policies: what its message may have, and its names."""

_MAX_REASON: Final = 500

# For telling a review of another version from something that is none.
_ENVELOPE: Final = msgspec.json.Decoder(dict[str, Any])
_REVIEW: Final = msgspec.json.Decoder(Review)


def decode_review(body: bytes) -> AdmissionRequest:
    """The request in `body`; `RequestError` unless it is an AdmissionReview v1 with one."""
    try:
        review = wire.decode(body, _REVIEW)
    except RequestError as error:
        raise _better(body, error) from None
    _check_version(review["apiVersion"], review["kind"])
    if not review["request"]["uid"]:
        raise RequestError("`request.uid`: is empty: send the uid of the review", path="$.request.uid")
    return review["request"]


def encode_allowed(uid: str, recorded: dict[str, Any], operations: list[dict[str, Any]]) -> bytes:
    """An allowance, with the JSON Patch of `operations` if there are any."""
    response: AdmissionResponse = {"uid": uid, "allowed": True, "auditAnnotations": annotations(recorded)}
    if operations:
        response["patchType"] = "JSONPatch"
        response["patch"] = base64.b64encode(wire.encode(operations)).decode("ascii")
    return _encode(_warned(response, recorded))


def encode_denied(request: Mapping[str, Any], recorded: dict[str, Any]) -> bytes:
    """A denial of `request` with all its reasons, and the code of them."""
    code, reason = _status(recorded["reasons"])
    status: Status = {
        "status": "Failure",
        "code": code,
        "reason": reason,
        "message": message(recorded),
        "details": {
            "name": request.get("name") or "",
            "group": request["kind"].get("group") or "",
            "kind": request["kind"]["kind"],
            "causes": [
                {"reason": reason["code"], "message": one_line(_line(reason), MAX_CAUSE)}
                for reason in recorded["reasons"][:MAX_CAUSES]
            ],
        },
    }
    response: AdmissionResponse = {
        "uid": request["uid"],
        "allowed": False,
        "status": status,
        "auditAnnotations": annotations(recorded),
    }
    return _encode(_warned(response, recorded))


def message(recorded: dict[str, Any]) -> str:
    """All reasons of a denial, a line each, as many as fit."""
    return listed([_line(reason) for reason in recorded["reasons"]], "\n", MAX_MESSAGE)


def _status(reasons: list[dict[str, Any]]) -> tuple[int, str]:
    """The code and the reason of a denial: 500 where the engine itself failed, and else 403.

    Where none but Kubernetes' policies deny, they are what the API server gives to the first.
    """
    if any(reason["code"] == ReasonCode.FAILED for reason in reasons):
        return HTTPStatus.INTERNAL_SERVER_ERROR.value, "InternalError"
    if reasons and all(reason["code"] == ReasonCode.REFUSED for reason in reasons):
        return reasons[0]["status"], reasons[0]["reason"]
    return HTTPStatus.FORBIDDEN.value, "Forbidden"


def encode_unasked(uid: str, why: str) -> bytes:
    """An allowance that no policy was asked about, and `why`."""
    said = {"decision": "allow", "exempt": one_line(why, MAX_ANNOTATION)}
    return _encode({"uid": uid, "allowed": True, "auditAnnotations": said})


def encode_undecided(uid: str, code: HTTPStatus, reason: str, message: str) -> bytes:
    """A denial without a decision: the object can't be understood, or the service failed.

    Inside the review and not as an HTTP error, because an HTTP error would let
    `failurePolicy: Ignore` admit the object.
    """
    status: Status = {
        "status": "Failure",
        "code": code.value,
        "reason": reason,
        "message": one_line(message, MAX_MESSAGE),
    }
    return _encode({"uid": uid, "allowed": False, "status": status, "auditAnnotations": {"decision": "deny"}})


def annotations(recorded: dict[str, Any]) -> dict[str, str]:
    """The audit annotations of a decision: what was decided, by which policy set, on which rules."""
    rules = {
        # A rule that speaks of several items is named once.
        key: listed(list(dict.fromkeys(map(_name, recorded[key]))), ", ", MAX_ANNOTATION)
        for key in ("reasons", "warnings", "audits", "waived", "errors")
        if recorded[key]
    }
    said = {
        _key(key): _cut(value, MAX_ANNOTATION) for key, value in recorded.get("auditAnnotations", {}).items()
    }
    return {**said, "decision": recorded["decision"], "policy-set": recorded["policySet"], **rules}


def _key(key: str) -> str:
    """`key`, such as `policy/key`, as the API server takes it from a webhook: with no slash, and not long.

    Source: checkKeyFormat of k8s.io/apiserver/pkg/admission/attributes.go.
    """
    policy, _, own = key.rpartition("/")
    return f"{policy[: max(MAX_KEY - len(own) - 1, 0)].rstrip('-._')}.{own}".lstrip(".")


def _cut(text: str, limit: int) -> str:
    """As much of `text` as `limit` UTF-8 bytes hold."""
    return text.encode()[:limit].decode(errors="ignore")


def _used_up(recorded: dict[str, Any]) -> Iterator[str]:
    """What is said of budgets of which a share is used that somebody is to be warned of."""
    for charge in recorded.get("budgets", []):
        if charge["level"] != Level.WITHIN:
            whose = f" of {quoted(charge['key'])}" if charge["key"] else ""
            used = charge["spent"] + charge["held"] + charge["amount"]
            share = f"{used} of {charge['limit']} {charge['unit']}"
            yield f"budget {quoted(charge['budget'])}{whose}: {share} are used"


def warnings(recorded: dict[str, Any]) -> list[str]:
    """One warning for each rule that would deny if enforced, and for each budget that is nearly used up.

    All are within the API server's limits.
    """
    kept: list[str] = []
    room = MAX_WARNINGS
    entries = [*map(_warning, recorded["warnings"]), *_used_up(recorded)]
    for index, entry in enumerate(entries):
        line = one_line(entry, MAX_WARNING)
        room -= len(line)
        if room < 0:
            kept.append(f"and {len(entries) - index} more warnings")
            break
        kept.append(line)
    return kept


def _better(body: bytes, error: RequestError) -> RequestError:
    """What to tell the sender of `body`: if it is of another version, that comes first."""
    try:
        envelope = _ENVELOPE.decode(body)
        _check_version(envelope.get("apiVersion"), envelope.get("kind"))
    except RequestError as version:
        return version
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return error
    return error


def _check_version(api_version: object, kind: object) -> None:
    for field, found, wanted in (("apiVersion", api_version, API_VERSION), ("kind", kind, KIND)):
        if found != wanted:
            stated = f"is {quoted(str(found))}" if isinstance(found, str) else "is missing"
            raise RequestError(f"`{field}`: {stated}: send an `{KIND}` of `{API_VERSION}`", path=f"$.{field}")


def _warned(response: AdmissionResponse, recorded: dict[str, Any]) -> AdmissionResponse:
    if found := warnings(recorded):
        response["warnings"] = found
    return response


def _encode(response: AdmissionResponse) -> bytes:
    answer: ReviewAnswer = {"apiVersion": API_VERSION, "kind": KIND, "response": response}
    return wire.encode(answer)


def _line(reason: dict[str, Any]) -> str:
    """A reason for people: whose rule, at which item, what is wrong and what to do about it."""
    if reason["code"] == ReasonCode.REFUSED:
        return one_line(_cut(str(refused(reason)), MAX_REFUSAL), MAX_REFUSAL)
    item = "" if reason.get("item") == "intent" else reason.get("item", "")
    said = reason.get("message") or reason.get("error") or reason["code"]
    advised = "; ".join(_present((said, reason.get("remedy", ""))))
    return one_line(": ".join(_present((_name(reason), item, advised))), _MAX_REASON)


def _warning(entry: dict[str, Any]) -> str:
    return refused(entry).warning if entry["code"] == ReasonCode.REFUSED else _line(entry)


def _name(entry: dict[str, Any]) -> str:
    """`layer/policy/rule` or `kind/policy/binding`, as far as they are there; else policies, or its code."""
    named = "/".join(_present(entry.get(key, "") for key in ("layer", "kind", "policy", "rule", "binding")))
    coded = " ".join(_present((str(entry["code"]), entry.get("obligation", ""))))
    return named or ", ".join(entry.get("policies", ())) or coded


def _present(parts: Iterable[str]) -> list[str]:
    return [part for part in parts if part]
