"""The sides of a connection of HTTP/2 in laws: ours, and h2's client, which is right."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes

from interlock_webhooks.grpc.allowance import Allowance
from interlock_webhooks.grpc.http2.outgoing import Outgoing
from interlock_webhooks.grpc.http2.session import Session
from interlock_webhooks.grpc.outbox import Outbox
from interlock_webhooks.grpc.response import Response
from interlock_webhooks.refusal import Header
from support.rawhttp2 import REQUEST

if TYPE_CHECKING:
    from h2.events import Event

HEAD: tuple[Header, ...] = ((b":status", b"200"), (b"content-type", b"application/grpc"))
TRAILERS: tuple[Header, ...] = ((b"grpc-status", b"0"),)


@dataclass(slots=True)
class Listening:
    """A side that answers nothing. `said` is what it was told."""

    said: list[tuple[object, ...]] = field(default_factory=list)
    bodies: dict[int, bytes] = field(default_factory=dict)
    session: Session = field(init=False)
    outbox: Outbox = field(init=False)
    allowance: Allowance = field(default_factory=lambda: Allowance(0))

    def __post_init__(self) -> None:
        self.session = Session(self)
        self.outbox = Outbox(self.session.out)

    @property
    def out(self) -> Outgoing:
        return self.session.out

    def begun(self, stream: int, fields: list[Header]) -> None:
        self.said.append(("begun", stream, tuple(fields)))
        self.bodies[stream] = b""

    def received(self, stream: int, data: bytes, size: int) -> None:
        self.bodies[stream] += data
        self.session.acknowledge(stream, size)

    def ended(self, stream: int) -> None:
        self.said.append(("ended", stream, self.bodies.pop(stream)))

    def broken(self, stream: int) -> None:
        self.said.append(("broken", stream))
        self.bodies.pop(stream, None)
        self.outbox.forget(stream)

    def widened(self) -> None:
        self.outbox.go_on()

    def spent(self) -> None:
        self.allowance.spend(0)

    def greeted(self) -> None:
        self.said.append(("greeted",))

    def echoed(self, mark: bytes) -> None:
        self.said.append(("echoed", mark))

    def leaving(self, error: int) -> None:
        self.said.append(("leaving", error))


class Echoing(Listening):
    """A side that answers each whole request with what it was, at once."""

    __slots__ = ()

    def ended(self, stream: int) -> None:
        body = self.bodies[stream]
        # Named, as a class with slots is made anew.
        Listening.ended(self, stream)
        self.outbox.send(stream, Response(head=HEAD, body=body, trailers=TRAILERS), 0)


class RightClient:
    """h2's client, in conversation with `side`."""

    def __init__(self, side: Echoing) -> None:
        self.side = side
        self.http = H2Connection(H2Configuration(client_side=True, header_encoding=None))
        self.http.initiate_connection()
        self.sent: dict[int, bytes] = {}
        self.events: list[Event] = []
        self.exchange()

    def exchange(self) -> None:
        """Let all come that is under way, until nothing is."""
        is_quiet = False
        while not is_quiet:
            to_us = self.http.data_to_send()
            self.side.session.receive(to_us)
            to_it = self.side.out.take()
            self.events += self.http.receive_data(to_it)
            is_quiet = not to_us and not to_it

    def call(self, body: bytes, *, whole: bool) -> None:
        """Call with `body`, or with what of it there is room for."""
        if self.http.open_outbound_streams >= self.http.remote_settings.max_concurrent_streams:
            return
        stream = self.http.get_next_available_stream_id()
        self.http.send_headers(stream, list(REQUEST))
        body = body[: self.http.local_flow_control_window(stream)]
        for at in range(0, len(body), 16_384):
            self.http.send_data(stream, body[at : at + 16_384])
        if whole:
            self.http.end_stream(stream)
            self.sent[stream] = body

    def do(self, step: tuple[object, ...]) -> None:
        """Take a step that a client may take."""
        match step:
            case ("call", bytes() as body, bool() as whole):
                self.call(body, whole=whole)
            case ("large", int() as times):
                self.call(bytes(20_000 * times), whole=True)
            case ("cancel", int() as which) if self.sent:
                stream = sorted(self.sent)[which % len(self.sent)]
                if stream in self.http.streams and not self.http.streams[stream].closed:
                    self.http.reset_stream(stream, ErrorCodes.CANCEL)
                    del self.sent[stream]
            case ("window", int() as size):
                self.http.update_settings({4: size})
            case ("ping", bytes() as mark):
                self.http.ping(mark)
            case ("widen", int() as more):
                self.http.increment_flow_control_window(more)
            case _:
                self.exchange()
