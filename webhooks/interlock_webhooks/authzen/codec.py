"""Bodies of the Authorization API to plain data, and records of decisions to bodies. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from interlock.errors import RequestError
from interlock.spelling import alternatives
from interlock_webhooks import wire
from interlock_webhooks.authzen import obligations
from interlock_webhooks.authzen.shapes import Decided, Metadata, Semantic
from interlock_webhooks.refusal import status_of
from interlock_webhooks.text import listed, one_line

MOST_EVALUATIONS: Final = 100

_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])
_SEMANTICS: Final = {semantic.value: semantic for semantic in Semantic}
_SHORTEST: Final = {"subject": ("type", "id"), "resource": ("type", "id"), "action": ("name",)}
"""What each part of an evaluation has at least."""
_NOTHING: Final[Mapping[str, Any]] = {}
_LONGEST_REASON: Final = 1_000


class Evaluations(Struct, frozen=True):
    """Several evaluations in their order, and how they are to be made."""

    items: tuple[dict[str, Any] | RequestError, ...]
    semantic: Semantic


def decode_evaluation(body: bytes) -> dict[str, Any]:
    """The evaluation in `body`. Raises RequestError."""
    return wire.decode(body, _OBJECT)


def decode_evaluations(body: bytes) -> Evaluations | dict[str, Any]:
    """The evaluations in `body`; one alone where it has no list of them (section 7.1).

    One that is no object is an error of its own, in its place (section 7.2.1).

    Raises:
        RequestError: the body as a whole can't be understood.
    """
    given = wire.decode(body, _OBJECT)
    items = given.get("evaluations")
    if items is not None and not isinstance(items, list):
        raise RequestError("`evaluations`: must be a list", path="$.evaluations")
    semantic = _semantic(given.get("options"))
    if not items:
        return given
    if len(items) > MOST_EVALUATIONS:
        raise RequestError(f"`evaluations`: send at most {MOST_EVALUATIONS}", path="$.evaluations")
    return Evaluations(tuple([_whole(given, item) for item in items]), semantic)


def _semantic(options: object) -> Semantic:
    stated = {} if options is None else options
    if not isinstance(stated, dict):
        raise RequestError("`options`: must be an object", path="$.options")
    word = stated.get("evaluations_semantic", Semantic.EXECUTE_ALL.value)
    semantic = _SEMANTICS.get(word) if isinstance(word, str) else None
    if semantic is None:
        path = "options.evaluations_semantic"
        raise RequestError(f"`{path}`: must be {alternatives(_SEMANTICS)}", path=f"$.{path}")
    return semantic


def _whole(defaults: Mapping[str, Any], item: object) -> dict[str, Any] | RequestError:
    """The evaluation `item`, with what it leaves out taken from the `defaults`.

    A part that is there takes the place of the default one. Only what a part can't
    do without is filled in: a resource without a type is of the default's type.
    """
    if not isinstance(item, dict):
        return RequestError("must be an object")
    return {
        key: value
        for key in (*_SHORTEST, "context")
        if (value := _filled(defaults.get(key), item.get(key), _SHORTEST.get(key, ()))) is not None
    }


def _filled(default: object, given: object, needed: Sequence[str]) -> object:
    if given is None:
        return default
    if not isinstance(given, dict) or not isinstance(default, dict):
        return given
    return {**{key: default[key] for key in needed if key in default}, **given}


def decided(
    evaluation: Mapping[str, Any], recorded: dict[str, Any], further: Mapping[str, Any] = _NOTHING
) -> Decided:
    """What is answered to `evaluation`, whose decision is `recorded`, with `further` members of its context."""
    allowed = recorded["decision"] == "allow"
    context: dict[str, Any] = {}
    said = reason(recorded)
    if not allowed:
        context["reason"] = said
    if due := obligations.encoded(recorded, evaluation["subject"]["id"], said):
        context["obligations"] = due
    return {"decision": allowed, "context": {**context, **further, "interlock": recorded}}


def reason(recorded: Mapping[str, Any]) -> str:
    """Why the decision `recorded` is what it is, in one line."""
    messages = [each.get("message") or each.get("error") or each["code"] for each in recorded["reasons"]]
    return listed([one_line(each, _LONGEST_REASON) for each in messages], "; ", _LONGEST_REASON) or "allowed"


def refused(error: RequestError) -> Decided:
    """What is answered to one of several evaluations that can't be understood (section 7.2.1)."""
    said = {"status": status_of(error).value, "message": one_line(str(error), _LONGEST_REASON)}
    return {"decision": False, "context": {"error": said}}


def encode(answer: Decided | Metadata) -> bytes:
    """The body of one answer."""
    return wire.encode(answer)


def encode_all(answers: Sequence[Decided]) -> bytes:
    """The body that answers several evaluations."""
    return wire.encode({"evaluations": answers})
