"""What an API server answers to lists and watches. Pure.

Objects are raw, as the server sends them: the client's own types drop what they
don't know, and refuse what they don't expect.
"""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from interlock_webhooks.cluster.refusals import ClusterError, GoneError, refusal_in
from interlock_webhooks.text import one_line

Object = dict[str, Any]
"""An object of Kubernetes."""

_SHOWN: Final = 200


class Extent(Struct, rename={"version": "resourceVersion", "more": "continue"}):
    """Which version a list is of, and what to ask with for more of it."""

    version: Annotated[str, Meta(min_length=1)]
    more: str | None = None


class Page(Struct):
    """Part of a list; `kind` is that of its items with `List` after it."""

    items: list[Object] | None
    metadata: Extent
    kind: str = ""


class Event(Struct):
    """What a watch tells: an object that was `ADDED`, `MODIFIED` or `DELETED`, a `BOOKMARK` or an `ERROR`."""

    type: str
    object: Object

    @property
    def version(self) -> str | None:
        """Where a watch can go on after this event."""
        metadata = self.object.get("metadata")
        version = metadata.get("resourceVersion") if isinstance(metadata, dict) else None
        return version if isinstance(version, str) and version else None


_PAGE: Final = msgspec.json.Decoder(Page)
_EVENT: Final = msgspec.json.Decoder(Event)
_OBJECT: Final = msgspec.json.Decoder(Object)


def page_of(body: bytes) -> Page:
    """The page that `body` is. Raises ClusterError."""
    try:
        return _PAGE.decode(body)
    except msgspec.MsgspecError as error:
        raise ClusterError(f"the API server sends what is no list: {one_line(str(error), _SHOWN)}") from error


def event_of(line: bytes) -> Event:
    """The event that `line` is.

    Raises:
        GoneError: it is none, or says that a version is too old.
        ClusterError: it says that something else failed.
    """
    try:
        event = _EVENT.decode(line)
    except msgspec.MsgspecError as error:
        raise GoneError(f"the API server sends what is no event: {one_line(str(error), _SHOWN)}") from error
    if event.type == "ERROR":
        raise refusal_in(event.object)
    return event


def object_of(body: bytes) -> Object:
    """The object that `body` is. Raises ClusterError."""
    try:
        return _OBJECT.decode(body)
    except msgspec.MsgspecError as error:
        raise ClusterError(f"the API server sends what is no object: {one_line(str(error), _SHOWN)}") from error
