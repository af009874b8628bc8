"""The request that a proxy asks about, as far as it shows it. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct


class Original(Struct, frozen=True, kw_only=True):
    """One request; `path` is as it was sent, with the query. `headers` have names in lower case.

    `is_partial` is that the proxy says it has cut the body. `peer` is whom
    the client's certificate names, and `metadata` what filters of the proxy know,
    by their names: both are empty where the proxy can't tell.
    """

    method: str
    path: str
    host: str
    headers: Mapping[str, str]
    body: bytes
    is_partial: bool
    peer: str = ""
    metadata: Mapping[str, Any] = {}

    @property
    def is_cut(self) -> bool:
        """Whether there is more of the body than is here.

        Envoy 1.40 says that it has cut nothing where what it has buffered is just as
        long as it may be: so what the client said counts, too.
        """
        return self.is_partial or (bool(self.body) and self._is_declared_longer)

    @property
    def is_bodiless(self) -> bool:
        """Whether a body may be there that nobody has shown us."""
        return not self.body and (self.method not in _WITHOUT_BODY or self._is_declared_longer)

    @property
    def _is_declared_longer(self) -> bool:
        declared = self.headers.get("content-length", "0").strip().lstrip("0") or "0"
        # No reading of numbers of thousands of digits; and what is no number is no length to rely on.
        return not (declared.isascii() and declared.isdigit()) or (
            (len(declared), declared) > (len(str(len(self.body))), str(len(self.body)))
        )


_WITHOUT_BODY: Final = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods whose requests mostly have no body."""
