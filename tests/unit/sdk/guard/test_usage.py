"""What models say that they used, part by part."""

from typing import Any

import pytest
from pydantic import BaseModel, Field

from interlock.engine.pricing import Told, reported
from interlock.ledger.account import PARTS
from interlock.loading.catalogs import shipped
from interlock.sdk.guard.usage import UsageReader
from interlock.units import Instant


class _Chunk(BaseModel):
    model: str
    usage: dict[str, int] | None = None


class _Unwritable(BaseModel):
    usage: Any = object()


class _Usage(BaseModel):
    prompt_token_count: int = Field(alias="promptTokenCount")


class _Renamed(BaseModel):
    """As Google's library has it: names are written in another way than they are sent."""

    model_version: str = Field(alias="modelVersion")
    usage_metadata: _Usage = Field(alias="usageMetadata")


OPENAI: list[Any] = [
    {"model": "gpt-4o", "choices": [{"delta": {"content": "hi"}}], "usage": None},
    {
        "model": "gpt-4o",
        "choices": [],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    },
]
RESPONSES: list[Any] = [
    {"type": "response.created", "response": {"model": "gpt-4o", "usage": None}},
    {"type": "response.output_text.delta", "delta": "hi"},
    {
        "type": "response.completed",
        "response": {
            "model": "gpt-4o",
            "usage": {"input_tokens": 10, "output_tokens": 5},
            "service_tier": "flex",
        },
    },
]
ANTHROPIC: list[Any] = [
    {
        "type": "message_start",
        "message": {"model": "claude-sonnet-4-5", "usage": {"input_tokens": 10, "output_tokens": 1}},
    },
    {"type": "content_block_delta", "delta": {"text": "hi"}},
    {"type": "message_delta", "usage": {"input_tokens": None, "output_tokens": 5}},
]
GOOGLE: list[Any] = [
    {"modelVersion": "gemini-2.5-pro", "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 2}},
    {"modelVersion": "gemini-2.5-pro", "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 5}},
]


@pytest.mark.parametrize(
    ("parts", "response"),
    [
        (OPENAI, {"model": "gpt-4o", "usage": OPENAI[-1]["usage"]}),
        (
            RESPONSES,
            {"model": "gpt-4o", "usage": {"input_tokens": 10, "output_tokens": 5}, "service_tier": "flex"},
        ),
        (ANTHROPIC, {"model": "claude-sonnet-4-5", "usage": {"input_tokens": 10, "output_tokens": 5}}),
        (GOOGLE, GOOGLE[-1]),
        ([_Chunk(model="m"), _Chunk(model="m", usage={"a": 1})], {"model": "m", "usage": {"a": 1}}),
        (
            [_Renamed(modelVersion="m", usageMetadata=_Usage(promptTokenCount=1))],
            {"modelVersion": "m", "usageMetadata": {"promptTokenCount": 1}},
        ),
    ],
    ids=["chat", "responses", "anthropic", "google", "objects", "renamed"],
)
def test_what_was_used_is_what_all_parts_say_together(parts: list[Any], response: dict[str, Any]) -> None:
    reader = UsageReader()
    for part in parts:
        reader.read(part)
    assert reader.response == response


@pytest.mark.parametrize("parts", [OPENAI[:-1], RESPONSES[:-1], ANTHROPIC[:-1], ANTHROPIC[:1]])
def test_a_stream_that_breaks_off_has_not_said_what_was_used(parts: list[Any]) -> None:
    reader = UsageReader()
    for part in parts:
        reader.read(part)
    assert (reader.is_begun, reader.response) == (True, None)


@pytest.mark.parametrize(
    "parts", [OPENAI, RESPONSES, ANTHROPIC, GOOGLE], ids=["chat", "responses", "anthropic", "google"]
)
def test_what_was_read_is_priced_as_a_whole_answer(parts: list[Any]) -> None:
    reader = UsageReader()
    for part in parts:
        reader.read(part)
    actual = reported(reader.response, shipped(), Instant(1_767_225_600_000), Told()).actual
    assert (actual["inputTokens"], actual["outputTokens"]) == (10 * PARTS, 5 * PARTS)
    assert actual["cost"] > 0


@pytest.mark.parametrize(
    "part",
    [b"data: {}", "text", None, 1, object(), _Unwritable(), {"model": "m", "usage": "much"}, {"usage": None}],
    ids=["bytes", "text", "nothing", "number", "object", "unwritable", "no usage", "null"],
)
def test_a_part_that_says_nothing_is_a_beginning_all_the_same(part: object) -> None:
    reader = UsageReader()
    assert not reader.is_begun
    reader.read(part)
    assert reader.is_begun
    assert reader.response is None
