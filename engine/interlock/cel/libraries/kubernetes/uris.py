"""URIs taken apart, as Go's net/url does: what it refuses, we refuse, and nothing else.

As of Go 1.26, with which Kubernetes 1.37 is built: a bracketed host is an IPv6
address, and a host of `http` or `https` has one colon at most.
"""

import ipaddress
from typing import Final

import re2
from msgspec import Struct

from interlock.cel.libraries.kubernetes.escapes import (
    InvalidURIError,
    Part,
    escaped,
    from_bytes,
    kept_or_escaped,
    quote,
    to_bytes,
    unescaped,
)

_SCHEME = re2.compile("[A-Za-z][A-Za-z0-9+.-]*")
_PORT = re2.compile(":[0-9]*")
_USER = re2.compile("[A-Za-z0-9._:~!$&'()*+,;=%@-]*")
_SPACE: Final = " "
_DELETE: Final = "\x7f"
_ZONE: Final = "%25"
_IPV6: Final = 6


class Parts(Struct, frozen=True):
    """The parts of a URI, one character a byte; the path is encoded, the host is not.

    `user`, `opaque` and `query` are None where the URI has none.
    """

    scheme: str = ""
    opaque: str | None = None
    user: str | None = None
    host: str = ""
    path: str = ""
    query: str | None = None
    fragment: str = ""

    def __str__(self) -> str:
        scheme = f"{self.scheme}:" if self.scheme else ""
        user = "" if self.user is None else f"{self.user}@"
        authority = f"//{user}{self.host}" if self.host or self.user is not None else ""
        rest = f"{authority}{self.path}" if self.opaque is None else self.opaque
        query = "" if self.query is None else f"?{self.query}"
        return f"{scheme}{rest}{query}"


def parse_request(text: str) -> Parts:
    """The parts of an absolute URI or an absolute path, in which a `#` means nothing.

    Raises:
        InvalidURIError: it is neither.
    """
    if not text:
        raise InvalidURIError("empty url")
    return _parse(to_bytes(text), has_network_path=False)


def parse(text: str) -> Parts:
    """The parts of a text that `parse_request` takes, with the fragment apart.

    Raises:
        InvalidURIError: it is no URI.
    """
    parse_request(text)
    before, _, fragment = to_bytes(text).partition("#")
    parts = _parse(before, has_network_path=True)
    return Parts(
        scheme=parts.scheme,
        opaque=parts.opaque,
        user=parts.user,
        host=parts.host,
        path=parts.path,
        query=parts.query,
        fragment=kept_or_escaped(fragment, Part.FRAGMENT),
    )


def split_port(host: str) -> tuple[str, str]:
    """The name or address in `host`, without brackets, and the port, which may be empty."""
    name, colon, port = host.rpartition(":")
    if not colon or _PORT.fullmatch(f":{port}") is None:
        name, port = host, ""
    if name.startswith("[") and name.endswith("]"):
        name = name[1:-1]
    return name, port


def _parse(text: str, *, has_network_path: bool) -> Parts:
    """The parts of `text`; whether `//host/path` without a scheme names a host depends on who asks."""
    if any(c < _SPACE or c == _DELETE for c in text):
        raise InvalidURIError("net/url: invalid control character in URL")
    if text == "*":
        return Parts(path="*")
    if text.startswith(":"):
        raise InvalidURIError("missing protocol scheme")
    scheme, colon, rest = text.partition(":")
    if not colon or not _SCHEME.fullmatch(scheme):
        scheme, rest = "", text
    scheme = scheme.lower()
    rest, mark, written = rest.partition("?")
    query = written if mark else None
    if not rest.startswith("/"):
        if scheme:
            return Parts(scheme=scheme, opaque=rest, query=query)
        raise InvalidURIError("invalid URI for request")
    user, host = None, ""
    if rest.startswith("//") and (scheme or (has_network_path and not rest.startswith("///"))):
        authority, slash, path = rest[2:].partition("/")
        rest = slash + path
        user, host = _authority(authority, scheme)
    return Parts(scheme=scheme, user=user, host=host, path=kept_or_escaped(rest, Part.PATH), query=query)


def _authority(authority: str, scheme: str) -> tuple[str | None, str]:
    """The user, encoded, and the host."""
    user, at, written = authority.rpartition("@")
    host = _host(written, scheme)
    if not at:
        return None, host
    if _USER.fullmatch(user) is None:
        raise InvalidURIError("net/url: invalid userinfo")
    name, colon, password = user.partition(":")
    encoded = (escaped(unescaped(each, Part.USER), Part.USER) for each in (name, password))
    return colon.join(encoded), host


def _host(host: str, scheme: str) -> str:
    if host.startswith("["):
        return _literal(host)
    if "[" in host:
        raise InvalidURIError("invalid IP-literal")
    at = host.find(":") if scheme in {"http", "https"} else host.rfind(":")
    if at >= 0:
        _check_port(host[at:])
    return unescaped(host, Part.HOST)


def _literal(host: str) -> str:
    """`[address]:port`, whose address may have a zone."""
    end = host.rfind("]")
    if end < 0:
        raise InvalidURIError("missing ']' in host")
    port = host[end + 1 :]
    if port:
        _check_port(port)
    address, percent, zone = host[1:end].partition(_ZONE)
    name = unescaped(address, Part.HOST) + unescaped(percent + zone, Part.ZONE)
    if not _is_ipv6(from_bytes(name)):
        raise InvalidURIError("invalid host: not an IPv6 address")
    return f"[{name}]{port}"


def _is_ipv6(text: str) -> bool:
    address, percent, zone = text.partition("%")
    try:
        return ipaddress.ip_address(address).version == _IPV6 and bool(zone) is bool(percent)
    except ValueError:
        return False


def _check_port(port: str) -> None:
    if _PORT.fullmatch(port) is None:
        raise InvalidURIError(f"invalid port {quote(from_bytes(port))} after host")
