"""Whoever is told what comes on a connection. Pure."""

from typing import Protocol

from interlock_webhooks.refusal import Header


class Receiver(Protocol):
    """What a session tells. Whatever these raise ends the connection."""

    def begun(self, stream: int, fields: list[Header]) -> None:
        """A request with `fields` has begun."""

    def received(self, stream: int, data: bytes, size: int) -> None:
        """`data` of a request has come; it takes `size` bytes of the window until they are acknowledged."""

    def ended(self, stream: int) -> None:
        """A request is whole."""

    def broken(self, stream: int) -> None:
        """A stream has ended before its request was answered."""

    def widened(self) -> None:
        """More may be sent than before."""

    def spent(self) -> None:
        """Something has come that asks for nothing."""

    def greeted(self) -> None:
        """The peer has said what it allows."""

    def echoed(self, mark: bytes) -> None:
        """A ping with `mark` has come back."""

    def leaving(self, error: int) -> None:
        """The peer begins nothing more, because of `error`."""
