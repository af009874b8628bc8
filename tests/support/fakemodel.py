"""A model server as OpenAI's, on this machine: it uses all that calls let it use, and knows what it served.

Knows nothing of Interlock. What a message says, it does: `fail` and `refuse` are statuses, `hang` never
answers, a stream that is to `stall` does not go on, and one that is to `stop` just ends.
"""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

INPUT: Final = 5
"""Tokens that every prompt has."""

_STATUSES: Final = {"fail": 500, "refuse": 400}
_CHUNKS: Final = 5
_BROKEN_AFTER: Final = 2
"""The number of an event of a response; LiteLLM waits for some before it passes on any."""


@dataclass(slots=True)
class Model:
    """The server, and the usage of each call that it `served`: whole, or of which the client left."""

    url: str = ""
    served: list[dict[str, int]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    pause: float = 0.0

    async def chat(self, request: Request) -> Response:
        """Answer a chat completion."""
        body = await request.json()
        self.asked.append(body)
        word = str(body["messages"][-1]["content"])
        if body["model"] == "flaky":
            word = "fail"
        if word in _STATUSES:
            return JSONResponse({"error": {"message": word, "type": word}}, _STATUSES[word])
        if word == "hang":
            await asyncio.sleep(3600)
        await asyncio.sleep(self.pause)
        usage = _usage(body.get("max_completion_tokens") or body.get("max_tokens") or 1_000)
        self.served.append(usage)
        if body.get("stream"):
            return StreamingResponse(self._chunks(body, usage, word), media_type="text/event-stream")
        answer = {"message": {"role": "assistant", "content": "word " * 3}, "index": 0, "finish_reason": "stop"}
        return JSONResponse(_completion(body, "chat.completion", [answer]) | {"usage": usage})

    async def responses(self, request: Request) -> Response:
        """Answer a request of the Responses API."""
        body = await request.json()
        self.asked.append(body)
        usage = _usage(body.get("max_output_tokens") or 1_000)
        self.served.append(usage)
        text = {"type": "output_text", "text": "word", "annotations": []}
        message = {"type": "message", "id": "m", "status": "completed", "role": "assistant", "content": [text]}
        shown = {
            "input_tokens": usage["prompt_tokens"],
            "output_tokens": usage["completion_tokens"],
            "total_tokens": usage["total_tokens"],
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        }
        answer = {
            "id": "r",
            "object": "response",
            "created_at": 1,
            "status": "completed",
            "model": body["model"],
            "output": [message],
            "usage": shown,
        }
        if body.get("stream"):
            events = _events(answer, json.dumps(body["input"]))
            return StreamingResponse(events, media_type="text/event-stream")
        return JSONResponse(answer)

    async def text(self, request: Request) -> Response:
        """Answer a text completion."""
        body = await request.json()
        self.asked.append(body)
        usage = _usage(body.get("max_tokens") or 16)
        self.served.append(usage)
        choices = [{"text": "word", "index": 0, "finish_reason": "stop", "logprobs": None}]
        answer = _completion(body, "text_completion", choices) | {"usage": usage}
        if body.get("stream"):
            parts = iter([_event(answer), b"data: [DONE]\n\n"])
            return StreamingResponse(parts, media_type="text/event-stream")
        return JSONResponse(answer)

    async def embeddings(self, request: Request) -> Response:
        """Answer an embeddings request."""
        body = await request.json()
        usage = {"prompt_tokens": INPUT, "completion_tokens": 0, "total_tokens": INPUT}
        self.served.append(usage)
        item = {"object": "embedding", "index": 0, "embedding": [0.5, 0.25]}
        return JSONResponse({"object": "list", "model": body["model"], "data": [item], "usage": usage})

    async def _chunks(self, body: dict[str, Any], usage: dict[str, int], word: str) -> AsyncIterator[bytes]:
        for number in range(_CHUNKS):
            delta = {"role": "assistant", "content": "word "} if number == 0 else {"content": "word "}
            yield _event(_completion(body, "chat.completion.chunk", [{"index": 0, "delta": delta}]))
            if word == "stall":
                await asyncio.sleep(3600)
        last = [{"index": 0, "delta": {}, "finish_reason": "stop"}]
        yield _event(_completion(body, "chat.completion.chunk", last))
        if (body.get("stream_options") or {}).get("include_usage"):
            yield _event(_completion(body, "chat.completion.chunk", []) | {"usage": usage})
        yield b"data: [DONE]\n\n"


@contextmanager
def model_server() -> Iterator[Model]:
    """A server, until left."""
    model = Model()
    app = Starlette(
        routes=[
            Route("/v1/chat/completions", model.chat, methods=["POST"]),
            Route("/v1/embeddings", model.embeddings, methods=["POST"]),
            Route("/v1/responses", model.responses, methods=["POST"]),
            Route("/v1/completions", model.text, methods=["POST"]),
        ]
    )
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    port = server.servers[0].sockets[0].getsockname()[1]
    model.url = f"http://127.0.0.1:{port}/v1"
    try:
        yield model
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join()


def _usage(output: int) -> dict[str, int]:
    return {"prompt_tokens": INPUT, "completion_tokens": output, "total_tokens": INPUT + output}


def _completion(body: dict[str, Any], kind: str, choices: list[Any]) -> dict[str, Any]:
    return {"id": "c-1", "object": kind, "created": 1, "model": body["model"], "choices": choices}


def _event(chunk: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


async def _events(response: dict[str, Any], said: str) -> AsyncIterator[bytes]:
    """`response` as the Responses API streams it to who `said` that."""
    begun = {**response, "status": "in_progress", "output": [], "usage": None}
    (message,) = response["output"]
    (text,) = message["content"]
    place = {"output_index": 0, "item_id": message["id"], "content_index": 0}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": begun},
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {**message, "status": "in_progress", "content": []},
        },
        {"type": "response.content_part.added", **place, "part": {**text, "text": ""}},
        {"type": "response.output_text.delta", **place, "delta": text["text"], "logprobs": []},
        {"type": "response.output_text.done", **place, "text": text["text"], "logprobs": []},
        {"type": "response.content_part.done", **place, "part": text},
        {"type": "response.output_item.done", "output_index": 0, "item": message},
        {"type": "response.completed", "response": response},
    ]
    for number, event in enumerate(events):
        yield b"event: " + event["type"].encode() + b"\n" + _event({**event, "sequence_number": number})
        if number == _BROKEN_AFTER and "stop" in said:
            return
        if number == _BROKEN_AFTER and "stall" in said:
            await asyncio.sleep(3600)
