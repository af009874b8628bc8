"""The client for programs without an event loop."""

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


class Client:
    """Asks the service at `url`, over connections that are kept, from any number of threads.

    It proves who asks by `token`, or by a certificate in `tls`, which also says whom
    to trust. Calls take `within`, all tries together, and at
    most twice as long where an answer comes piecemeal. What was surely not
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
        transport = httpx2.HTTPTransport(
            verify=connection.trust(tls), limits=connection.LIMITS, retries=1, trust_env=False
        )
        self._http = httpx2.Client(transport=transport, trust_env=False)

    def __enter__(self) -> Self:
        """The client itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close its connections."""
        self.close()

    def close(self) -> None:
        """Close its connections; it is used no more."""
        self._http.close()

    def check(self, check: CheckRequest, *, within: timedelta | None = None) -> CheckResult:
        """The decision on `check`, made again only if it has an `idempotencyKey`."""
        return self._answer(calls.check_call(check), within)

    def check_batch(
        self,
        checks: Sequence[CheckRequest],
        *,
        linked: bool = False,
        idempotency_key: str | None = None,
        within: timedelta | None = None,
    ) -> list[CheckResult]:
        """One decision for each of `checks`; of `linked` ones all allow, or none does."""
        call = calls.batch_call(checks, linked=linked, idempotency_key=idempotency_key)
        return self._answer(call, within)

    def settle(self, settlement: Settlement, *, within: timedelta | None = None) -> HoldAnswer:
        """That what was used is booked."""
        return self._answer(calls.settle_call(settlement), within)

    def release(self, hold: str, *, within: timedelta | None = None) -> HoldAnswer:
        """That nothing was used."""
        return self._answer(calls.release_call(hold), within)

    def extend(self, hold: str, hold_for: timedelta, *, within: timedelta | None = None) -> HoldAnswer:
        """That the hold lasts so long from now on, at least."""
        return self._answer(calls.extend_call(hold, hold_for), within)

    def _answer(self, call: Call[Answer], within: timedelta | None) -> Answer:
        seconds = (self._within if within is None else within).total_seconds()
        return self._reply(call, seconds, time.monotonic() + seconds).answers(call)

    def _reply(self, call: Call[Answer], seconds: float, until: float) -> Reply:
        for pause in call.pauses:
            reply = self._attempt(call, seconds, until)
            if not reply.is_passing or time.monotonic() + pause >= until:
                return reply
            time.sleep(pause)
        return self._attempt(call, seconds, until)

    def _attempt(self, call: Call[Answer], seconds: float, until: float) -> Reply:
        left = until - time.monotonic()
        if left <= 0:
            return replies.late(seconds)
        try:
            with self._http.stream(
                "POST",
                self._url + call.path,
                content=call.body,
                params=connection.query(left),
                headers=connection.headers(self._token),
                timeout=left,
            ) as response:
                if not connection.is_plain(response):
                    return replies.compressed()
                return _read(response, seconds, until)
        except httpx2.TimeoutException:
            return replies.late(seconds)
        except (httpx2.HTTPError, httpx2.StreamError, OSError) as error:
            return replies.unreached(error)


def _read(response: httpx2.Response, seconds: float, until: float) -> Reply:
    """The whole answer; one that comes drop by drop is late, too."""
    body = bytearray()
    for part in response.iter_raw():
        body += part
        if time.monotonic() > until:
            return replies.late(seconds)
        if len(body) > replies.MOST:
            return replies.too_large()
    return Reply(response.status_code, bytes(body))
