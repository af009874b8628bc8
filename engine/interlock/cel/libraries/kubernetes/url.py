"""URLs: whether a text is one, and the parts that it has."""

import json
from typing import ClassVar, Final

from interlock.cel.libraries.kubernetes.escapes import InvalidURIError, Part, from_bytes, unescaped
from interlock.cel.libraries.kubernetes.uris import Parts, parse, parse_request, split_port
from interlock.cel.libraries.limits import bounded
from interlock.cel.libraries.overloads import Library
from interlock.cel.libraries.signatures import function, member
from interlock.cel.types import BOOL, STRING, CelType, list_of, map_of
from interlock.cel.values import EvaluationError, Opaque


class URL(Opaque, frozen=True):
    """An absolute URL or an absolute path."""

    cel_type: ClassVar = CelType("kubernetes.URL")

    parts: Parts

    def __str__(self) -> str:
        return f"url({json.dumps(from_bytes(str(self.parts)), ensure_ascii=False)})"


def url(text: str) -> URL:
    """The URL that `text` is.

    Raises:
        EvaluationError: it is none.
    """
    try:
        return URL(parse(text))
    except InvalidURIError:
        # Why says what is in the text.
        raise EvaluationError("URL parse error during conversion from string") from None


def is_url(text: str) -> bool:
    """Whether `text` is an absolute URI or an absolute path."""
    try:
        parse_request(text)
    except InvalidURIError:
        return False
    return True


def scheme(address: URL) -> str:
    """The scheme in lower case, or an empty text."""
    return address.parts.scheme


def host(address: URL) -> str:
    """The host with its port, an IPv6 address in brackets."""
    return from_bytes(address.parts.host)


def hostname(address: URL) -> str:
    """The host without port and brackets."""
    return from_bytes(split_port(address.parts.host)[0])


def port(address: URL) -> str:
    """The port, or an empty text."""
    return split_port(address.parts.host)[1]


def escaped_path(address: URL) -> str:
    """The path, percent-encoded."""
    return from_bytes(address.parts.path)


def query(address: URL) -> dict[str, list[str]]:
    """The values of each key, decoded; what can't be decoded is left out."""
    settings = (address.parts.query or "").split("&")
    bounded(len(settings))
    values: dict[str, list[str]] = {}
    for setting in settings:
        if not setting or ";" in setting:
            continue
        try:
            key, value = (from_bytes(unescaped(each, Part.QUERY)) for each in setting.partition("=")[::2])
        except InvalidURIError:
            continue
        values.setdefault(key, []).append(value)
    return values


_URL: Final = URL.cel_type

URLS: Final = Library(
    name="kubernetes.urls",
    overloads=(
        function("string_to_url", "url", (STRING,), _URL, url),
        function("is_url_string", "isURL", (STRING,), BOOL, is_url),
        member("url_get_scheme", "getScheme", (_URL,), STRING, scheme),
        member("url_get_host", "getHost", (_URL,), STRING, host),
        member("url_get_hostname", "getHostname", (_URL,), STRING, hostname),
        member("url_get_port", "getPort", (_URL,), STRING, port),
        member("url_get_escaped_path", "getEscapedPath", (_URL,), STRING, escaped_path),
        member("url_get_query", "getQuery", (_URL,), map_of(STRING, list_of(STRING)), query),
    ),
)
