"""An upstream that keeps what it was sent, and answers as a model's API does."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STATUS = "x-wanted-status"
"""The header that says with which status to answer; without it with 200 and what was used."""


@dataclass(slots=True)
class Upstream:
    """What runs at `address`; `seen` are the headers of all requests that came."""

    address: str = ""
    seen: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def upstream() -> Iterator[Upstream]:
    """An upstream until left."""
    made = Upstream()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            made.seen.append({name.lower(): value for name, value in self.headers.items()})
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            status = int(self.headers.get(STATUS, 200))
            usage = {"prompt_tokens": 4, "completion_tokens": 30, "total_tokens": 34}
            answer = {"model": json.loads(body)["model"], "usage": usage} if body and status == 200 else {}
            payload = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_POST = answer  # noqa: N815 - the names that http.server calls

        def log_message(self, *_words: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.address = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
