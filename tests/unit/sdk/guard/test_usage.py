"""What models say that they used, part by part."""

from typing import Any

import pytest
from pydantic import BaseModel

from interlock.sdk.guard.usage import UsageReader


class _Chunk(BaseModel):
    model: str
    usage: dict[str, int] | None = None


class _Dumped:
    def to_dict(self) -> dict[str, Any]:
        return {"model": "m", "usage": {"input_tokens": 1}}


class _Opaque:
    def model_dump(self) -> str:
        return "text"


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
        ([_Dumped()], {"model": "m", "usage": {"input_tokens": 1}}),
    ],
    ids=["chat", "responses", "anthropic", "google", "objects", "dumped"],
)
def test_what_was_used_is_what_all_parts_say_together(parts: list[Any], response: dict[str, Any]) -> None:
    reader = UsageReader()
    for part in parts:
        reader.read(part)
    assert reader.response == response


@pytest.mark.parametrize(
    "part",
    [b"data: {}", "text", None, 1, _Opaque(), {"model": "m", "usage": "much"}, {"usage": None}],
    ids=["bytes", "text", "nothing", "number", "opaque", "no usage", "null"],
)
def test_a_part_that_says_nothing_is_a_beginning_all_the_same(part: object) -> None:
    reader = UsageReader()
    assert not reader.is_begun
    reader.read(part)
    assert reader.is_begun
    assert reader.response is None
