"""Posts Events of denials, without anybody waiting for them.

Whoever is denied again and again for the same reason is told once in ten
minutes, and nobody can make the service write more than it may: what is too
much is counted and dropped. Knows nothing of webhooks.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

from structlog.typing import FilteringBoundLogger

from interlock.units import Instant
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.cluster.refusals import ClusterError
from interlock_webhooks.events.event import EVENTS, Notice, event_of, notice_of
from interlock_webhooks.metrics import Metrics

MOST_WAITING: Final = 1_000
"""Notices that wait to be posted."""

QUIET: Final = 10 * 60 * 1000
"""Milliseconds for which the same is not said again."""

_MOST_KNOWN: Final = 10_000
_PAUSE: Final = 0.1
"""Seconds from one Event to the next: ten in a second."""


class EventRecorder:
    """Events of one `instance` of the service, in one cluster."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it works with
        self,
        cluster: Cluster,
        instance: str,
        metrics: Metrics,
        log: FilteringBoundLogger,
        clock: Callable[[], Instant],
        pause: float = _PAUSE,
    ) -> None:
        self._cluster = cluster
        self._instance = instance
        self._metrics = metrics
        self._log = log
        self._clock = clock
        self._pause = pause
        self._waiting: asyncio.Queue[Notice] = asyncio.Queue(MOST_WAITING)
        self._said: OrderedDict[str, Instant] = OrderedDict()

    def denied(self, request: Mapping[str, Any], message: str) -> None:
        """Have it told that the `request` of an AdmissionReview was denied with `message`."""
        notice = notice_of(request, message)
        if self._was_said(notice.identity):
            return
        try:
            self._waiting.put_nowait(notice)
        except asyncio.QueueFull:
            del self._said[notice.identity]
            self._metrics.event("dropped")

    async def post(self) -> None:
        """Post what is to be told, for as long as the service runs."""
        while True:
            notice = await self._waiting.get()
            await self._posted(notice)
            self._waiting.task_done()
            await asyncio.sleep(self._pause)

    async def drained(self) -> None:
        """Wait until all that was to be told is."""
        await self._waiting.join()

    async def _posted(self, notice: Notice) -> None:
        event = event_of(notice, self._instance, self._clock())
        try:
            await self._cluster.create(EVENTS.path(namespace=notice.namespace), event)
        except ClusterError as error:
            self._metrics.event("failed")
            self._log.warning("an event can't be written", namespace=notice.namespace, error=str(error))
        except Exception as error:  # noqa: BLE001 - whatever a server sends must not end the service
            self._metrics.event("failed")
            self._log.error("an event can't be written", namespace=notice.namespace, exc_info=error)
        else:
            self._metrics.event("posted")

    def _was_said(self, identity: str) -> bool:
        """Whether it was said not long ago; from now on it was."""
        now = self._clock()
        before = self._said.get(identity)
        if before is not None and now < before + QUIET:
            return True
        self._said[identity] = now
        self._said.move_to_end(identity)
        if len(self._said) > _MOST_KNOWN:
            self._said.popitem(last=False)
        return False
