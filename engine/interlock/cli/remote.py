"""A service that runs, asked over HTTP: what it answers, or one line about why it does not."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

import msgspec
import typer

from interlock.errors import OperatorError
from interlock.spelling import quoted

DEFAULT_SERVICE: Final = "http://127.0.0.1:8080"

ServiceOption: TypeAlias = Annotated[
    str, typer.Option("--service", metavar="URL", help="The check listener of the service that is asked.")
]

TokenOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--token-file",
        metavar="FILE",
        envvar="INTERLOCK_TOKEN_FILE",
        help="The bearer token that says who asks, where the service has clients.",
    ),
]
TrustOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--ca",
        metavar="FILE",
        envvar="INTERLOCK_CA",
        help="Certificates, PEM, that the service is verified by. Default: those that this machine trusts.",
    ),
]

_Shape = TypeVar("_Shape")

_SECONDS: Final = 10.0
_BLOCK: Final = 64 * 1024
_MOST_OF_AN_ERROR: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Remote:
    """The service at `url`, asked by who has `token`. Its calls raise OperatorError where there is no answer.

    `trust` has the certificates, PEM, that it is verified by, if not those of the machine.
    """

    url: str
    token: str | None = None
    trust: Path | None = None

    @classmethod
    def of(cls, url: str, token_file: Path | None, trust: Path | None) -> "Remote":
        """The service at `url`, asked with the token in a file. Raises OperatorError where that holds none."""
        return cls(url, None if token_file is None else _token_in(token_file), trust)

    def get(self, path: str, query: Mapping[str, str], shape: type[_Shape]) -> _Shape:
        """What is answered to a GET, which has `shape`."""
        return self._decoded(self._body(self._request(path, query)), shape)

    def post(self, path: str, body: Any, shape: type[_Shape]) -> _Shape:  # noqa: ANN401 - raw JSON
        """What is answered to a POST of `body`, which has `shape`."""
        request = self._request(path, {}, msgspec.json.encode(body))
        return self._decoded(self._body(request), shape)

    def lines(self, path: str, query: Mapping[str, str], shape: type[_Shape]) -> Iterator[_Shape]:
        """What is answered to a GET, line by line, each of `shape`, as it comes."""
        with self._answer(self._request(path, query)) as answer:
            for line in _lines(answer):
                yield self._decoded(line, shape)

    def _request(self, path: str, query: Mapping[str, str], body: bytes | None = None) -> Request:
        head = {} if body is None else {"content-type": "application/json"}
        if self.token is not None:
            head["authorization"] = f"Bearer {self.token}"
        return Request(self._at(path, query), body, head)  # noqa: S310 - `_at` has it checked

    def _at(self, path: str, query: Mapping[str, str]) -> str:
        try:
            parts = urlsplit(self.url)
            is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_usable = False
        if not is_usable or not self.url.isprintable():
            raise OperatorError(f"`--service` is {quoted(self.url)}: give a URL such as `{DEFAULT_SERVICE}`")
        return f"{self.url.rstrip('/')}{path}{'?' if query else ''}{urlencode(query)}"

    def _body(self, request: Request) -> bytes:
        with self._answer(request) as answer:
            return answer.read()

    @contextmanager
    def _answer(self, request: Request) -> Iterator[HTTPResponse]:
        try:
            with self._opener().open(request, timeout=_SECONDS) as answer:
                yield answer
        except HTTPError as error:
            with error:
                message = _message(error.read(_MOST_OF_AN_ERROR))
            raise OperatorError(f"{quoted(self.url)} answers {error.code}: {message}") from None
        except (OSError, HTTPException) as error:
            why = error.reason if isinstance(error, URLError) else error
            said = getattr(why, "strerror", None) or str(why) or type(why).__name__
            raise OperatorError(
                f"{quoted(self.url)} does not answer: {said.lower()}: start `interlock serve`, or say with "
                "`--service` where it listens"
            ) from None

    def _opener(self) -> OpenerDirector:
        # The service is one's own: no proxy that others set up for the web knows it.
        context = ssl.create_default_context(cafile=self.trust)
        return build_opener(ProxyHandler({}), HTTPSHandler(context=context))

    def _decoded(self, body: bytes, shape: type[_Shape]) -> _Shape:
        try:
            return msgspec.json.decode(body, type=shape)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise OperatorError(
                f"{quoted(self.url)} answers what this version does not know: {error}"
            ) from None


def _token_in(file: Path) -> str:
    token = file.read_text(encoding="utf-8").strip()
    if not token or not token.isascii() or not token.isprintable():
        raise OperatorError(f"`{file}` holds no token: a token is one line of letters and digits")
    return token


def _lines(answer: HTTPResponse) -> Iterator[bytes]:
    """The lines of `answer`, all of them: asked for its lines, it hides that it broke off after one."""
    rest = b""
    while block := answer.read(_BLOCK):
        *whole, rest = (rest + block).split(b"\n")
        yield from whole
    if rest:
        yield rest


def _message(body: bytes) -> str:
    """What an error says; of what is no error of ours, nothing."""
    try:
        found: str = msgspec.json.decode(body, type=dict[str, dict[str, str]])["error"]["message"]
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError):
        return "it is no service of Interlock"
    return found
