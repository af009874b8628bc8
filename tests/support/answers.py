"""An HTTP server of tests that answers each request with the bytes that it is told to send."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass(slots=True)
class Scripted:
    """Where it listens, what it was sent, and what it answers with: parts, after which it closes."""

    url: str
    answers: Callable[[bytes], Iterable[bytes]]
    requests: list[bytes] = field(default_factory=list)


def http(status: int, body: bytes, *headers: bytes) -> bytes:
    """A whole answer."""
    length = b"content-length: %d" % len(body)
    head = [b"HTTP/1.1 %d Said" % status, b"content-type: application/json", length, *headers]
    return b"\r\n".join([*head, b"connection: close", b"", body])


@contextmanager
def scripted(*answers: bytes) -> Iterator[Scripted]:
    """A server that answers with one after another of `answers`, and with the last of them from then on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Scripted(f"http://127.0.0.1:{listener.getsockname()[1]}", lambda _: [])

        def next_answer(_: bytes) -> list[bytes]:
            return [answers[min(len(server.requests), len(answers)) - 1]]

        server.answers = next_answer
        thread = threading.Thread(target=_serve, args=(listener, server), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(listener: socket.socket, server: Scripted) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, suppress(OSError):
            request = _request(connection)
            if request:
                server.requests.append(request)
                for part in server.answers(request):
                    connection.sendall(part)


def _request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65536)
        if not part:
            return b""
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    (length,) = (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
