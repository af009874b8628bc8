"""An upstream that keeps what it was sent, and answers as a model's API does: compressed, where that may be."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STATUS = "x-wanted-status"
"""The header that says with which status to answer; without it with 200 and what was used."""

SIZE = "x-wanted-size"
"""The header that says how many bytes the model writes."""


@dataclass(slots=True)
class Upstream:
    """What runs at `address`; `seen` are the headers of all requests that came."""

    address: str
    seen: list[dict[str, str]] = field(default_factory=list)


class _Server(ThreadingHTTPServer):
    """Answers what it is sent, and keeps that in `made`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.made = Upstream(f"127.0.0.1:{self.server_port}")


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        """Answer as a model does, or with the status that is wanted."""
        self.server.made.seen.append({name.lower(): value for name, value in self.headers.items()})
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        status = int(self.headers.get(STATUS, 200))
        usage = {"prompt_tokens": 4, "completion_tokens": 30, "total_tokens": 34}
        if body and json.loads(body).get("stream"):
            self._stream(json.loads(body)["model"], usage)
            return
        said = '"usage": {"prompt_tokens": 0}, ' + "x" * int(self.headers.get(SIZE, 0))
        whole = {"choices": [{"message": {"content": said}}], "usage": usage}
        answer = {"model": json.loads(body)["model"], **whole} if body and status == 200 else {}
        payload = json.dumps(answer, indent=1).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        if "gzip" in self.headers.get("accept-encoding", ""):
            payload = gzip.compress(payload)
            self.send_header("content-encoding", "gzip")
        self.send_header("content-length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_POST = answer  # noqa: N815 - the names that http.server calls

    def _stream(self, model: str, usage: dict[str, int]) -> None:
        """Answer event by event, with bytes that end anywhere."""
        said = '"prompt_tokens": 0, "completion_tokens": 0'
        events = [
            {"model": model, "choices": [{"delta": {"content": said}}]},
            {"model": model, "usage": usage},
        ]
        text = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for start in range(0, len(text), 17):
            part = text[start : start + 17].encode()
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Nothing."""


@contextmanager
def upstream() -> Iterator[Upstream]:
    """An upstream until left."""
    server = _Server()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
