"""Keeps the objects of one resource as the API server has them, for whoever has to know them at once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from structlog.typing import FilteringBoundLogger

from interlock.errors import OperatorError
from interlock_webhooks.cluster.answers import Event, Object
from interlock_webhooks.cluster.refusals import GoneError, NotFoundError
from interlock_webhooks.cluster.resource import Kind
from interlock_webhooks.metrics import Metrics

Place = tuple[str, str]
"""Namespace and name; what is in no namespace has an empty one."""

_UNLISTED: Final = "not listed yet"


async def always() -> bool:
    """That a resource is there to stay."""
    return True


class Mirror:
    """All objects of `kind`, by place; a `Following` tells of them.

    `objects` is replaced and never changed, so whoever has it sees one moment.
    `missing` says why they are not known, and is empty once they were listed.
    Whatever fails later, what is known stays, also where the server does not
    serve the kind any more, which `is_served` tells: it deletes all objects
    first. `changed` is called after each change of them.
    """

    def __init__(
        self,
        kind: Kind,
        metrics: Metrics,
        log: FilteringBoundLogger,
        *,
        changed: Callable[[], None] = lambda: None,
        is_served: Callable[[], Awaitable[bool]] = always,
    ) -> None:
        self.kind = kind
        self.missing = _UNLISTED
        self.objects: dict[Place, Object] = {}
        self._metrics = metrics
        self._log = log.bind(resource=str(kind.resource))
        self._changed = changed
        self._is_served = is_served

    async def listed(self, objects: AsyncIterator[Object]) -> None:
        """Know all that there are."""
        found = {place: self._kept(each) async for each in objects if (place := place_of(each)) is not None}
        if self.objects.keys() - found.keys():
            await self._make_sure()
        self.missing = ""
        self._metrics.followed(str(self.kind.resource), is_up=True)
        self.objects = found
        self._changed()

    async def happened(self, event: Event) -> None:
        """Know what `event` tells."""
        self._metrics.followed(str(self.kind.resource), is_up=True)
        place = place_of(event.object)
        if place is None or event.type == "BOOKMARK":
            return
        if event.type == "DELETED":
            await self._make_sure()
            self.objects = {key: each for key, each in self.objects.items() if key != place}
        else:
            self.objects = {**self.objects, place: self._kept(event.object)}
        self._changed()

    def heard(self) -> None:
        """Know that nothing else has happened."""

    def lost(self, error: GoneError) -> None:
        """Log that the objects are listed anew."""
        self._log.info("objects are listed anew", reason=str(error))

    def failed(self, error: Exception) -> None:
        """Log that nothing is told of the objects, and keep those that are known."""
        if isinstance(error, NotFoundError) and not self.kind.is_required and not self.objects:
            # A server of another version, which has no such objects.
            self.missing = ""
            self._changed()
            return
        self._metrics.followed(str(self.kind.resource), is_up=False)
        if self.missing:
            self.missing = str(error)
            self._changed()
        if isinstance(error, OperatorError):
            self._log.error("objects can't be watched", error=str(error))
        else:
            self._log.error("objects can't be watched", exc_info=error)

    async def _make_sure(self) -> None:
        """That objects are gone for themselves, and not because their resource goes.

        Raises:
            NotFoundError: that is why; so nothing was told yet, and it will be told again.
        """
        if not await self._is_served():
            resource = self.kind.resource
            raise NotFoundError(f"{resource} is being removed: what there was of it stays in force")

    def _kept(self, body: Object) -> Object:
        """`body` with its kind, which lists leave out, and without the book-keeping of who wrote what."""
        metadata = {key: each for key, each in body["metadata"].items() if key != "managedFields"}
        kind = {"apiVersion": self.kind.resource.api_version, "kind": self.kind.name}
        return {**kind, **body, "metadata": metadata}


def place_of(body: Object) -> Place | None:
    """Where an object is; None where it does not say."""
    metadata = body.get("metadata")
    if not isinstance(metadata, dict):
        return None
    namespace, name = metadata.get("namespace", ""), metadata.get("name")
    return (namespace, name) if isinstance(namespace, str) and isinstance(name, str) and name else None
