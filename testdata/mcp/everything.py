"""An MCP server with one of everything, made with the Python SDK: bare, or behind our middleware.

Run as `everything.py PORT [POLICIES]` where `mcp` is installed. The names are those that the
conformance tool asks for.
"""

import asyncio
import base64
import json
import sys
from typing import Any

import uvicorn
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp.types import (
    AudioContent,
    Completion,
    EmbeddedResource,
    EmptyResult,
    ImageContent,
    SamplingMessage,
    SetLevelRequestParams,
    SubscribeRequestParams,
    TextContent,
    TextResourceContents,
    UnsubscribeRequestParams,
)
from pydantic import BaseModel, Field
from starlette.types import ASGIApp

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="

server = MCPServer(name="everything")


def _image() -> ImageContent:
    return ImageContent(type="image", data=PNG, mime_type="image/png")


def _embedded(uri: str, text: str, mime_type: str = "text/plain") -> EmbeddedResource:
    contents = TextResourceContents(uri=uri, mime_type=mime_type, text=text)
    return EmbeddedResource(type="resource", resource=contents)


@server.tool()
def test_simple_text() -> str:
    """Answers with a text."""
    return "This is a simple text response for testing."


@server.tool()
def test_image_content() -> list[ImageContent]:
    """Answers with an image."""
    return [_image()]


@server.tool()
def test_audio_content() -> list[AudioContent]:
    """Answers with a sound."""
    return [AudioContent(type="audio", data=WAV, mime_type="audio/wav")]


@server.tool()
def test_embedded_resource() -> list[EmbeddedResource]:
    """Answers with a resource."""
    return [_embedded("test://embedded-resource", "This is an embedded resource content.")]


@server.tool()
def test_multiple_content_types() -> list[TextContent | ImageContent | EmbeddedResource]:
    """Answers with several sorts of content."""
    text = TextContent(type="text", text="Multiple content types test:")
    return [text, _image(), _embedded("test://mixed-content-resource", '{"test": "data"}', "application/json")]


@server.tool()
async def test_tool_with_logging(ctx: Context[Any, Any]) -> str:
    """Logs while it runs."""
    for line in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await ctx.info(line)
        await asyncio.sleep(0.05)
    return "Tool with logging executed successfully"


@server.tool()
async def test_tool_with_progress(ctx: Context[Any, Any]) -> str:
    """Tells how far it is."""
    for done in (0, 50, 100):
        await ctx.report_progress(progress=done, total=100, message=f"Completed step {done} of 100")
        await asyncio.sleep(0.05)
    return "done"


@server.tool()
async def test_sampling(prompt: str, ctx: Context[Any, Any]) -> str:
    """Asks the client's model."""
    asked = [SamplingMessage(role="user", content=TextContent(type="text", text=prompt))]
    result = await ctx.session.create_message(messages=asked, max_tokens=100)
    return f"LLM response: {result.content.text}"


class Answer(BaseModel):
    response: str = Field(description="User's response")


@server.tool()
async def test_elicitation(message: str, ctx: Context[Any, Any]) -> str:
    """Asks the client's user."""
    result = await ctx.elicit(message=message, schema=Answer)
    content = result.data.model_dump_json() if result.action == "accept" else "{}"
    return f"User response: action={result.action}, content={content}"


@server.tool()
def test_error_handling() -> str:
    """Fails."""
    raise RuntimeError("This tool intentionally returns an error for testing")


@server.tool()
def forbidden_tool() -> str:
    """Is called by nobody, behind the middleware."""
    return "called"


@server.tool()
def approved_tool(order: str) -> str:
    """Is called with an approval, behind the middleware."""
    return f"called for {order}"


@server.resource("test://static-text")
def static_text() -> str:
    """A text."""
    return "This is the content of the static text resource."


@server.resource("test://static-binary", mime_type="image/png")
def static_binary() -> bytes:
    """An image."""
    return base64.b64decode(PNG)


@server.resource("test://template/{id}/data", mime_type="application/json")
def template(id: str) -> str:  # noqa: A002 - the template's own name
    """Something with a name in it."""
    return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})


@server.resource("test://watched-resource")
def watched() -> str:
    """Something that changes."""
    return "Watched resource content"


def _said(content: Any) -> UserMessage:
    return UserMessage(role="user", content=content)


def _text(text: str) -> TextContent:
    return TextContent(type="text", text=text)


@server.prompt()
def test_simple_prompt() -> list[UserMessage]:
    """A prompt without arguments."""
    return [_said(_text("This is a simple prompt for testing."))]


@server.prompt()
def test_prompt_with_arguments(arg1: str, arg2: str) -> list[UserMessage]:
    """A prompt with arguments."""
    return [_said(_text(f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"))]


@server.prompt()
def test_prompt_with_embedded_resource(resourceUri: str) -> list[UserMessage]:  # noqa: N803 - as it is asked for
    """A prompt with a resource."""
    embedded = _embedded(resourceUri, "Embedded resource content for testing.")
    return [_said(embedded), _said(_text("Please process the embedded resource above."))]


@server.prompt()
def test_prompt_with_image() -> list[UserMessage]:
    """A prompt with an image."""
    return [_said(_image()), _said(_text("Please analyze the image above."))]


@server.completion()
async def complete(_ref: Any, _argument: Any, _context: Any) -> Completion:
    return Completion(values=[], total=0, has_more=False)


async def _acknowledge(_context: Any, _params: Any) -> EmptyResult:
    return EmptyResult()


for method, params in (
    ("logging/setLevel", SetLevelRequestParams),
    ("resources/subscribe", SubscribeRequestParams),
    ("resources/unsubscribe", UnsubscribeRequestParams),
):
    server._lowlevel_server.add_request_handler(method, params, _acknowledge)  # noqa: SLF001 - there is no other way


async def serve(app: ASGIApp, port: int) -> None:
    """Serve `app` until somebody ends the process."""
    await uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning")).serve()


async def main(port: int, policies: str | None) -> None:
    """Serve, behind the middleware where there are policies."""
    app = server.streamable_http_app()
    if policies is None:
        await serve(app, port)
        return
    from interlock import Engine, Gate  # noqa: PLC0415 - the bare server has nothing of ours
    from interlock_webhooks.mcp.middleware import InterlockMiddleware, Who  # noqa: PLC0415

    def who(_scope: Any) -> Who:
        return Who(caller={"principal": {"id": "desk", "type": "agent"}}, approver="jane")

    async with Gate(Engine.load(policies)) as gate:
        await serve(InterlockMiddleware(app, gate, server="everything", who=who), port)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None))
