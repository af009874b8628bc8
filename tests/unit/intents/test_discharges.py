"""What a caller says it discharges, and where nobody can say it."""

from typing import Any

import pytest

from interlock.cel.values import EvaluationError
from interlock.engine.consult import activation_of
from interlock.errors import RequestError
from interlock.intents.check import from_check
from interlock.intents.extract import extract
from interlock.loading.environments import environments
from interlock.model.area import Area
from interlock.model.intent import Intent
from interlock.spans import typed_in
from interlock.units import Instant
from support.intents import CONTEXT, pod
from support.reviews import review

_CALLS: dict[str, dict[str, Any]] = {
    "chat": {"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}]},
    "embeddings": {"model": "m", "input": "x"},
    "mcp": {"method": "tools/call", "params": {"name": "t"}},
}


def _check(**request: Any) -> Intent:  # raw JSON
    return from_check(request, CONTEXT)  # type: ignore[arg-type]  # raw JSON


@pytest.mark.parametrize("subject", _CALLS)
def test_a_gateway_says_what_it_discharges_beside_the_call(subject: str) -> None:
    intent = _check(**{subject: _CALLS[subject]}, discharges=["redact", "retention-days"])
    assert intent["discharges"] == ["redact", "retention-days"]
    assert intent["provenance"]["discharges"] == "discharges"


@pytest.mark.parametrize("given", [{}, {"discharges": []}, {"discharges": None}])
def test_who_says_nothing_discharges_nothing(given: dict[str, Any]) -> None:
    intent = _check(chat=_CALLS["chat"], **given)
    assert "discharges" not in intent
    assert "discharges" not in intent["provenance"]


def test_an_intent_says_it_itself() -> None:
    assert _check(intent={"action": "tool.list", "discharges": ["redact"]})["discharges"] == ["redact"]


def test_the_body_of_a_call_discharges_nothing() -> None:
    assert "discharges" not in extract({**_CALLS["chat"], "discharges": ["redact"]}, CONTEXT)


@pytest.mark.parametrize("document", [pod(), review(pod())])
def test_the_api_server_discharges_nothing(document: dict[str, Any]) -> None:
    assert "discharges" not in extract(document, CONTEXT)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {"admission": review(pod())["request"], "discharges": ["redact"]},
            "`discharges`: the API server meets no obligations, so leave it out",
        ),
        (
            {"intent": {"action": "tool.list"}, "discharges": []},
            "`discharges`: an Intent has a key of its own for it, so move it into `intent`",
        ),
        ({"chat": _CALLS["chat"], "discharges": "redact"}, "`discharges`: must be a list"),
        ({"chat": _CALLS["chat"], "discharges": [1]}, "`discharges[0]`: must be a string"),
        ({"chat": _CALLS["chat"], "discharges": ["a\0"]}, "`discharges[0]`: holds a string with NUL"),
        ({"chat": _CALLS["chat"], "discharges": ["a"] * 1001}, "the request names more than 1000 obligations"),
        ({"chat": _CALLS["chat"], "discharge": ["a"]}, "`discharge`: no such key: did you mean `discharges`?"),
        ({"intent": {"action": "tool.list", "discharges": "a"}}, "`intent.discharges`: must be a list, got"),
        (
            {"intent": {"action": "tool.list", "discharges": ["a"] * 1001}},
            "the request names more than 1000 obligations",
        ),
    ],
)
def test_what_can_not_be_understood_is_refused(request_: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError) as caught:
        _check(**request_)
    assert str(caught.value).startswith(message)


def _evaluated(expression: str, intent: Intent) -> Any:  # a CEL value
    program = environments()[Area.INTENT].compile(typed_in(expression))
    return program.evaluate(activation_of(intent, Instant(0)))


def test_policies_can_read_what_the_caller_discharges() -> None:
    able, unable = _check(chat=_CALLS["chat"], discharges=["redact"]), _check(chat=_CALLS["chat"])
    for expression in ("has(intent.discharges)", "'redact' in intent.?discharges.orValue([])"):
        assert _evaluated(expression, able) is True
        assert _evaluated(expression, unable) is False
    assert _evaluated("'redact' in intent.discharges", able) is True
    with pytest.raises(EvaluationError, match="no such key: discharges"):
        _evaluated("'redact' in intent.discharges", unable)
