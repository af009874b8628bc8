"""The one request body of the check API: what is to be decided, in the protocol that it came in."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NotRequired, Protocol

# pydantic refuses the standard library's before Python 3.12.
from typing_extensions import TypedDict

from interlock.errors import RequestError
from interlock.intents.access import calls_a_tool, from_access
from interlock.intents.admission import Changeable, from_admission
from interlock.intents.bounds import Bounded, check_bounds
from interlock.intents.caller import Caller
from interlock.intents.chat import from_chat, from_embeddings
from interlock.intents.context import ExtractionContext
from interlock.intents.draft import few
from interlock.intents.fields import texts
from interlock.intents.keys import refuse_unknown_keys
from interlock.intents.mcp import from_mcp, lacks_arguments
from interlock.intents.stated import from_stated
from interlock.model.intent import Intent


class CheckRequest(TypedDict):
    """Exactly one of the first six.

    `caller` and `discharges` go with `chat`, `embeddings`, `mcp` and `access`;
    `appliesPatches` with all of these but `access`. `admission` is the
    `request` of an AdmissionReview, `mcp` a JSON-RPC message, `chat` and
    `embeddings` are OpenAI's bodies, `access` is an AuthZEN evaluation, and
    `intent` is an Intent of which everything but `action` can be left out.
    `discharges` are the obligations that whoever asks knows how to meet.
    `appliesPatches` says that it passes on the body as policies changed it;
    without it the body is decided as it stands. `holdFor` is how long what it
    draws is held, such as `10m`; a `dryRun` holds nothing. Who asks again with
    the same `idempotencyKey` and the same body is answered as before, and holds
    nothing more. `withoutArguments` says of a `tools/call` that nobody knows its
    arguments yet: only what denies it whatever they are counts, and nothing is held.
    """

    intent: NotRequired[dict[str, Any]]
    chat: NotRequired[dict[str, Any]]
    embeddings: NotRequired[dict[str, Any]]
    mcp: NotRequired[dict[str, Any]]
    access: NotRequired[dict[str, Any]]
    admission: NotRequired[dict[str, Any]]
    caller: NotRequired[Caller]
    discharges: NotRequired[list[str]]
    appliesPatches: NotRequired[bool]
    holdFor: NotRequired[str]
    dryRun: NotRequired[bool]
    idempotencyKey: NotRequired[str]
    withoutArguments: NotRequired[bool]


class _Call(Protocol):
    def __call__(
        self, body: dict[str, Any], caller: Caller, context: ExtractionContext, /, *, is_bounded: bool
    ) -> Intent: ...


_CALLS: Final[dict[str, _Call]] = {
    "chat": from_chat,
    "embeddings": from_embeddings,
    "mcp": from_mcp,
    "access": from_access,
}
_CHANGEABLE: Final = ("chat", "embeddings", "mcp")
_LACKING: Final[dict[str, Callable[[object], bool]]] = {"mcp": lacks_arguments, "access": calls_a_tool}
"""What can be about a tool call whose arguments nobody knows, and how it looks then."""
_NO_DISCHARGES: Final = {
    "intent": "an Intent has a key of its own for it, so move it into `intent`",
    "admission": "the API server meets no obligations, so leave it out",
}
_KEYS: Final = frozenset(CheckRequest.__annotations__)
SUBJECTS: Final = ("intent", *_CALLS, "admission")
"""The keys of which a check request has exactly one."""


def changeable_call(request: Mapping[str, Any]) -> Changeable | None:
    """What policies may change in `request`, and how to put it back; None where they may change nothing.

    Of a call to a model that is the body, of an MCP message its `params`: what
    expressions read as `object`.
    """
    if request.get("appliesPatches") is not True:
        return None
    found = [key for key in _CHANGEABLE if isinstance(request.get(key), dict)]
    if len(found) != 1:
        return None
    (key,) = found
    body = request[key]
    if key != "mcp":
        return body, lambda changed: {**request, key: changed}
    params = body.get("params")
    return (
        (params, lambda changed: {**request, key: {**body, "params": changed}})
        if isinstance(params, dict)
        else None
    )


def is_without_arguments(document: object) -> bool:
    """Whether `document`, which was understood, is about a tool call whose arguments nobody knows yet."""
    return isinstance(document, dict) and document.get("withoutArguments") is True


def from_check(request: CheckRequest, context: ExtractionContext) -> Intent:
    """The Intent of whatever `request` holds. Raises RequestError."""
    given = _checked_keys(request)
    subjects = [key for key, value in given.items() if value is not None and key in SUBJECTS]
    if len(subjects) != 1:
        choices = ", ".join(f"`{key}`" for key in SUBJECTS)
        raise RequestError(f"a check request has exactly one of {choices}", path="$")
    (subject,) = subjects
    call, caller = _CALLS.get(subject), given.get("caller")
    if given.get("appliesPatches") is not None and subject not in _CHANGEABLE:
        raise RequestError(
            f"`appliesPatches`: nothing of `{subject}` is changed, so leave it out", path="$.appliesPatches"
        )
    _check_arguments(given, subject)
    if call is not None:
        return _called(call, given, subject, context)
    if caller is not None:
        raise RequestError(f"`caller`: `{subject}` says itself who asks, so leave it out", path="$.caller")
    if given.get("discharges") is not None:
        raise RequestError(f"`discharges`: {_NO_DISCHARGES[subject]}", path="$.discharges")
    return from_stated(given[subject]) if subject == "intent" else from_admission(given[subject], context)


def _called(call: _Call, given: dict[str, Any], subject: str, context: ExtractionContext) -> Intent:
    """The Intent of the call under `subject`, with what whoever asks discharges."""
    caller = given.get("caller")
    if not isinstance(given.get("appliesPatches"), bool | None):
        raise RequestError("`appliesPatches`: must be true or false", path="$.appliesPatches")
    try:
        intent = call(
            given[subject], {} if caller is None else caller, context, is_bounded=type(given) is Bounded
        )
    except RequestError as error:
        raise _placed(error, subject) from None
    if discharges := texts(given, "discharges", ""):
        check_bounds(discharges, "discharges")
        intent["discharges"] = few(discharges, "obligations")
        intent["provenance"]["discharges"] = "discharges"
    return intent


def _check_arguments(given: Mapping[str, Any], subject: str) -> None:
    """Raise RequestError where arguments are said to be unknown of what has them, or can't have any."""
    stated = given.get("withoutArguments")
    if not isinstance(stated, bool | None):
        raise RequestError("`withoutArguments`: must be true or false", path="$.withoutArguments")
    if stated and not (subject in _LACKING and _LACKING[subject](given[subject])):
        message = "`withoutArguments`: only `tools/call` has arguments: send it as `mcp`, and leave them out"
        raise RequestError(message, path="$.withoutArguments")


def _placed(error: RequestError, subject: str) -> RequestError:
    """`error`, whose path leads from the whole check request where it led from `subject`."""
    if error.path.startswith("$.caller"):
        return error
    return RequestError(str(error), path=f"$.{subject}{error.path.removeprefix('$')}")


def _checked_keys(request: object) -> dict[str, Any]:
    """`request` without unknown keys. Its parts keep to the bounds by themselves."""
    if not isinstance(request, dict):
        raise RequestError("a check request is an object", path="$")
    if not request.keys() <= _KEYS:
        check_bounds(dict.fromkeys(request))
        refuse_unknown_keys(request, _KEYS, "")
    return request
