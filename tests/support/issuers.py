"""An issuer of JSON Web Tokens on this machine: its keys are served over HTTP, and change when told."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, TypeAlias

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

AUDIENCE: Final = "interlock"
_PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

DISCOVERY: Final = "/.well-known/openid-configuration"


class Issuer:
    """Signs tokens with any of its keys, and answers with `pages`; `asked` counts by path.

    A page is bytes, a text that it redirects to, or any other JSON.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: Counter[str] = Counter()
        self.pages: dict[str, Any] = {DISCOVERY: {"issuer": url, "jwks_uri": f"{url}/keys"}}
        self._private: dict[str, _PrivateKey] = {}
        self.rotate("first")

    def rotate(self, *kids: str, kind: str = "RS256") -> None:
        """Have new keys under `kids`, and no others."""
        for kid in kids:
            self._private[kid] = _made(kind)
        self.pages["/keys"] = {"keys": [self.public(kid) for kid in kids]}

    def public(self, kid: str) -> dict[str, Any]:
        """The key `kid`, as a key set has it."""
        key = self._private[kid]
        algorithm = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
        public: Any = key.public_key()
        return {**json.loads(algorithm.to_jwk(public)), "kid": kid, "use": "sig"}

    def token(self, kid: str = "first", alg: str = "RS256", header: Any = None, **claims: Any) -> str:
        """A token that is good, but for what `claims` say; None takes a claim away."""
        now = int(time.time())
        stated = {"iss": self.url, "aud": AUDIENCE, "sub": "litellm", "iat": now, "exp": now + 600} | claims
        said = {name: value for name, value in stated.items() if value is not None}
        headers = {"kid": kid} if header is None else header
        return jwt.encode(said, self._private[kid], alg, headers)


def _made(kind: str) -> _PrivateKey:
    if kind == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(65537, 2048)


@contextmanager
def issuing() -> Iterator[Issuer]:
    """An issuer that is served until left."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked[self.path] += 1
            page = issuer.pages.get(self.path)
            self.send_response(404 if page is None else 302 if isinstance(page, str) else 200)
            if isinstance(page, str):
                self.send_header("location", page)
            body = page if isinstance(page, bytes) else json.dumps(page).encode()
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer = Issuer(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()
