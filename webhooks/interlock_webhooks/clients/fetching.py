"""Where keys of issuers come from: a file, or a server over HTTPS. Blocks; asked from a thread.

The operator names every server but one: that of the keys is named by the
discovery document, which has to be the issuer's own.
"""

import ssl
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, build_opener

import msgspec
from pydantic import TypeAdapter, ValidationError

from interlock.errors import OperatorError
from interlock_webhooks.clients.document import Url
from interlock_webhooks.clients.roster import IssuerSettings
from interlock_webhooks.text import one_line, quoted

MOST_BYTES: Final = 1 << 20
SECONDS: Final = 5.0

_SHOWN: Final = 200
_URL: Final[TypeAdapter[str]] = TypeAdapter(Url)


class _Discovery(msgspec.Struct):
    """What is needed of OpenID Connect Discovery 1.0, section 3."""

    issuer: str
    jwks_uri: str


class _Straight(HTTPRedirectHandler):
    """Follows no redirection: keys are where the issuer says, and nowhere else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 - the base class's signature
        """Nothing, so that the answer is an error."""


def fetched(issuer: IssuerSettings) -> bytes:
    """The key set of `issuer`. Raises OperatorError."""
    try:
        if issuer.keys_file is not None:
            return _read(Path(issuer.keys_file))
        trust = ssl.create_default_context(cafile=issuer.authority_file)
        return _got(issuer.keys_url or _discovered(issuer, trust), trust)
    except HTTPError as error:
        with error:
            raise OperatorError(f"{quoted(error.url)} answers {error.code}") from None
    except (OSError, HTTPException, ValueError) as error:
        # URLError and ssl.SSLError are OSErrors; a URL that urllib can't send is a ValueError.
        why = error.reason if isinstance(error, URLError) else error
        raise OperatorError(one_line(str(why) or type(why).__name__, _SHOWN)) from None


def _discovered(issuer: IssuerSettings, trust: ssl.SSLContext) -> str:
    url = f"{issuer.url.rstrip('/')}/.well-known/openid-configuration"
    try:
        found = msgspec.json.decode(_got(url, trust), type=_Discovery)
        keys_url = _URL.validate_python(found.jwks_uri)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValidationError):
        raise OperatorError(f"{quoted(url)} is no discovery document") from None
    if found.issuer != issuer.url:
        raise OperatorError(f"{quoted(url)} is of the issuer {quoted(found.issuer)}: write that as `url`")
    return keys_url


def _got(url: str, trust: ssl.SSLContext) -> bytes:
    opener = build_opener(HTTPSHandler(context=trust), _Straight())
    with opener.open(url, timeout=SECONDS) as answer:
        return _bounded(answer.read(MOST_BYTES + 1))


def _read(file: Path) -> bytes:
    # Opening a pipe or a device could wait forever.
    if file.exists() and not file.is_file():
        raise OperatorError(f"{quoted(str(file))} is no regular file")
    with file.open("rb") as stream:
        return _bounded(stream.read(MOST_BYTES + 1))


def _bounded(content: bytes) -> bytes:
    if len(content) > MOST_BYTES:
        raise OperatorError(f"what is there has more than {MOST_BYTES >> 20} MiB")
    return content
