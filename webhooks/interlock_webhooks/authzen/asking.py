"""Which check an evaluation is: an access, on terms that stand in its context. Pure.

Source: Authorization API 1.0, sections 5 and 6; obligations profile, draft 1,
for `obligations_supported`; COAZ-MCP binding, draft 1, for `agent`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, cast

from interlock.errors import RequestError
from interlock.intents.bounds import check_bounds
from interlock.intents.check import CheckRequest
from interlock.intents.fields import mapping, texts
from interlock.intents.keys import refuse_unknown_keys
from interlock_webhooks.authzen.obligations import names_of

_OURS: Final = "interlock"
_WHERE: Final = f"context.{_OURS}"
_PARTS: Final = ("subject", "action", "resource")
_ACCESS: Final = "$.access"
_CALLER: Final = ("agent", "run", "attribution", "data", "server", "tool")
_TERMS: Final = ("holdFor", "dryRun", "idempotencyKey", "withoutArguments")
_NOTHING: Final[Mapping[str, str]] = {}
_STATED: Final = frozenset({*_CALLER, *_TERMS, "discharges"})


def check_of(evaluation: Mapping[str, Any], approved: Mapping[str, str] = _NOTHING) -> CheckRequest:
    """The check that `evaluation` asks for, whose subject has the claims that are `approved`, too.

    Raises:
        RequestError: what stands in the context is of a wrong type, or no term that there is.
    """
    check_bounds(evaluation)
    given = mapping(evaluation, "context", "")
    stated = mapping(given, _OURS, "context")
    refuse_unknown_keys(stated, _STATED, _WHERE)
    access = {part: evaluation[part] for part in _PARTS if part in evaluation}
    if approved:
        access["subject"] = _with(access.get("subject"), approved)
    access["context"] = {key: value for key, value in given.items() if key != _OURS}
    check: dict[str, Any] = {"access": access, **{key: stated[key] for key in _TERMS if key in stated}}
    if caller := _caller(given, stated):
        check["caller"] = caller
    if discharged := _discharged(given, stated):
        check["discharges"] = discharged
    return cast("CheckRequest", check)


@contextmanager
def placed() -> Iterator[None]:
    """Let errors of an access say where they stand in the evaluation that was sent, and not in its check."""
    try:
        yield
    except RequestError as error:
        if error.path.startswith(_ACCESS):
            error.path = f"${error.path.removeprefix(_ACCESS)}"
        raise


def _with(subject: object, claims: Mapping[str, str]) -> object:
    """`subject` with `claims`; as it is where it is none."""
    if not isinstance(subject, dict):
        return subject
    return {**subject, "properties": {**mapping(subject, "properties", "subject"), **claims}}


def _caller(given: Mapping[str, Any], stated: Mapping[str, Any]) -> dict[str, Any]:
    """What is stated of whoever acts, beside the subject."""
    caller = {key: stated[key] for key in _CALLER if key in stated}
    agent = given.get("agent")
    if isinstance(agent, str) and agent and "agent" not in caller:
        caller["agent"] = {"name": agent}
    return caller


def _discharged(given: Mapping[str, Any], stated: Mapping[str, Any]) -> list[str]:
    """The obligations that whoever asks can meet, each once."""
    supported = texts(given, "obligations_supported", "context")
    return list(dict.fromkeys([*names_of(supported), *texts(stated, "discharges", _WHERE)]))
