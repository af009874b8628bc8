"""Approvals by the person at the client, through `input_required`.

A rule that a person's approval would satisfy says so as advice, with the claims
that an approval gives. What such a rule denies is put to the client's user, if
that is all that stands in the way. What the answer proves is that the client
says its user accepted; who that is, the gateway has said.
"""

import secrets
from collections.abc import Mapping
from typing import Any, Final, cast

from msgspec import Struct

from interlock.digests import digest_of
from interlock.identity import Digest
from interlock.intents.caller import Caller, checked_caller, principal_of
from interlock_webhooks import wire
from interlock_webhooks.approvals.advice import approvers_of, claims_of
from interlock_webhooks.mcp.codec import Message
from interlock_webhooks.mcp.errors import INVALID_PARAMS, RefusedMessageError, result
from interlock_webhooks.mcp.seal import BrokenSealError, Question, Seal, is_ours
from interlock_webhooks.mcp.terms import Terms
from interlock_webhooks.text import one_line

_KEY: Final = "interlock.approval"
_FIELD: Final = "approve"
_OF_ROUNDS: Final = ("inputResponses", "requestState")
_OF_REQUESTS: Final = frozenset({"tools/call", "prompts/get", "resources/read"})
"""Methods that may be answered by `input_required` (Multi Round-Trip Requests, "Supported Requests")."""

_LONGEST_SHOWN: Final = 2_000
_NONCE: Final = 16


class Answered(Struct, frozen=True, kw_only=True):
    """A request that comes again after a question: as it is passed on, and whether its user approves it."""

    message: Message
    question: Question
    is_approved: bool


def answered(seal: Seal, message: Message, terms: Terms) -> Answered | None:
    """What a person answered, where `message` comes again after they were asked; None where it doesn't.

    Raises:
        RefusedMessageError: what it was asked is not ours, too old, or was asked of another request.
        RequestError: the caller can't be understood.
    """
    state = message.params.get("requestState")
    if not is_ours(state):
        return None
    checked_caller(terms.caller)
    try:
        question = seal.opened(cast("str", state))
    except BrokenSealError:
        raise _refused("it is broken or too old", message) from None
    first = message.with_params({**_bare(message.params), **question.inner})
    if question.request != _request(first, terms) or question.approver != terms.approver:
        raise _refused("it belongs to another request", message)
    return Answered(message=first, question=question, is_approved=_is_approved(message.params))


def approved(caller: Caller, claims: list[str], approver: str) -> Caller:
    """`caller` whose principal has `claims` that name the `approver`; null is what isn't there."""
    principal = caller.get("principal") or {}
    given = {**(principal.get("claims") or {}), **dict.fromkeys(claims, approver)}
    return cast("Caller", {**caller, "principal": {**principal, "claims": given}})


def wanted(record: Mapping[str, Any], message: Message, terms: Terms) -> list[str]:
    """The claims that an approval of `message` would have to give, where its client can ask somebody for one.

    `record` denies it. Empty where no rule says that an approval helps, or nobody can be asked.
    """
    can_ask = message.method in _OF_REQUESTS and message.is_stateless and message.takes_forms
    # Nobody is asked to approve what they can't see all of.
    return approvable(record, terms) if can_ask and len(_what(message)) <= _LONGEST_SHOWN else []


def approvable(record: Mapping[str, Any], terms: Terms) -> list[str]:
    """The claims that an approval gives of which `record` says that they help, if the approver may give it.

    Nobody approves what they ask for themselves.
    """
    approver = terms.approver
    if not approver or approver == principal_of(terms.caller)["id"]:
        return []
    allowed = approvers_of(record)
    return list(claims_of(record)) if allowed is None or approver in allowed else []


def question_of(message: Message, terms: Terms, record: Mapping[str, Any], claims: list[str]) -> Question:
    """What the person at the client is asked about `message`, which `record` denies."""
    return Question(
        request=_request(message, terms),
        policy_set=record["policySet"],
        claims=claims,
        approver=terms.approver or "",
        nonce=secrets.token_hex(_NONCE),
        inner={key: message.params[key] for key in _OF_ROUNDS if key in message.params},
    )


def asking(
    seal: Seal, message: Message, terms: Terms, record: Mapping[str, Any], question: Question
) -> dict[str, Any]:
    """The answer to `message` that puts `question` to the person at the client."""
    form = {
        "mode": "form",
        "message": _shown(message, terms, record),
        "requestedSchema": {
            "type": "object",
            "properties": {
                _FIELD: {"type": "boolean", "title": "Approve", "description": "Let it go on, once."}
            },
            "required": [_FIELD],
        },
    }
    return result(
        {
            "resultType": "input_required",
            "inputRequests": {_KEY: {"method": "elicitation/create", "params": form}},
            "requestState": seal.sealed(question),
        },
        message.id,
    )


def _shown(message: Message, terms: Terms, record: Mapping[str, Any]) -> str:
    """What the person reads: what would be done, with what, and why they are asked."""
    why = "; ".join(dict.fromkeys(str(reason.get("message", reason["code"])) for reason in record["reasons"]))
    told = f"{message.method} of {terms.server}: {_what(message)} needs your approval: {why}"
    return one_line(told, 2 * _LONGEST_SHOWN)


def _what(message: Message) -> str:
    """What `message` names, and with which arguments."""
    name = message.params.get("name", message.params.get("uri", ""))
    return f"{name} with {wire.encode(message.params.get('arguments', {})).decode()}"


def _is_approved(params: Mapping[str, Any]) -> bool:
    """Whether the person accepted, and said so in the form, too."""
    responses = params.get("inputResponses")
    response = responses.get(_KEY) if isinstance(responses, dict) else None
    if not isinstance(response, dict) or response.get("action") != "accept":
        return False
    content = response.get("content")
    return isinstance(content, dict) and content.get(_FIELD) is True


def _bare(params: Mapping[str, Any]) -> dict[str, Any]:
    """`params` without what comes and goes with the rounds."""
    return {key: value for key, value in params.items() if key not in _OF_ROUNDS}


def _request(message: Message, terms: Terms) -> Digest:
    """The digest of who asks for what, through whom, which is the same when it is asked again."""
    stable = {key: value for key, value in message.params.items() if key != "_meta"}
    caller = {key: value for key, value in terms.caller.items() if key in {"principal", "agent", "server"}}
    return digest_of([terms.client, message.method, stable, caller])


def _refused(why: str, message: Message) -> RefusedMessageError:
    text = f"`params.requestState`: {why}: leave it out, and ask again"
    return RefusedMessageError(INVALID_PARAMS, text, message.id)
