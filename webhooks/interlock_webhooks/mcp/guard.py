"""What becomes of a message: it is passed on, passed on otherwise, or answered in its server's place.

Knows how messages are asked about, and not who decides: the service itself,
another one, or an engine in this process.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, Protocol, TypeAlias, cast

from msgspec import Struct

from interlock.errors import ConflictError, RequestError
from interlock.intents.caller import Caller, principal_of
from interlock.intents.check import CheckRequest
from interlock.intents.coaz.mapping import accesses
from interlock.sdk.patches import patched
from interlock_webhooks.mcp.approval import (
    Answered,
    answered,
    approvable,
    approved,
    asking,
    question_of,
    wanted,
)
from interlock_webhooks.mcp.codec import Message
from interlock_webhooks.mcp.definitions import Definition, Definitions
from interlock_webhooks.mcp.denials import denied, unknown
from interlock_webhooks.mcp.errors import INTERNAL_ERROR, INVALID_PARAMS, Refusal, RefusedMessageError, error
from interlock_webhooks.mcp.headers import Mirrored, check_headers
from interlock_webhooks.mcp.listing import filtered, listed_tools
from interlock_webhooks.mcp.seal import Seal
from interlock_webhooks.mcp.terms import Terms
from interlock_webhooks.refusal import Header

_AT_ONCE: Final = 16
_NONCE: Final = 16
_UNMIRRORED: Final[Mirrored] = {}
_OTHER_POLICIES: Final = "policies changed since this was approved: ask again"
_USED: Final = "`params.requestState`: it was used before: leave it out, and ask again"


class Decides(Protocol):
    """Whatever decides checks."""

    async def check(self, check: CheckRequest) -> Mapping[str, Any]:
        """The record of the decision on `check`.

        Raises:
            RequestError: it can't be understood; a ConflictError where its key belongs to another one.
        """
        ...

    async def give_back(self, record: Mapping[str, Any]) -> None:
        """Let go of what the allowance in `record` holds: what it is about does not go on."""
        ...


class Passed(Struct, frozen=True):
    """The message goes on as it is. `record` is the decision; None where nobody had to be asked."""

    record: Mapping[str, Any] | None = None


class Replaced(Struct, frozen=True):
    """In place of the message goes on `message`."""

    message: dict[str, Any]
    record: Mapping[str, Any] | None = None


class Refused(Struct, frozen=True):
    """The message does not go on: `refusal` is sent back."""

    refusal: Refusal
    record: Mapping[str, Any] | None = None


Outcome: TypeAlias = Passed | Replaced | Refused


class Guard:
    """Asks about messages, remembers what servers say of their tools, and whom it asked for approval.

    `seal` is shared by all that may see one request come again; without one nobody else does.
    """

    def __init__(self, seal: Seal | None = None) -> None:
        self._seal = Seal() if seal is None else seal
        self._definitions = Definitions()

    async def request(
        self, decides: Decides, message: Message, terms: Terms, headers: Sequence[Header] | None = None
    ) -> Outcome:
        """What becomes of `message` of a client, which came with `headers` where they are known."""
        definition = self._definitions.of(terms.source, message.params.get("name"))
        try:
            if headers is not None:
                check_headers(headers, message, definition.mirrored if definition else _UNMIRRORED)
            if message.is_harmless:
                return Passed()
            if not message.is_decided:
                return Refused(unknown(message))
            refused = await _accessing(decides, message, terms, definition)
            if refused is not None:
                return refused
            return await self._asked(decides, message, terms, _calling(terms.caller, message, definition))
        except RefusedMessageError as refused:
            return Refused(refused.refusal)
        except RequestError as wrong:
            return _wrong(str(wrong), message)

    async def response(
        self, decides: Decides, response: Mapping[str, Any], terms: Terms, message: Message | None = None
    ) -> Outcome:
        """What becomes of `response` of a server, to `message` where that is known.

        Of a list of tools go on those that its caller may be able to call; all else goes on as it is.
        """
        try:
            tools = listed_tools(response)
            if tools is None:
                return Passed()
            definitions = self._definitions.learn(terms.source, tools)
            kept = await self._callable(decides, tools, definitions, terms)
        except RequestError as wrong:
            text = f"the list of tools can't be decided: {wrong}"
            refusal = error(INTERNAL_ERROR, text, response.get("id"))
            return Refused(Refusal(status=HTTPStatus.OK, message=refusal))
        return Replaced(filtered(response, kept, message))

    async def _asked(self, decides: Decides, message: Message, terms: Terms, caller: Caller) -> Outcome:
        """What becomes of `message`, which policies are asked about, of `caller`."""
        again = answered(self._seal, message, terms)
        if again is not None:
            return await self._asked_again(decides, again, terms, caller)
        record = await decides.check(_check(message, terms, caller))
        if _allows(record):
            return _passed(message, message, record, terms)
        claims = wanted(record, message, terms)
        if claims and terms.approver and await self._would_help(decides, message, terms, caller, claims):
            question = question_of(message, terms, record, claims)
            asked = asking(self._seal, message, terms, record, question)
            return Refused(Refusal(status=HTTPStatus.OK, message=asked), record)
        return Refused(denied(message, record, terms.profile), record)

    async def _asked_again(self, decides: Decides, again: Answered, terms: Terms, caller: Caller) -> Outcome:
        """What becomes of a request whose user was asked, and answered; an approval counts once."""
        message, question = again.message, again.question
        if again.is_approved:
            caller = approved(caller, question.claims, question.approver)
            check = _once(_check(message, terms, caller), question.nonce)
        else:
            check = _check(message, terms, caller)
        try:
            record = await decides.check(check)
        except ConflictError:
            return _wrong(_USED, message)
        if not _allows(record):
            return Refused(denied(message, record, terms.profile), record)
        if again.is_approved and record["policySet"] != question.policy_set:
            await decides.give_back(record)
            return _wrong(_OTHER_POLICIES, message)
        return _passed(None, message, record, terms)

    async def _would_help(
        self, decides: Decides, message: Message, terms: Terms, caller: Caller, claims: list[str]
    ) -> bool:
        """Whether `message` would be allowed if the approver gave `claims`."""
        supposed = _check(message, terms, approved(caller, claims, terms.approver or ""))
        return _allows(await decides.check(cast("CheckRequest", {**supposed, "dryRun": True})))

    async def _callable(
        self, decides: Decides, tools: list[dict[str, Any]], definitions: list[Definition], terms: Terms
    ) -> list[dict[str, Any]]:
        """Those of `tools` that may be called with some arguments, in their order."""
        checks = [_listing(tool, each, terms) for tool, each in zip(tools, definitions, strict=True)]
        records: list[Mapping[str, Any]] = []
        for start in range(0, len(checks), _AT_ONCE):
            records += await asyncio.gather(*map(decides.check, checks[start : start + _AT_ONCE]))
        asked = zip(tools, checks, records, strict=True)
        return [tool for tool, check, record in asked if await self._is_callable(decides, check, record, terms)]

    async def _is_callable(
        self, decides: Decides, check: CheckRequest, record: Mapping[str, Any], terms: Terms
    ) -> bool:
        """Whether the call in `check`, which `record` is about, may be allowed, now or once approved."""
        if _allows(record):
            return True
        claims = approvable(record, terms)
        if not claims:
            return False
        caller = approved(check.get("caller", {}), claims, terms.approver or "")
        return _allows(await decides.check({**check, "caller": caller}))


async def _accessing(
    decides: Decides, message: Message, terms: Terms, definition: Definition | None
) -> Refused | None:
    """The refusal of what the called tool declares that it accesses; None where all of that is allowed.

    It is asked before the call itself, and narrows it only: a server can't widen what policies allow.
    """
    if definition is None or definition.mapping is None or message.method != "tools/call":
        return None
    for access in accesses(definition.mapping, message.params, principal_of(terms.caller)):
        record = await decides.check(cast("CheckRequest", terms.access(access)))
        if not _allows(record):
            return Refused(denied(message, record, terms.profile), record)
    return None


def _allows(record: Mapping[str, Any]) -> bool:
    return bool(record["decision"] == "allow")


def _calling(caller: Caller, message: Message, definition: Definition | None) -> Caller:
    """`caller`, with the digest that the called tool was listed with, unless it states one itself."""
    if definition is None or message.method != "tools/call" or "tool" in caller:
        return caller
    return {**caller, "tool": {"schemaDigest": definition.digest}}


def _check(message: Message, terms: Terms, caller: Caller) -> CheckRequest:
    return cast("CheckRequest", terms.check(message.body, caller))


def _once(check: CheckRequest, nonce: str) -> CheckRequest:
    """`check`, whose approval counts once: who uses its key again has another body, whatever that is."""
    message = {**check["mcp"], "id": secrets.token_hex(_NONCE)}
    return {**check, "mcp": message, "idempotencyKey": f"approval/{nonce}"}


def _listing(tool: dict[str, Any], definition: Definition, terms: Terms) -> CheckRequest:
    """What is asked of a listed `tool`: the call that it would be, with arguments that nobody knows."""
    call = {"jsonrpc": "2.0", "method": "tools/call", "params": {"name": tool["name"]}}
    caller: Caller = {**terms.caller, "tool": {"schemaDigest": definition.digest}}
    return cast("CheckRequest", {**terms.listing(call, caller), "withoutArguments": True})


def _passed(came: Message | None, message: Message, record: Mapping[str, Any], terms: Terms) -> Outcome:
    """`message` goes on: as policies changed it where that is passed on, as it `came`, or in its place."""
    if terms.applies_patches and record["patches"]:
        return Replaced(message.with_params(patched(message.params, record["patches"])).body, record)
    return Passed(record) if came is message else Replaced(message.body, record)


def _wrong(text: str, message: Message) -> Refused:
    return Refused(RefusedMessageError(INVALID_PARAMS, text, message.id).refusal)
