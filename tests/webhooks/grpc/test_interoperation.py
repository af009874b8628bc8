"""Calls by nghttp2's own tools, whose HTTP/2 many gateways have; without TLS and with it."""

import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from interlock_webhooks.grpc.framing import framed
from interlock_webhooks.grpc.method import Method
from interlock_webhooks.state import StateDir
from support.grpcserving import echo, serving

_HEADERS = ("-H", "content-type: application/grpc", "-H", "te: trailers")


@pytest.fixture(scope="module", params=["http", "https"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    tls = None
    if request.param == "https":
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(StateDir(tmp_path_factory.mktemp("state")).new_server_certificate(("localhost",)))
        tls.set_alpn_protocols(["h2"])
    with serving({"/t.T/Echo": Method(echo, "echo")}, tls) as server:
        yield f"{request.param}://127.0.0.1:{server.port}/t.T/Echo"


@pytest.mark.skipif(shutil.which("h2load") is None, reason="h2load is not installed (Debian: nghttp2-client)")
@pytest.mark.parametrize("size", [0, 2_000, 200_000])
def test_every_call_of_h2load_succeeds(url: str, tmp_path: Path, size: int) -> None:
    sent = tmp_path / "message"
    sent.write_bytes(framed(bytes(size)))
    command = ["h2load", "-n200", "-c4", "-m16", "-d", str(sent), *_HEADERS, url]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert "requests: 200 total, 200 started, 200 done, 200 succeeded, 0 failed" in said
    assert "status codes: 200 2xx" in said


@pytest.mark.skipif(shutil.which("nghttp") is None, reason="nghttp is not installed (Debian: nghttp2-client)")
def test_nghttp_sees_an_answer_and_what_trails_behind_it(url: str, tmp_path: Path) -> None:
    sent = tmp_path / "message"
    sent.write_bytes(framed(b"ping"))
    command = ["nghttp", "-v", "--no-verify-peer", "-d", str(sent), *_HEADERS, url]
    said = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=60, errors="replace"
    ).stdout
    fields = re.findall(r"recv \(stream_id=\d+\) (\S+): (\S+)", said)
    assert fields == [(":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "0")]
    assert "recv DATA frame <length=9, flags=0x00" in said
