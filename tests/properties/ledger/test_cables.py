"""What cuts the way between a ledger and its server cuts it at the byte that it is told, and mends it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from support.cutting import Address, Cable, Way


@contextmanager
def echoing(folder: Path | None) -> Iterator[Address]:
    """A server that says what it hears."""
    if folder is None:
        server = socket.create_server(("127.0.0.1", 0))
        address: Address = server.getsockname()
    else:
        address = folder / "echo"
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(address))
        server.listen()

    def echo(client: socket.socket) -> None:
        with client, suppress(ConnectionError):
            while heard := client.recv(100):
                client.sendall(heard)

    def serve() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            Thread(target=echo, args=(client,), daemon=True).start()

    Thread(target=serve, daemon=True).start()
    try:
        yield address
    finally:
        server.shutdown(socket.SHUT_RDWR)  # wakes who waits for clients
        server.close()


def heard(client: socket.socket) -> bytes:
    """All until the end, however it ends."""
    said = b""
    with suppress(ConnectionError):
        while chunk := client.recv(100):
            said += chunk
    return said


@pytest.mark.parametrize("is_file", [False, True])
@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("after", [0, 1, 3])
def test_no_byte_gets_through_after_the_cut(tmp_path: Path, way: Way, after: int, *, is_file: bool) -> None:
    with echoing(tmp_path if is_file else None) as server, Cable(server) as cable:
        place = "127.0.0.1", cable.port
        with socket.create_connection(place, timeout=5) as client:
            client.sendall(b"whole")
            assert client.recv(100) == b"whole"
            with cable.cut(way, after):
                client.sendall(b"half")
                found = heard(client)
                assert found == b"half"[: len(found)]
                assert len(found) <= after
        with socket.create_connection(place, timeout=5) as client:
            client.sendall(b"again")
            assert client.recv(100) == b"again"


@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.parametrize(("part", "last"), [(0, b""), (1, b"n"), (-1, b"no")])
def test_a_message_is_cut_where_it_is_said(after: int, part: int, last: bytes) -> None:
    with echoing(None) as server, Cable(server, word) as cable:
        place = "127.0.0.1", cable.port
        with socket.create_connection(place, timeout=5) as client, cable.cut(Way.ANSWERED, after, part):
            client.sendall(b"no ")
            client.sendall(b"no no no")
            assert heard(client) == b"no " * after + last
            with socket.create_connection(place, timeout=5) as other:
                assert heard(other) == b"", "whoever tries again gets nowhere"


def word(said: bytes) -> int:
    return said.find(b" ") + 1
