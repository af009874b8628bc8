"""The client for programs with an event loop."""

import asyncio
import ssl
import time
from collections.abc import Sequence
from datetime import timedelta
from types import TracebackType
from typing import Self, TypeVar

import httpx2

from interlock.checks.holds import HoldAnswer, Settlement
from interlock.intents.check import CheckRequest
from interlock.sdk.client import calls, connection, replies
from interlock.sdk.client.calls import Call
from interlock.sdk.client.replies import Reply
from interlock.sdk.result import CheckResult

Answer = TypeVar("Answer")


class AsyncClient:
    """Asks the service at `url`, over connections that are kept, from the event loop that it is first used in.

    It proves who asks by `token`, or by a certificate in `tls`, which also says whom
    to trust. Calls take `within` at most, all tries together. What was surely not
    received is sent again; all else only where twice is as good as once.
    Proxies in the environment are not used.

    Raises:
        OperatorError: `url` is none.
    """

    def __init__(
        self,
        url: str,
        *,
        token: connection.Token | None = None,
        tls: ssl.SSLContext | None = None,
        within: timedelta = connection.WITHIN,
    ) -> None:
        self._url = connection.base_url(url)
        self._token = token
        self._within = within
        transport = httpx2.AsyncHTTPTransport(
            verify=connection.trust(tls), limits=connection.LIMITS, retries=1, trust_env=False
        )
        self._http = httpx2.AsyncClient(transport=transport, trust_env=False)

    async def __aenter__(self) -> Self:
        """The client itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close its connections."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close its connections; it is used no more."""
        await self._http.aclose()

    async def check(self, check: CheckRequest, *, within: timedelta | None = None) -> CheckResult:
        """The decision on `check`, made again only if it has an `idempotencyKey`."""
        return await self._answer(calls.check_call(check), within)

    async def check_batch(
        self,
        checks: Sequence[CheckRequest],
        *,
        linked: bool = False,
        idempotency_key: str | None = None,
        within: timedelta | None = None,
    ) -> list[CheckResult]:
        """One decision for each of `checks`; of `linked` ones all allow, or none does."""
        call = calls.batch_call(checks, linked=linked, idempotency_key=idempotency_key)
        return await self._answer(call, within)

    async def settle(self, settlement: Settlement, *, within: timedelta | None = None) -> HoldAnswer:
        """That what was used is booked."""
        return await self._answer(calls.settle_call(settlement), within)

    async def release(self, hold: str, *, within: timedelta | None = None) -> HoldAnswer:
        """That nothing was used."""
        return await self._answer(calls.release_call(hold), within)

    async def extend(self, hold: str, hold_for: timedelta, *, within: timedelta | None = None) -> HoldAnswer:
        """That the hold lasts so long from now on, at least."""
        return await self._answer(calls.extend_call(hold, hold_for), within)

    async def _answer(self, call: Call[Answer], within: timedelta | None) -> Answer:
        seconds = (self._within if within is None else within).total_seconds()
        try:
            async with asyncio.timeout(seconds):
                reply = await self._reply(call, time.monotonic() + seconds)
        except TimeoutError:
            reply = replies.late(seconds)
        return reply.answers(call)

    async def _reply(self, call: Call[Answer], until: float) -> Reply:
        for pause in call.pauses:
            reply = await self._attempt(call, until)
            if not reply.is_passing:
                return reply
            await asyncio.sleep(pause)
        return await self._attempt(call, until)

    async def _attempt(self, call: Call[Answer], until: float) -> Reply:
        left = until - time.monotonic()
        try:
            async with self._http.stream(
                "POST",
                self._url + call.path,
                content=call.body,
                params=connection.query(left),
                headers=connection.headers(self._token),
                timeout=None,  # the whole call has one
            ) as response:
                if not connection.is_plain(response):
                    return replies.compressed()
                return await _read(response)
        except (httpx2.HTTPError, httpx2.StreamError, OSError) as error:
            return replies.unreached(error)


async def _read(response: httpx2.Response) -> Reply:
    body = bytearray()
    async for part in response.aiter_raw():
        body += part
        if len(body) > replies.MOST:
            return replies.too_large()
    return Reply(response.status_code, bytes(body))
