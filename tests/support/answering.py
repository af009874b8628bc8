"""A webhook that answers as a test says, over HTTPS, and keeps what it was asked."""

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from support.kubernetes.certificates import Pair, authority, server_context, signed

Answer = Callable[[dict[str, Any]], dict[str, Any]]


def allows(_request: dict[str, Any]) -> dict[str, Any]:
    """The response of a webhook that minds nothing."""
    return {"allowed": True}


class Answering:
    """A webhook in the running event loop.

    `answer` gives the response to a request, which the right `uid` is put into unless it has one; `reshape` may
    then change the whole answer. `code` is its HTTP status; `delay` how long, in seconds, it waits before.
    """

    def __init__(self, *names: str, by: Pair | None = None) -> None:
        self.authority = authority()
        self.answer: Answer = allows
        self.reshape: Callable[[dict[str, Any]], Any] = lambda answer: answer
        self.code = 200
        self.delay = 0.0
        self.asked: list[dict[str, Any]] = []
        self.queries: list[str] = []
        self._pair = signed(by or self.authority, *(names or ("127.0.0.1",)))
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def client(self) -> dict[str, Any]:
        """The `clientConfig` that leads here."""
        bundle = base64.b64encode(self.authority.pem.encode()).decode()
        return {"url": f"https://127.0.0.1:{self.port}/hook", "caBundle": bundle}

    async def start(self) -> None:
        """Listen."""
        app = web.Application(client_max_size=100_000_000)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=server_context(self._pair))
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Listen no more."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.Response:
        review = json.loads(await request.read())
        self.asked.append(review["request"])
        self.queries.append(request.query_string)
        await asyncio.sleep(self.delay)
        response = {"uid": review["request"]["uid"], **self.answer(review["request"])}
        whole = self.reshape(
            {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}
        )
        body = whole if isinstance(whole, bytes) else json.dumps(whole).encode()
        return web.Response(body=body, status=self.code, content_type="application/json")


def patching(operations: Any) -> dict[str, Any]:
    """The response of a webhook that allows with a JSON Patch."""
    patch = base64.b64encode(json.dumps(operations).encode()).decode()
    return {"allowed": True, "patchType": "JSONPatch", "patch": patch}
