"""The JSON in a body that the upstream reads, too: it has to mean the same to everybody. Pure.

That goes for its keys, and for its charset, which some take from the content type.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from interlock.checks.case import check_case, folded
from interlock.errors import RequestError
from interlock_webhooks import wire
from interlock_webhooks.keys import check_once
from interlock_webhooks.text import quoted

_SPACE: Final = b" \t\r\n"
_BEFORE_OTHERS: Final = _SPACE + b"\x0b\x0c\0\xef\xbb\xbf\xfe\xff"
"""What can stand before JSON for those who take more than UTF-8: NULs of UTF-16, and byte order marks."""

_STARTS: Final = (b"{", b"[")
_ENCODINGS: Final = frozenset({"", "identity"})
_CHARSET: Final = "charset"
_CHARSETS: Final = frozenset({"charset=utf-8", "charset=utf8", "charset=us-ascii"})
_BESIDE_NAMES: Final = str.maketrans("", "", " \t\"'")
_PARAMS: Final = "params"
_READ_PARAMS: Final = frozenset({"arguments", "name", "notifications", "ref", "uri"})
"""Those parameters of MCP that policies are asked about; others may have capital letters."""

_ANY: Final = msgspec.json.Decoder[Any]()
_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])


def glimpsed(body: bytes, headers: Mapping[str, str]) -> object:
    """The JSON in `body`, which `headers` say more of; None where there is none.

    Raises:
        RequestError: somebody else may find some there, or it is encoded.
    """
    if not body:
        return None
    _check_encoding(headers)
    begins = body.lstrip(_SPACE).startswith(_STARTS)
    rest = body.lstrip(_BEFORE_OTHERS)
    if not rest or rest.startswith(_STARTS) > begins:
        raise RequestError("the body says nothing, or is JSON in another encoding: send it in UTF-8")
    return wire.decode(body, _ANY) if begins else None


def read(body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    """The object in `body`, which `headers` say more of: a call of a model, or a message of MCP.

    Raises:
        RequestError: there is none, it is encoded, a key is there twice, or one has capital letters where none
            of these has.
    """
    _check_encoding(headers)
    found: dict[str, Any] = wire.decode(body, _OBJECT)
    check_once(body)
    check_case(found)
    params = found.get(_PARAMS)
    if isinstance(params, dict):
        check_case(key for key in params if folded(key) in _READ_PARAMS)
    return found


def _check_encoding(headers: Mapping[str, str]) -> None:
    encoding = headers.get("content-encoding", "")
    if encoding.lower() not in _ENCODINGS:
        raise RequestError(f"the body is encoded as {quoted(encoding)}: send it as it is")
    for parameter in headers.get("content-type", "").replace(",", ";").split(";"):
        said = parameter.translate(_BESIDE_NAMES).lower()
        if _CHARSET in said and said not in _CHARSETS:
            raise RequestError(f"the content type says {quoted(parameter.strip())}: send the body in UTF-8")
