"""The streams of one connection: those that are, those that were, and those that are still to come. Pure."""

from collections import OrderedDict
from typing import Final

from interlock_webhooks.grpc.http2.frames import ConnectionFailure, Error, StreamFailure
from interlock_webhooks.grpc.http2.stream import Stream

_MAX_PAST: Final = 1_024


class Streams(dict[int, Stream]):
    """The open streams by number. `last` is the highest number that was ever begun."""

    __slots__ = ("_past", "last")

    def __init__(self) -> None:
        super().__init__()
        self.last = 0
        # Streams that have ended, the latest last, and whether we broke them off.
        self._past: OrderedDict[int, bool] = OrderedDict()

    def close(self, number: int, *, is_broken_off: bool) -> None:
        """End the stream `number`. If we break it off, what was on its way already is let pass."""
        self.pop(number, None)
        self._past[number] = is_broken_off
        if len(self._past) > _MAX_PAST:
            self._past.popitem(last=False)

    def check_gone(self, number: int) -> None:
        """Nothing, where data may still come for `number`, which isn't open (RFC 9113, section 5.1).

        Raises:
            ConnectionFailure: it hasn't begun.
            StreamFailure: it has ended, and who sends for it knows.
        """
        if number > self.last:
            raise ConnectionFailure(Error.PROTOCOL_ERROR)
        if not self._past.get(number, False):
            raise StreamFailure(Error.STREAM_CLOSED)

    def check_late(self, number: int) -> None:
        """Nothing, where fields for `number`, which isn't open and can't begin, may still come (section 5.1.1).

        Raises:
            ConnectionFailure: it was passed over, or has ended.
        """
        if number not in self._past:
            raise ConnectionFailure(Error.PROTOCOL_ERROR)
        if not self._past[number]:
            raise ConnectionFailure(Error.STREAM_CLOSED)
