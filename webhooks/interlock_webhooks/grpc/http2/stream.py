"""One stream, from when a request begins until both sides have ended it. Pure."""

from interlock_webhooks.grpc.http2.frames import MAX_WINDOW, Error, StreamFailure, window_update


class Window:
    """Bytes that the peer may still send before somebody takes what came.

    What is taken is told once it is half of `size`, and not each time.
    """

    __slots__ = ("_left", "_size", "_taken")

    def __init__(self, size: int) -> None:
        self._size = size
        self._left = size
        self._taken = 0

    def fill(self, size: int) -> bool:
        """Whether `size` bytes might be sent, which have come."""
        self._left -= size
        return self._left >= 0

    def take(self, size: int, stream: int) -> bytes:
        """The frame, if it is due, that says that `size` bytes are taken; the connection is the stream 0."""
        self._taken += size
        if self._taken < self._size // 2:
            return b""
        more, self._taken = self._taken, 0
        self._left += more
        return window_update(stream, more)


class Stream:
    """What is known of one stream.

    `room` is how many bytes may be sent on it, `window` how many may come. `is_whole` is whether
    all of the request has come.
    """

    __slots__ = ("_announced", "_came", "is_whole", "room", "window")

    def __init__(self, room: int, window: int, announced: int | None) -> None:
        self.room = room
        self.window = Window(window)
        self._announced = announced
        self.is_whole = False
        self._came = 0

    def receive(self, size: int, window: int) -> None:
        """Count `size` bytes of the body, which took `window` bytes of the window with their padding.

        Raises:
            StreamFailure: the request was whole, its window was full, or it is longer than was announced.
        """
        if self.is_whole:
            raise StreamFailure(Error.STREAM_CLOSED)
        if not self.window.fill(window):
            raise StreamFailure(Error.FLOW_CONTROL_ERROR)
        self._came += size
        if self._announced is not None and self._came > self._announced:
            raise StreamFailure(Error.PROTOCOL_ERROR)

    def end(self) -> None:
        """Take the request for whole.

        Raises:
            StreamFailure: it is shorter than was announced (RFC 9113, section 8.1.1).
        """
        if self._announced is not None and self._announced != self._came:
            raise StreamFailure(Error.PROTOCOL_ERROR)
        self.is_whole = True

    def widen(self, more: int) -> None:
        """Let `more` bytes be sent, or fewer."""
        self.room += more
        if self.room > MAX_WINDOW:
            raise StreamFailure(Error.FLOW_CONTROL_ERROR)
