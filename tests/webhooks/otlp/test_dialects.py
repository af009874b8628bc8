"""What spans say in the words of each convention."""

from typing import Any

import pytest

from interlock.checks.ending import Ending
from interlock.errors import RequestError
from interlock.prices import native, unit
from interlock_webhooks.otlp.dialects import report_of
from interlock_webhooks.otlp.span import Report, Span, Tokens

_HOLD = {"interlock.hold.id": "h"}


def _report(attributes: dict[str, Any], *, failed: bool = False) -> Report | None:
    return report_of(Span(attributes=attributes, ended=1, failed=failed))


def _read(attributes: dict[str, Any]) -> Report:
    report = _report(_HOLD | attributes)
    assert report is not None
    return report


@pytest.mark.parametrize(
    ("attributes", "tokens"),
    [
        (
            {
                "gen_ai.usage.input_tokens": 100,
                "gen_ai.usage.output_tokens": 20,
                "gen_ai.usage.cache_read.input_tokens": 30,
                "gen_ai.usage.cache_creation.input_tokens": 40,
                "gen_ai.usage.reasoning.output_tokens": 5,
            },
            {
                Tokens.INPUT: 100,
                Tokens.OUTPUT: 20,
                Tokens.CACHE_READ: 30,
                Tokens.CACHE_WRITE: 40,
                Tokens.REASONING: 5,
            },
        ),
        (
            {
                "llm.token_count.prompt": 100,
                "llm.token_count.completion": 20,
                "llm.token_count.total": 120,
                "llm.token_count.prompt_details.cache_read": 30,
                "llm.token_count.prompt_details.cache_write": 40,
                "llm.token_count.prompt_details.audio": 1,
                "llm.token_count.completion_details.audio": 2,
                "llm.token_count.completion_details.reasoning": 5,
            },
            {
                Tokens.INPUT: 100,
                Tokens.OUTPUT: 20,
                Tokens.TOTAL: 120,
                Tokens.CACHE_READ: 30,
                Tokens.CACHE_WRITE: 40,
                Tokens.INPUT_AUDIO: 1,
                Tokens.OUTPUT_AUDIO: 2,
                Tokens.REASONING: 5,
            },
        ),
        (
            {"gen_ai.usage.prompt_tokens": 3, "gen_ai.usage.completion_tokens": 4},
            {Tokens.INPUT: 3, Tokens.OUTPUT: 4},
        ),
        (
            {"gen_ai.usage.input_tokens": 3, "gen_ai.usage.prompt_tokens": 9, "llm.token_count.prompt": 9},
            {Tokens.INPUT: 3},
        ),
        ({"gen_ai.usage.input_tokens": 3.0}, {Tokens.INPUT: 3}),
        (
            {"gen_ai.usage.input_tokens": 10, "gen_ai.usage.cache_read.input_tokens": 100},
            {Tokens.INPUT: 110, Tokens.CACHE_READ: 100},
        ),
        (
            {"openinference.span.kind": "EMBEDDING", "llm.token_count.prompt": 3},
            {Tokens.INPUT: 3, Tokens.OUTPUT: 0},
        ),
        ({"gen_ai.usage.cache_read.input_tokens": 5}, {Tokens.CACHE_READ: 5}),
    ],
    ids=["gen_ai", "openinference", "older", "first", "float", "cached apart", "embedding", "cached alone"],
)
def test_tokens_are_read_by_what_they_are(attributes: dict[str, Any], tokens: dict[Tokens, int]) -> None:
    report = _read(attributes)
    assert (dict(report.tokens), report.ending) == (tokens, Ending.USED)


@pytest.mark.parametrize(
    ("attributes", "model", "provider"),
    [
        ({"gen_ai.response.model": "a", "gen_ai.request.model": "b"}, "a", None),
        ({"gen_ai.response.model": "", "gen_ai.request.model": "b"}, "b", None),
        ({"llm.model_name": "c", "llm.provider": "openai"}, "c", "openai"),
        ({"gen_ai.provider.name": "x_ai", "gen_ai.system": "other"}, None, "x-ai"),
        ({"gen_ai.system": "gcp.gen_ai"}, None, "google"),
    ],
    ids=["response", "request", "openinference", "renamed", "older"],
)
def test_whose_prices_count_is_read_from_the_first_that_says(
    attributes: dict[str, Any], model: str | None, provider: str | None
) -> None:
    report = _read({"gen_ai.operation.name": "chat", **attributes})
    assert (report.model, report.provider) == (model, provider)


def test_a_hold_may_come_by_baggage() -> None:
    report = _report({"baggage.interlock.hold.id": "b", "gen_ai.usage.input_tokens": 1})
    assert report is not None
    assert report.hold == "b"
    assert _report({"gen_ai.usage.input_tokens": 1}) is None


@pytest.mark.parametrize(
    ("attributes", "ending"),
    [
        ({"gen_ai.operation.name": "chat"}, Ending.HELD),
        ({"gen_ai.operation.name": "chat", "error.type": "timeout"}, Ending.NOTHING),
        ({"openinference.span.kind": "LLM", "error.type": "x", "llm.token_count.total": 0}, Ending.USED),
    ],
    ids=["unsaid", "failed", "zero"],
)
def test_what_says_nothing_of_tokens_ends_by_whether_it_failed(
    attributes: dict[str, Any], ending: Ending
) -> None:
    assert _read(attributes).ending is ending


@pytest.mark.parametrize(
    "attributes",
    [
        {"interlock.hold.id": ""},
        {"interlock.hold.id": 1},
        {"interlock.hold.id": "x" * 1025},
        {"gen_ai.usage.input_tokens": True},
        {"gen_ai.usage.input_tokens": "3"},
        {"gen_ai.usage.input_tokens": 0.5},
        {"gen_ai.usage.input_tokens": float("nan")},
        {"gen_ai.usage.input_tokens": float("inf")},
        {"gen_ai.usage.input_tokens": -1},
        {"gen_ai.usage.input_tokens": 2**53 + 1},
        {"gen_ai.usage.input_tokens": 1, "gen_ai.response.model": 1},
        {"gen_ai.usage.input_tokens": 1, "gen_ai.provider.name": "x" * 1025},
    ],
    ids=lambda attributes: str(attributes)[:60],
)
def test_what_cannot_be_read_is_refused(attributes: dict[str, Any]) -> None:
    with pytest.raises(RequestError, match=r"`(interlock|gen_ai)"):
        _report(_HOLD | attributes)


def test_sorts_of_tokens_are_those_that_prices_are_published_for() -> None:
    ours = (
        unit.CACHE_READ_TOKENS,
        unit.CACHE_WRITE_TOKENS,
        unit.REASONING_TOKENS,
        unit.INPUT_AUDIO_TOKENS,
        unit.OUTPUT_AUDIO_TOKENS,
    )
    assert [native.UNITS[each.name] for each in ours] == [*ours]
