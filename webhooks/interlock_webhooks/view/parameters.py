"""The objects of one kind of parameters, followed while policies name the kind."""

import asyncio
from contextlib import suppress
from typing import Final

from structlog.typing import FilteringBoundLogger

from interlock.foreign.cluster import Params, UnknownError
from interlock.foreign.policy import ParamKind
from interlock_webhooks.cluster.answers import Object
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.cluster.discovery import kind_of
from interlock_webhooks.cluster.following import Following
from interlock_webhooks.cluster.mirror import Mirror, Place
from interlock_webhooks.cluster.refusals import ClusterError, NotFoundError
from interlock_webhooks.metrics import Metrics

WAITS: Final = 1.0
"""Seconds for which a request waits for a first list, as in the API server."""

_LOOKS_AGAIN: Final = 5.0
"""Seconds before a kind that was not there is looked for again."""


class Parameters:
    """Those of `kind`. Nothing is known of them before `follow` runs."""

    def __init__(self, kind: ParamKind, cluster: Cluster, metrics: Metrics, log: FilteringBoundLogger) -> None:
        self._kind = kind
        self._cluster = cluster
        self._metrics = metrics
        self._log = log.bind(paramKind=f"{kind.api_version}/{kind.kind}")
        self._mirror: Mirror | None = None
        self._problem = "they were not listed yet"
        self._is_absent = False
        self._news = asyncio.Event()

    async def follow(self) -> None:
        """Find the kind, and follow its objects for as long as policies name it."""
        while True:
            try:
                kind = await kind_of(self._cluster, self._kind.api_version, self._kind.kind)
            except ClusterError as error:
                self._problem = str(error)
                self._log.error("a kind of parameters can't be looked for", error=str(error))
            else:
                self._is_absent = kind is None
                if kind is not None:
                    mirror = Mirror(kind, self._metrics, self._log, changed=self._news.set)
                    self._mirror = mirror
                    await Following(self._cluster, kind.resource.path(), mirror).follow()
            self._news.set()
            await asyncio.sleep(_LOOKS_AGAIN)

    @property
    def is_missing(self) -> bool:
        """Whether they are not known."""
        return self._mirror is None or bool(self._mirror.missing)

    async def known(self) -> None:
        """Wait for the first list, or for what keeps it from coming."""
        if self.is_missing:
            await self._news.wait()

    async def missed(self, place: Place) -> Object | None:
        """The object at `place` where only the server knows it yet; None where it is known, or is not there.

        Raises:
            ClusterError: nobody knows.
        """
        mirror = self._mirror
        if mirror is None or mirror.missing or place in mirror.objects:
            return None
        namespace, name = place
        with suppress(NotFoundError):
            return await self._cluster.get(mirror.kind.resource.path(name, namespace=namespace))
        return None

    @property
    def is_namespaced(self) -> bool:
        """Whether they are in namespaces, as far as that is known."""
        return self._mirror is not None and self._mirror.kind.resource.namespaced

    def params(self, further: dict[Place, Object]) -> Params | None:
        """All objects as they are now, and `further` ones; None where the server knows no such kind.

        Raises:
            UnknownError: nobody knows.
        """
        if self._is_absent:
            return None
        problem = self._problem if self._mirror is None else self._mirror.missing
        if self._mirror is None or problem:
            raise UnknownError(f"parameters `{self._kind.api_version}, Kind={self._kind.kind}`: {problem}")
        known = self._mirror.objects
        return Params(self.is_namespaced, {**known, **further} if further else known)
