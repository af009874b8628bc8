"""Answers exports of traces: what their spans say of holds is booked."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from http import HTTPStatus
from typing import Final

from interlock.checks.ending import Outcome
from interlock.clock import now
from interlock.errors import OperatorError, RequestError
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.hot import Takes
from interlock_webhooks.otlp import codec
from interlock_webhooks.otlp.booking import book
from interlock_webhooks.otlp.codec import Encoding
from interlock_webhooks.otlp.dialects import report_of
from interlock_webhooks.otlp.span import Report
from interlock_webhooks.refusal import RefusedError
from interlock_webhooks.service import Service

PATH: Final = "/v1/traces"
GRPC: Final = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
"""The method of gRPC."""

ENDPOINT: Final = "traces"
"""What it is called where it is counted, and granted to clients."""

TAKES: Final = Takes(
    methods=frozenset({"POST"}),
    media_types=frozenset(encoding.value for encoding in Encoding),
    encodings=frozenset({b"identity", b"gzip"}),
)
"""Over HTTP: both encodings, and both compressed."""

MOST_HOLDS: Final = 10_000
"""Spans of one request that name a hold: an exporter sends 512 together, unless it is told otherwise."""

UNREADABLE: Final = "unreadable"
"""What became of a span that can't be read."""

_REJECTED: Final = {
    Outcome.CLOSED: "name a hold that has ended in another way",
    Outcome.UNKNOWN: "name a hold that nobody has, or that ended long ago",
    UNREADABLE: "can't be read",
}
_TURN: Final = 256
"""Spans that are read until others get their turn."""

_Expanded = Callable[[bytes], bytes]

_RETRY: Final = (b"retry-after", b"1")


class TraceHandlers:
    """The traces of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._metrics = service.metrics.route(ENDPOINT)
        # A few kilobytes of gzip are hundreds of megabytes once they are read: of one export at a time.
        self._reading = asyncio.Lock()

    async def export(self, request: Request) -> Answer:
        """Which spans were taken, in the encoding that they came in; 400 where nothing could be read."""
        headers = {name: value.lower() for name, value in request.headers}
        media_type = headers[b"content-type"].partition(b";")[0].strip()
        encoding = Encoding(media_type)
        try:
            expanded = codec.expanded if headers.get(b"content-encoding") == b"gzip" else bytes
            answer = await self._exported(request.body, encoding, expanded)
        except RefusedError:
            raise
        except RequestError as error:
            self._metrics.refused(HTTPStatus.BAD_REQUEST)
            refusal = codec.encode_refusal(str(error), encoding)
            return Answer(refusal, HTTPStatus.BAD_REQUEST, media_type=media_type)
        return Answer(answer, media_type=media_type)

    async def export_message(self, request: Request) -> Answer:
        """Which spans were taken, over gRPC."""
        return Answer(await self._exported(request.body, Encoding.PROTOBUF))

    async def _exported(self, body: bytes, encoding: Encoding, expanded: _Expanded = bytes) -> bytes:
        async with self._reading:
            reports, errors = await _read(expanded(body), encoding)
        outcomes = Counter({UNREADABLE: len(errors)})
        try:
            async for outcome in self._booked(reports):
                outcomes[outcome] += 1
        except OperatorError as error:
            # An exporter that hears this sends all of it again, and what was booked is booked once.
            self._service.log.error("traces not taken", error=str(error))  # noqa: TRY400 - it says all there is
            message = "what was used can't be booked now: send it again"
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, message, _RETRY) from None
        finally:
            for outcome, count in outcomes.items():
                self._service.metrics.span_holds(outcome, count)
        rejected = Counter({outcome: outcomes[outcome] for outcome in _REJECTED if outcomes[outcome]})
        why = ", ".join(f"{count} {_REJECTED[outcome]}" for outcome, count in rejected.items())
        if errors:
            why = f"{why}, the first since {errors[0]}"
        if rejected:
            self._service.log.warning("spans rejected", spans=rejected.total(), why=why)
        return codec.encode_answer(rejected.total(), why, encoding)

    async def _booked(self, reports: Iterable[Report]) -> AsyncIterator[str]:
        """What became of the hold of each of `reports`, one after another."""
        catalog = self._service.policies.in_force.engine.policies.catalog
        for report in reports:
            yield await book(self._service.ledger, report, catalog, now())
            # Others get their turn between the spans of a long trace.
            await asyncio.sleep(0)


async def _read(body: bytes, encoding: Encoding) -> tuple[list[Report], list[RequestError]]:
    """What spans say of holds, and why some of them can't be read. Raises RequestError."""
    reports: list[Report] = []
    errors: list[RequestError] = []
    for index, span in enumerate(codec.decode_spans(body, encoding)):
        if index % _TURN == 0:
            await asyncio.sleep(0)
        if span is None:
            continue
        try:
            report = report_of(span)
        except RequestError as error:
            errors.append(error)
        else:
            reports += [] if report is None else [report]
        if len(reports) + len(errors) > MOST_HOLDS:
            raise RequestError(f"more than {MOST_HOLDS} spans name a hold: send fewer together")
    return reports, errors
